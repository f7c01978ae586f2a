"""What the dashboards show: sums over the kept totals of the days of a range."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, select

from cms.dashboards.words import words_in
from cms.db import db
from cms.figures.filters import Basis
from cms.figures.queries import NOT_STATED
from cms.kept import kept, left_by
from cms.models import DayTotal, MethodTotal, RatingTotal, Return
from cms.stats.rules import BESIDES, ELSEWHERE

ORDERS = frozenset({"order"})
MOST_TEXTS = 1000
"""The words of so many returns at most, the latest, go into the cloud."""


def days_of(since: date, until: date) -> Sequence[Any]:
    """Each day on which something happened: day, orders, gross_paise, returned_paise."""
    orders = (DayTotal.pending + DayTotal.shipped + DayTotal.delivered).label("orders")
    query = select(DayTotal.day, orders, DayTotal.gross_paise, DayTotal.returned_paise)
    return db.session.execute(query.where(DayTotal.day.between(since, until)).order_by(DayTotal.day)).all()


def methods(since: date, until: date) -> Sequence[Any]:
    """Confirmed money by method: method, payments, received_paise, refunded_paise; most received first."""
    columns = (MethodTotal.payments, MethodTotal.received_paise, MethodTotal.refunded_paise)
    sums = [func.coalesce(func.sum(column), 0).label(column.name) for column in columns]
    query = select(MethodTotal.method, *sums).where(MethodTotal.day.between(since, until))
    return db.session.execute(query.group_by(MethodTotal.method).order_by(sums[1].desc(), MethodTotal.method)).all()


def ratings_of(since: date, until: date) -> Sequence[Any]:
    """Each day on which somebody rated: the day, then how often 1 to 5 stars were given."""
    each = (func.sum(case((RatingTotal.rating == stars, RatingTotal.ratings), else_=0)) for stars in range(1, 6))
    query = select(RatingTotal.day, *each).where(RatingTotal.day.between(since, until))
    return db.session.execute(query.group_by(RatingTotal.day)).all()


def why_returned(since: date, until: date) -> tuple[Counter[str], Counter[str]]:
    """Reasons and words of what was refunded in these days; kept while nothing is written of returns."""
    same = left_by(ORDERS | BESIDES - {"return"} | ELSEWHERE)
    return kept("why", until, lambda: _why(since, until), since, until, mend=same)


def _why(since: date, until: date) -> tuple[Counter[str], Counter[str]]:
    return return_reasons(since, until), words_in(row.words for row in return_words(since, until))


def return_reasons(since: date, until: date) -> Counter[str]:
    """How often each reason was given for what was refunded in these days; nothing else has a day of refund."""
    query = select(Return.reason, func.count()).where(Return.refunded_on.between(since, until))
    return Counter(dict(db.session.execute(query.group_by(Return.reason)).all()))


def return_words(since: date, until: date) -> Sequence[Any]:
    """What customers said besides, of the latest MOST_TEXTS refunds in these days: id, words."""
    latest = select(Return.id, Return.words).where(Return.refunded_on.between(since, until))
    latest = latest.order_by(Return.refunded_on.desc(), Return.reason.desc(), Return.id.desc()).limit(MOST_TEXTS)
    found = latest.subquery()
    return db.session.execute(select(found.c.id, found.c.words).where(found.c.words != "")).all()


def returns_saying(word: str, since: date, until: date) -> list[int]:
    """The ids of those among them in which this word stands."""
    return [
        row.id for row in return_words(since, until) if word in row.words.casefold() and word in words_in([row.words])
    ]


def customers_by(basis: Basis, name: str) -> Counter[str]:
    """All customers by `segment` or `gender`, which an index counts; kept while nothing but orders is written."""
    same = left_by(ORDERS | BESIDES | ELSEWHERE)
    return kept("customers by", basis.today, lambda: _by(basis, name), name, basis.recounted, mend=same)


def _by(basis: Basis, name: str) -> Counter[str]:
    column = basis.customers.c[name]
    query = select(column, func.count()).select_from(basis.customers).group_by(column)
    return Counter({value or NOT_STATED: count for value, count in db.session.execute(query)})


def active_and_inactive(basis: Basis, active_days: int) -> tuple[int, int]:
    """All customers by how they stand: active and inactive."""
    same = left_by(BESIDES | ELSEWHERE)
    return kept("standing", basis.today, lambda: _standing(basis, active_days), active_days, basis.recounted, mend=same)


def _standing(basis: Basis, active_days: int) -> tuple[int, int]:
    """Counted by their last order, then put right for those set by hand."""
    customer, since = basis.customers.c, basis.today - timedelta(active_days)
    everyone = customers_by(basis, "segment").total()
    recent = select(func.count()).select_from(basis.customers).where(customer.last_order_on >= since)
    lately = db.session.scalar(recent) or 0
    by_hand = select(customer.override_status, customer.override_until, customer.last_order_on)
    for status, until, last_on in db.session.execute(by_hand.where(customer.override_status.is_not(None))):
        if until is None or until >= basis.today:
            lately += (status == "Active") - (last_on is not None and last_on >= since)
    return lately, everyone - lately
