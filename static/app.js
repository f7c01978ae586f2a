// The one script of the frame: messages, busy buttons, questions, the More sheet, focus. docs/look.md names the data- attributes.
(() => {
  const LOST = "Nothing was saved. Check the connection and try again.";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, act, capture = false) => document.addEventListener(name, act, capture);

  // Messages. The live region stands in every page; what is added to it is read out.
  function toast({ message, kind = "good", undo }) {
    const text = Object.assign(document.createElement("span"), { textContent: message });
    const item = Object.assign(document.createElement("div"), { className: `toast ${kind}` });
    item.append(...(message ? [text] : []));
    if (undo) {
      const form = document.createElement("form"), button = document.createElement("button");
      for (const [name, value] of [["hx-post", undo], ["hx-swap", "none"]]) form.setAttribute(name, value);
      (Object.assign(button, { type: "submit", textContent: "Undo" }).setAttribute("aria-keyshortcuts", "Control+Z"), form.append(button), item.append(form));
    }
    show(item);
    if (undo) htmx.process(item);
  }
  function show(item) {
    const box = $("#toasts"), text = $("span", item)?.textContent;
    if (!text || !box) return;
    $$(".toast", box).filter((old) => $("span", old)?.textContent === text).forEach((old) => old.remove());
    item.addEventListener("animationend", (event) => event.animationName === "go" && item.remove());
    item.addEventListener("click", ({ target }) => target.closest("form") || item.remove());
    box.append(item);
  }
  const flashed = $$(".toast").map((old) => (old.remove(), old));
  setTimeout(() => flashed.forEach(show), 50);
  on("toast", (event) => toast(event.detail));
  // What a toast took back is shown anew where it stands; a page that does not show it as a cell is loaded again.
  on("undone", ({ target, detail }) => {
    target.closest?.(".toast")?.remove();
    const cell = detail.cell && document.getElementById(detail.cell);
    if (cell) htmx.ajax("GET", detail.again, { target: cell, swap: "outerHTML" });
    else location.reload();
  });
  on("htmx:response:error", ({ detail: { ctx } }) => ctx.response.status >= 500 && !ctx.hx.trigger && toast({ message: LOST, kind: "bad" }));
  on("htmx:error", (event) => event.detail.ctx && toast({ message: LOST, kind: "bad" }));
  // Only a form with problems (422) comes back in place; for any other refusal the page stays and a toast says why.
  // A box that was drawn larger has a style by now: htmx would write it on what comes instead, and the policy refuses that.
  on("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail, status = ctx.response?.status;
    if (status >= 400 && status !== 422) return event.preventDefault();
    tasks.forEach(({ target }) => target?.matches && $$("[id][style]", target).forEach((old) => old.removeAttribute("style")));
  });

  // The second tap of a double tap is none: where the first one was, another button may stand by now. So it is with a tap
  // just as a slow answer comes: nobody has read the new button yet.
  const TWICE = 700;
  let tap;
  on("click", (event) => {
    const button = event.target.closest?.("form[method=post] [type=submit]:not([formaction])");
    if (!button || button.dataset.confirm || button.form.dataset.confirm) return; // these ask first
    const near = event.detail ? Math.hypot(event.clientX - tap?.clientX, event.clientY - tap?.clientY) < 24 : button === tap?.button;
    if (near && event.timeStamp - tap.timeStamp < TWICE) return event.preventDefault(), event.stopImmediatePropagation();
    tap = { button, form: button.form, clientX: event.clientX, clientY: event.clientY, timeStamp: event.timeStamp };
  }, true);
  on("htmx:before:swap", ({ detail }) => tap?.form.contains(detail.ctx.sourceElement) && (tap.timeStamp = performance.now()));
  on("input", () => (tap = undefined));

  // The WhatsApp button gives way while one reads on: it would stand over amounts and buttons.
  let height = 0;
  addEventListener("scroll", () => {
    document.body.toggleAttribute("data-down", scrollY > Math.max(height, 60));
    height = scrollY;
  }, { passive: true });

  // Ask before: the form is sent again, with the same button, once the person has said yes.
  const ask = $("#ask");
  on("submit", (event) => {
    const form = event.target, button = event.submitter;
    const question = button?.dataset.confirm ? button.dataset : form.dataset;
    if (!question.confirm || form.dataset.sure || !ask?.showModal) return delete form.dataset.sure;
    event.preventDefault();
    event.stopImmediatePropagation();
    const refused = $(".answer:has(.problem)", form); // told while it was typed: no question about what cannot be
    if (refused) return $(`[aria-describedby~="${refused.id}"]`, form)?.focus();
    $("p", ask).textContent = question.confirm;
    $("[value=yes]", ask).textContent = question.confirmYes || "Yes";
    ask.returnValue = "no";
    ask.onclose = () => ask.returnValue === "yes" && ((form.dataset.sure = "1"), form.requestSubmit(button));
    ask.showModal();
  }, true);

  // A plain form is sent once; coming back by the Back button frees it again.
  const free = (form) => (form.removeAttribute("aria-busy"), $$("[aria-busy]", form).forEach((part) => part.removeAttribute("aria-busy")));
  on("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (form.getAttribute("aria-busy") === "true") return event.preventDefault();
    form.setAttribute("aria-busy", "true");
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(free, "download" in form.dataset ? 3000 : 20000, form); // a file that comes leaves the page as it is
  });
  // What is being put right is wrong no longer; the sentence beside it stays, quietly, until the next answer.
  on("input", ({ target }) => target.removeAttribute?.("aria-invalid"));
  // A long form asks before it is left half typed.
  let typed = null;
  on("input", ({ target }) => (typed = target.closest?.("form[data-keep]") || typed));
  on("submit", () => (typed = null));
  addEventListener("beforeunload", (event) => typed?.isConnected && event.preventDefault());

  // What was sent from a long form stays in this tab until another page follows: who had been signed out, or was without
  // a connection, finds it again where the form is opened (data-keep), unless it was saved and only the answer was lost.
  // What the server draws of it is drawn anew (data-draft); the rest is filled in. Nobody else is shown it on this phone.
  // So it is with a step that was answered by "sign in first": what was tapped is part of it, and is done once signed in.
  const KEPT = 3 * 24 * 3600 * 1000;
  function keep(form, tapped) {
    const pairs = [...new FormData(form), ...(tapped?.name ? [[tapped.name, tapped.value]] : [])];
    const typed = pairs.filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
    const sent = { page: form.dataset.keep, by: document.body.dataset.me, at: Date.now(), pairs: typed };
    sessionStorage.setItem("sent", JSON.stringify(sent));
  }
  on("submit", ({ target: form }) => form.matches?.("[data-keep]") && keep(form));
  on("htmx:response:error", ({ detail: { ctx } }) => {
    const from = ctx.sourceElement, form = ctx.response.status === 401 && from.closest("form[data-keep]");
    if (form) (keep(form, from.type === "submit" && from), (typed = null));
  });
  async function bringBack() {
    const { page, by, at, pairs } = JSON.parse(sessionStorage.getItem("sent") || "{}"), form = $("form[data-keep]");
    if (!page) return;
    if (location.pathname === "/login") return $$("[name=next]").forEach((next) => (next.value = page));
    const told = $("main :is([aria-invalid], .problem, [role=alert])"); // what the server says of it is newer
    const gone = by !== document.body.dataset.me || Date.now() - at > KEPT;
    if (gone || told || page !== form?.dataset.keep) return sessionStorage.removeItem("sent");
    const body = new URLSearchParams(pairs), key = body.get("request_key");
    const made = key && (await fetch(`/made/${encodeURIComponent(key)}`));
    if (made?.status === 200) return sessionStorage.removeItem("sent"), toast({ message: await made.text() });
    let part;
    if (form.dataset.draft) {
      const headers = { "HX-Request": "true", "X-CSRFToken": form.csrf_token.value };
      const answer = await fetch(form.dataset.draft, { method: "POST", headers, body });
      if (!answer.ok) throw answer;
      part = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
      document.getElementById(part.id).replaceWith(part);
      htmx.process(part);
    }
    sessionStorage.removeItem("sent");
    const rest = (field) => !part?.contains(field); // what is drawn anew is right already
    pairs.forEach(([name, value]) => {
      const field = form.elements.namedItem(name);
      if (field && "value" in field && rest(field[0] || field) && !["file", "submit", "checkbox"].includes(field.type)) field.value = value;
    });
    $$("[type=checkbox]", form).filter(rest).forEach((tick) => (tick.checked = body.getAll(tick.name).includes(tick.value)));
    typed = form;
    toast({ message: "What you had typed is back. It is not saved yet." });
  }
  const notYet = () => toast({ message: "What you had typed is kept. Load the page again to have it back.", kind: "bad" });
  addEventListener("pageshow", (event) => event.persisted && $$("form[aria-busy]").forEach(free));

  // A file can be shared where the phone can: the button shows itself only there.
  const named = (button, parts) => new File(parts, button.dataset.name, { type: "application/pdf" });
  $$("[data-share]").forEach((button) => (button.hidden = !navigator.canShare?.({ files: [named(button, ["x"])] })));
  async function share(button) {
    try {
      const answer = await fetch(button.dataset.share);
      if (answer.headers.get("Content-Type") !== "application/pdf") throw answer;
      await navigator.share({ files: [named(button, [await answer.blob()])], title: button.dataset.title });
    } catch (error) {
      if (error.name !== "AbortError") toast({ message: "Could not share the PDF. Try again, or download it.", kind: "bad" });
    }
  }

  on("click", (event) => {
    const hit = (selector) => event.target.closest?.(selector);
    const sheet = $(`#${hit("[data-open]")?.dataset.open || "none"}`), copy = hit("[data-copy]");
    if (hit("[data-print]")) print();
    if (hit("[data-share]")) share(hit("[data-share]"));
    if (sheet?.showModal) (event.preventDefault(), sheet.showModal());
    if (hit("[data-close]") || event.target.matches?.("dialog.sheet")) (event.preventDefault(), hit("dialog")?.close());
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => toast({ message: "Copied" }), () => toast({ message: "Could not copy", kind: "bad" }));
    $$("details.menu[open]").filter((menu) => menu === event.target || !menu.contains(event.target)).forEach((menu) => (menu.open = false));
  });

  on("submit", (event) => $$("details.menu[open]", event.target).forEach((menu) => (menu.open = false)));

  on("keydown", (event) => {
    const { key, target } = event, typing = target.matches?.("input, select, textarea, [contenteditable]");
    const menu = target.closest?.("details.menu[open]"), picker = target.closest?.("[data-picker]");
    if (key === "Escape") (target.closest?.(".cell-form") && $("[data-cancel]", target.closest(".cell-form"))?.click());
    if (key === "Escape" && menu) ((menu.open = false), $("summary", menu).focus());
    if (key === "Enter" && target.matches?.("[data-search]")) event.preventDefault();
    const undo = key === "z" && (event.ctrlKey || event.metaKey) && !typing && $$(".toast button").pop();
    if (undo) (event.preventDefault(), undo.click());
    const slash = key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (slash || (key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey)) find(event);
    if (target.id === "finder-q") walk(event);
    if (picker && /^Arrow(Up|Down)$/.test(key) && !target.matches("select, [type=number]")) {
      const stops = $$("input[type=search], .picker-results :is(button, a)", picker), next = stops.indexOf(target) + (key === "ArrowDown" ? 1 : -1);
      (event.preventDefault(), stops[Math.max(0, Math.min(next, stops.length - 1))]?.focus());
    }
  });

  // The search of the whole shop: the focus stays in its field, the chosen row is told by aria-activedescendant.
  const finder = $("#finder"), field = $("#finder-q");
  function find(event) {
    if (!finder || $("dialog[open]")) return finder?.open && event.preventDefault();
    (event.preventDefault(), finder.showModal(), field.select());
  }
  function choose(row) {
    $$("#finder-list [aria-selected=true]").forEach((old) => old.setAttribute("aria-selected", "false"));
    row ? field.setAttribute("aria-activedescendant", row.id) : field.removeAttribute("aria-activedescendant");
    (row?.setAttribute("aria-selected", "true"), row?.scrollIntoView({ block: "nearest" }));
  }
  function walk(event) {
    const rows = $$("#finder-list [role=option]"), chosen = rows.findIndex((row) => row.ariaSelected === "true");
    const next = { ArrowDown: chosen + 1, ArrowUp: chosen < 0 ? rows.length - 1 : chosen - 1 }[event.key];
    if (next !== undefined) (event.preventDefault(), choose(rows[next]));
    if (event.key === "Enter" && chosen >= 0) (event.preventDefault(), rows[chosen].click());
  }
  on("input", ({ target }) => target === field && choose());
  on("htmx:after:swap", ({ target }) => {
    if (!finder?.contains(target)) return;
    (choose(), field.setAttribute("aria-expanded", String(!!$("#finder-list [role=option]"))));
    $("#finder-says").textContent = $("[data-says]", finder).textContent;
  });

  // Several at once: the head's tick, the bar and its count.
  function count() {
    const ticks = $$("[name=ids]"), chosen = ticks.filter((tick) => tick.checked).length;
    $$(".bulk-bar").forEach((bar) => (bar.classList.toggle("on", chosen > 0), $$("[data-count]", bar).forEach((part) => (part.textContent = chosen))));
    $$("[data-select-all]").forEach((all) => ((all.checked = chosen > 0 && chosen === ticks.length), (all.indeterminate = chosen > 0 && chosen < ticks.length)));
  }
  on("change", ({ target }) => {
    if (target.matches("[data-select-all]")) $$("[name=ids]").forEach((tick) => (tick.checked = target.checked));
    if (target.matches("[data-select-all], [name=ids]")) count();
  });

  // What is chosen of a row that is longer than the screen stands in sight. The page itself does not move.
  function centre() {
    $$(":is(.tabs, .views .chips) [aria-current]").forEach((here) => {
      const row = here.parentElement, inner = here.getBoundingClientRect(), outer = row.getBoundingClientRect();
      row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
    });
  }

  // Focus: the first wrong field; after an inline edit the cell's button, found by the id of what was replaced.
  let edited = null;
  on("htmx:before:swap", ({ target }) => (edited = target.closest?.(".cell-form") && target.closest("td[id]")?.id));
  on("htmx:after:swap", ({ target, detail }) => {
    const wrong = detail.ctx.response?.status === 422 && $("[aria-invalid=true]", target.closest?.("form, td") || target);
    const cell = edited && document.getElementById(edited);
    (wrong || (cell && $("[autofocus], .cell", cell)))?.focus?.();
    edited = null;
    (count(), centre());
  });
  if (location.hash === "#more") history.replaceState(null, "", location.pathname + location.search);
  const here = $(".side [aria-current]"), menu = here?.closest(".side-list");
  if (menu) menu.scrollTop += Math.max(0, here.getBoundingClientRect().bottom - menu.getBoundingClientRect().bottom + 12);
  centre();
  $("[aria-invalid=true]")?.focus();
  count();
  bringBack().catch(notYet);
})();
