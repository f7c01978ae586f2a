"""The frame around every page: navigation, and what all templates may call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any

from flask import Flask, g, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from cms import clock
from cms.access import may
from cms.activity.sentences import sentence
from cms.atoms import Atoms, email, phone
from cms.auth.sessions import shop
from cms.customers.rules import Standing, standing
from cms.dates import show_ago, show_date, show_moment, show_month
from cms.figures.ranges import COMPARISONS, PRESETS
from cms.formats import whatsapp_href
from cms.insights.rules import spark_points
from cms.invoices.rules import rate_hint, usual_rates
from cms.money import CURRENCIES, plain_money, show_count, show_money
from cms.payments.rules import METHODS, payment_state
from cms.web import Assets

NAV = (
    ("Sell", (("home", "Home"), ("orders", "Orders"), ("customers", "Customers"), ("products", "Products"))),
    (
        "After the sale",
        (
            ("tracking", "Tracking"),
            ("payments", "Payments"),
            ("invoices", "Invoices"),
            ("returns", "Returns"),
            ("complaints", "Complaints"),
            ("feedback", "Feedback"),
            ("notifications", "Messages"),
        ),
    ),
    (
        "Know",
        (
            ("dashboards", "Dashboards"),
            ("insights", "Insights"),
            ("stats", "Stats"),
            ("clv", "CLV"),
            ("activity", "Activity"),
        ),
    ),
    ("Shop", (("imports", "Import"), ("exports", "Export"), ("settings", "Settings"), ("contact", "Contact"))),
)
WITHIN = {
    "standings": "customers",
    "duplicates": "customers",
    "privacy": "customers",
    "segments": "settings",
    "logo": "settings",
    "backups": "settings",
}
"""Rooms that stand in the navigation under another's name."""


STORY_ICONS = {
    "customer": "user",
    "order": "orders",
    "payment": "payments",
    "product": "products",
    "return": "returns",
    "user": "key",
    "complaint": "complaints",
    "feedback": "feedback",
    "message": "notifications",
    "invoice": "invoices",
    "credit_note": "invoices",
    "view": "bookmark",
}


OF_THE_SHOP: dict[str, Callable[..., Any]] = {
    "show_money": lambda here, _day, paise: show_money(paise, here.currency),
    "plain_money": lambda here, _day, paise: plain_money(paise, here.currency),
    "show_date": lambda _here, day, at: show_date(at, day),
    "show_ago": lambda _here, day, at: show_ago(at, day),
    "show_moment": lambda here, day, at: show_moment(at, here.zone, day),
    "standing_of": lambda here, day, customer: standing_on(customer, day, here.active_days),
}
"""What templates may call that needs the shop's settings and its day, which come first."""


def add_shell(app: Flask) -> None:
    """Template globals and filters, and the context of every page."""
    assets = Assets(app)
    atoms = Atoms(assets("icons.svg"))
    app.jinja_env.globals.update(
        {name: _looking_up(show) for name, show in OF_THE_SHOP.items()},
        asset=assets,
        atoms=atoms,
        nav=NAV,
        url_for=_remembering(),
        may=may,
        show_phone=phone,
        show_email=email,
        show_count=show_count,
        currency_symbol=lambda: CURRENCIES[shop().currency].symbol,
        paper_day=lambda text: show_date(date.fromisoformat(text), date.min),
        show_month=show_month,
        browser=browser,
        payment_state_of=payment_state_of,
        method_label=METHODS.get,
        usual_rates=lambda: [f"{rate / 100:g}" for rate in usual_rates(today())],
        rate_hint=lambda rate_bp: rate_hint(rate_bp, today()),
        spark_points=spark_points,
        presets=PRESETS,
        comparisons=COMPARISONS,
        story_sentence=lambda entry: sentence(
            entry.verb,
            entry.thing_ref,
            entry.before,
            entry.after,
            lambda paise: show_money(paise, shop().currency),
            today(),
            shop().zone,
        ),
        story_icon=lambda verb: STORY_ICONS.get(verb.partition(".")[0], "info"),
    )

    @cache
    def places(here: str) -> dict[str, Markup]:
        """The navigation as it stands on the pages of a room, by room."""
        every = [item for _title, rooms in NAV for item in rooms]
        return {room: atoms.place(url_for(f"{room}.index"), room, label, room == here) for room, label in every}

    @app.context_processor
    def context() -> dict[str, Any]:
        me = g.get("me")
        if me is None:
            return {"me": None, "shop": None, "places": {}, "whatsapp_href": ""}
        here, day = shop(), today()
        # What a list asks of every row is looked up once here, not each time.
        return {name: partial(show, here, day) for name, show in OF_THE_SHOP.items()} | {
            "csrf_token": cache(generate_csrf),
            "me": me,
            "shop": here,
            "places": places(WITHIN.get(request.blueprint or "", request.blueprint or "")),
            "whatsapp_href": whatsapp_href(here.whatsapp) if here.whatsapp else "",
        }


def _remembering() -> Callable[..., str]:
    """`url_for` that builds each address once: a page has dozens, most of them the same on every page."""
    known = lru_cache(4096, typed=True)(url_for)

    def remembered(endpoint: str, **values: Any) -> str:
        # A relative endpoint depends on the room, a whole address on the host.
        if endpoint.startswith(".") or "_external" in values:
            return url_for(endpoint, **values)
        return known(endpoint, **values)

    return remembered


def _looking_up(show: Callable[..., Any]) -> Callable[..., Any]:
    return lambda value: show(shop(), today(), value)


def browser(agent: str) -> str:
    """A browser in words, from its user agent.

    >>> browser("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36")
    'Chrome on Android'
    """
    names = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    places = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    name = next((name for sign, name in names if sign in agent), "A browser")
    place = next((place for sign, place in places if sign in agent), "")
    return f"{name} on {place}" if place else name


def standing_of(customer: Any) -> Standing:
    """How this customer, row or record, stands today."""
    return standing_on(customer, today(), shop().active_days)


def standing_on(customer: Any, day: date, active_days: int) -> Standing:
    """How this customer, row or record, stands on a day."""
    return standing(
        customer.last_order_on,
        customer.override_status,
        customer.override_until,
        customer.override_reason,
        day,
        active_days,
    )


def payment_state_of(order: Any) -> str:
    """How this order, row or record, stands with its payments, as far as its own amounts tell."""
    returned = order.returned_paise + order.returned_tax_paise
    return payment_state(order.payable_paise, returned, order.paid_paise, order.settled_before, order.status)


def today() -> date:
    """The business day of this request."""
    if "today" not in g:
        g.today = clock.today(shop().zone)
    return g.today
