// Charts: drawn by Plotly when they come near the screen, in the colours of the page. docs/look.md says what a page needs.
(() => {
  const { library, style } = document.currentScript.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const shown = new Set();
  let taps = 0, told = {};

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const tones = () => [1, 2, 3, 4, 5, 6].map((nth) => css(`tone-${nth}`));

  // Plotly would write its rules into the page, which the content policy refuses: they come as a file of that id.
  let loading;
  const plotly = () => (loading ??= new Promise((done, failed) => {
    const link = Object.assign(document.createElement("link"), { id: "plotly.js-style-global", className: "no-inline-styles", rel: "stylesheet", href: style });
    const script = Object.assign(document.createElement("script"), { src: library, onerror: failed });
    const both = [link, script].map((part) => new Promise((ready) => part.addEventListener("load", ready)));
    Promise.all(both).then(() => done(window.Plotly));
    document.head.append(link, script);
  }));

  function look(width) {
    const axis = { automargin: true, fixedrange: true, gridcolor: css("line"), zerolinecolor: css("line"), linecolor: css("line"), ticks: "" };
    const ink = css("ink"), font = { family: css("font"), size: width < 480 ? 12 : 13, color: ink };
    return {
      font, colorway: tones(), paper_bgcolor: "transparent", plot_bgcolor: "transparent", dragmode: false,
      margin: { l: 4, r: 12, t: 8, b: 4 }, xaxis: { ...axis, tickangle: 0, zeroline: false, ticks: "outside", ticklen: 6, tickcolor: "transparent" }, yaxis: { ...axis, ticks: "outside", ticklen: 6, tickcolor: "transparent" }, bargap: 0.3, barcornerradius: 4,
      legend: { orientation: "h", x: 0, y: -0.12, yanchor: "top", font: { ...font, size: 13 } },
      hoverlabel: { bgcolor: ink, bordercolor: ink, font: { ...font, color: css("card") }, align: "left" },
    };
  }

  // The figure as the server made it, dressed for the page: `tones` of a trace name colours of the style sheet.
  function dressed(host, width) {
    const { data, layout } = JSON.parse(host.dataset.chart);
    for (const trace of data) {
      const named = trace.meta?.tones?.map(css), marker = (trace.marker ??= {});
      if (trace.type === "pie") marker.line = { color: css("card"), width: 2 };
      if (named) marker[trace.type === "pie" ? "colors" : "color"] = named.length > 1 ? named : named[0];
      if (trace.type === "heatmap") Object.assign(trace, { xgap: 2, ygap: 2 });
      if (trace.type === "scatter") trace.line = { width: 2.5, ...trace.line };
      if (trace.text) Object.assign(trace, { outsidetextfont: { color: css("ink") }, insidetextfont: { color: css("card"), weight: 600 } });
    }
    thin(layout.xaxis, width);
    return { data, layout: { ...layout, template: { layout: look(width) }, autosize: true } };
  }

  // On a phone only so many names stand below a line that none touches the next.
  function thin(axis, width) {
    const names = axis?.ticktext ?? [], every = Math.ceil((names.length * (Math.max(...names.map((name) => name.length)) * 7 + 12)) / (width - 70));
    if (every > 1) for (const list of ["tickvals", "ticktext"]) axis[list] = axis[list].filter((_name, nth) => nth % every === 0);
  }

  async function draw(host) {
    const Plotly = await plotly();
    if (!host.isConnected) return;
    const { data, layout } = dressed(host, host.clientWidth);
    await Plotly.react(host, data, layout, { displayModeBar: false, responsive: false, showTips: false, doubleClick: false });
    if (shown.has(host)) return;
    shown.add(host);
    sizes.observe(host);
    host.on("plotly_click", ({ points }) => follow(host, [points[0].customdata].flat()[0]));
    host.closest(".chart")?.querySelector("[data-png]")?.removeAttribute("hidden");
    host.dataset.drawn = "1";
  }

  // A finger first sees the value, then goes; a mouse has seen it already. Plotly tells of one tap twice. Only within this shop.
  function follow(host, href) {
    const url = href && new URL(href, location.href);
    if (!url || url.origin !== location.origin) return;
    if (!taps || (told.host === host && told.href === href && told.tap !== taps)) location.assign(url);
    else if (told.tap !== taps) told = { host, href, tap: taps };
  }
  document.addEventListener("pointerdown", (event) => (taps = event.pointerType === "touch" ? taps + 1 : 0), true);

  // A picture with its title on the page's own card; drawn from a data address, since the policy allows no blob.
  async function save(host) {
    const Plotly = await plotly(), width = 960, height = 540;
    const { data, layout } = dressed(host, width);
    const title = { text: host.dataset.title.replace(/&/g, "&amp;").replace(/</g, "&lt;"), x: 0.02, xanchor: "left" };
    const whole = { ...layout, title, width, height, paper_bgcolor: css("card"), margin: { l: 24, r: 32, t: 64, b: 48 } };
    const picture = new Image();
    picture.src = await Plotly.toImage({ data, layout: whole }, { format: "svg", width, height });
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: width * 2, height: height * 2 });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    Object.assign(document.createElement("a"), { href: canvas.toDataURL("image/png"), download: `${host.dataset.name}.png` }).click();
  }
  document.addEventListener("click", ({ target }) => {
    const host = target.closest?.("[data-png]")?.closest(".chart").querySelector(".chart-host");
    if (host) save(host);
  });

  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting) (near.unobserve(target), draw(target));
  }, { rootMargin: "300px" });
  const sizes = new ResizeObserver((changed) => changed.forEach(({ target }) => target.clientWidth && target.clientWidth !== target._fullLayout?.width && window.Plotly.Plots.resize(target)));
  dark.addEventListener("change", () => shown.forEach((host) => host.isConnected && draw(host)));

  // The days that are chosen stand in sight, also where the tabs scroll sideways.
  function place(tabs) {
    const here = tabs.querySelector("[aria-current]");
    tabs.dataset.placed = "1";
    if (here) tabs.scrollLeft = here.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - here.offsetWidth) / 2;
  }

  function scan() {
    document.querySelectorAll(".range .tabs:not([data-placed])").forEach(place);
    for (const host of shown) if (!host.isConnected) (shown.delete(host), sizes.unobserve(host), window.Plotly.purge(host));
    document.querySelectorAll("[data-chart]:not([data-seen])").forEach((host) => ((host.dataset.seen = "1"), near.observe(host)));
  }
  document.addEventListener("htmx:after:swap", scan);
  scan();
})();
