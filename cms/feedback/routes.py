"""Feedback: the list with its average, typing some in, and the private link by which a customer answers."""

from __future__ import annotations

import base64
import hmac
import secrets
import uuid
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import needs, public, reads_only
from cms.auth.sessions import shop, token_hash
from cms.customers import queries as customers
from cms.db import db, refresh
from cms.errors import Conflict, RuleError
from cms.feedback import actions, queries, rules
from cms.feedback.filters import RATINGS, FeedbackFilter
from cms.feedback.forms import AnswerForm, FeedbackForm
from cms.formats import whatsapp_href
from cms.orders import queries as orders
from cms.shell import today
from cms.views.bar import bar_of
from cms.views.rules import known_only
from cms.web import is_htmx, page_or_fragment, toast

bp = Blueprint("feedback", __name__)

PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
"""The address is the key: no other page may learn it, no search engine keep it."""
CLOSED = {"unknown": 404, "used": 410, "over": 410, "rated": 410}


@bp.get("/feedback")
@needs("see")
def index() -> ResponseReturnValue:
    wanted = FeedbackFilter.from_args(request.args)
    customer = customers.name_of(int(wanted.customer)) if wanted.customer else ""
    wanted = known_only(wanted, customer=customer)
    product = queries.product_of(wanted.product) if wanted.product else None
    days = (wanted.first, wanted.last)
    spread = queries.spread_of_product(product.id, *days) if product else queries.spread(*days, today())
    adds_up = not (wanted.q or wanted.customer or wanted.comment or (wanted.product and not product))
    return page_or_fragment(
        "feedback/index.html",
        "feedback/_list.html",
        shown_at=url_for("feedback.index", **wanted.as_args()),
        page=queries.feedback_matching(wanted, product, request.args),
        wanted=wanted,
        views=bar_of("feedback", wanted, request.args, g.me),
        product=product,
        customer=customer,
        spread=spread,
        ratings=RATINGS,
        count=sum(spread.times[stars] for stars in wanted.stars) if adds_up else None,
        low=rules.LOW,
    )


@bp.get("/feedback/new")
@needs("work")
def new() -> ResponseReturnValue:
    form = FeedbackForm(formdata=None, request_key=uuid.uuid4().hex, order=request.args.get("order", "")[:64])
    return render_template("feedback/new.html", form=form, order=_offer(form), stars=rules.STARS)


@bp.post("/feedback/draft")
@needs("work")
@reads_only
def draft() -> ResponseReturnValue:
    """The form after an order was typed; nothing is stored."""
    form = FeedbackForm()
    order = _offer(form)
    page = "feedback/_found.html" if is_htmx() else "feedback/new.html"
    return render_template(page, form=form, order=order, stars=rules.STARS)


@bp.post("/feedback")
@needs("work")
def create() -> ResponseReturnValue:
    form = FeedbackForm()
    key = (form.request_key.data or "")[:64] or None
    if key and (made := queries.by_request_key(key)):
        return redirect(url_for("feedback.show", feedback_id=made.id), 303)
    about = _offer(form, suggest=False)
    valid = form.validate()
    if about is None and not form.order.errors:
        form.blame(RuleError(f"There is no order {form.order.value}", "order"))
    if about and valid:
        typed = (form.product.value, form.rating.value, form.comment.value)
        try:
            given = actions.give_feedback(queries.order_or_404(about.id), *typed, shop(), g.me, key)
            db.session.commit()
            toast("Feedback saved")
            return redirect(url_for("feedback.show", feedback_id=given.id), 303)
        except RuleError as error:
            db.session.rollback()
            if key and (made := queries.by_request_key(key)):
                return redirect(url_for("feedback.show", feedback_id=made.id), 303)
            form.blame(error)
    return render_template("feedback/new.html", form=form, order=about, stars=rules.STARS), 422


@bp.get("/feedback/<int:feedback_id>")
@needs("see")
def show(feedback_id: int) -> ResponseReturnValue:
    given = queries.feedback_of(feedback_id) or abort(404, "That feedback no longer exists")
    return render_template("feedback/show.html", given=given, stars=rules.STARS, low=rules.LOW)


@bp.post("/orders/<int:order_id>/feedback/link")
@needs("work")
def ask(order_id: int) -> ResponseReturnValue:
    """Make a private link and show it, this once."""
    order, href, until, problem = queries.order_or_404(order_id), "", None, ""
    about: Any = orders.about(order_id)
    try:
        token = _token_of(order_id, request.form.get("request_key", ""))
        until = actions.ask_for_feedback(order, token, shop(), g.me)
        db.session.commit()
        href = url_for("feedback.answer", token=token, _external=True)
    except RuleError as error:
        db.session.rollback()
        problem = error.message
    text = f"Hello {about.customer_name}, thank you for your order {order.ref} at {shop().name}. How did you like it?"
    page = "feedback/_link.html" if is_htmx() else "feedback/link.html"
    share_href = whatsapp_href(about.phone, f"{text} {href}") if about.phone else ""
    shown = {
        "key": uuid.uuid4().hex,
        "order": about,
        "href": href,
        "until": until,
        "share_href": share_href,
        "problem": problem,
    }
    return render_template(page, **shown), 422 if problem else 200


def _token_of(order_id: int, key: str) -> str:
    """The token that this request stands for: another for every key, and not to be guessed from it."""
    if not key:
        return secrets.token_urlsafe(32)
    secret = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.digest(secret, f"feedback {order_id} {g.me.id} {key[:64]}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@bp.get("/f/<token>")
@public
def answer(token: str) -> ResponseReturnValue:
    """What a customer sees: the products of the order and nothing else."""
    link = queries.link_of(token_hash(token))
    if link is None:
        return _closed("unknown")
    state = rules.link_state(link.used_at, link.expires_at, clock.now())
    if state != "open":
        return _closed(state)
    products = queries.to_rate(link.order_id)
    return _answer_page(token, AnswerForm(products, {})) if products else _closed("rated")


@bp.post("/f/<token>")
@public
def save_answer(token: str) -> ResponseReturnValue:
    link = queries.link_of(token_hash(token))
    if link is None:
        return _closed("unknown")
    state = rules.link_state(link.used_at, link.expires_at, clock.now())
    if state != "open":
        return _closed(state)
    products = queries.to_rate(link.order_id)
    if not products:
        return _closed("rated")
    form = AnswerForm(products, request.form)
    answers = form.read()
    if not answers:
        refresh(link)  # what was answered just now is no longer asked for
        state = rules.link_state(link.used_at, link.expires_at, clock.now())
        return _answer_page(token, form, 422) if state == "open" else _closed(state)
    try:
        actions.answer_link(link, answers, shop())
        db.session.commit()
    except Conflict:
        db.session.rollback()
        return answer(token)
    except RuleError:
        db.session.rollback()
        return _closed("rated")
    return render_template("feedback/thanks.html", shop=shop()), 200, PRIVATE


def _offer(form: FeedbackForm, suggest: bool = True) -> Any | None:
    """Find the order that was typed, and offer its products."""
    typed = (form.order.data or "").strip()
    order = orders.about(orders.order_id_of(typed)) if typed else None
    form.product.offer(orders.products_on(order.id) if order else (), suggest)
    return order


def _answer_page(token: str, form: AnswerForm, code: int = 200) -> ResponseReturnValue:
    page = render_template("feedback/answer.html", shop=shop(), token=token, form=form, stars=rules.STARS)
    return page, code, PRIVATE


def _closed(state: str) -> ResponseReturnValue:
    return render_template("feedback/closed.html", shop=shop(), state=state), CLOSED[state], PRIVATE
