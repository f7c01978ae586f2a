"""What the dashboards show: sums over the kept totals of the days of a range."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from cms.dashboards.words import words_in
from cms.db import db
from cms.figures.filters import Basis
from cms.figures.queries import NOT_STATED
from cms.models import DayTotal, MethodTotal, RatingTotal, Return

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
    """Ratings given: day, rating, ratings."""
    query = select(RatingTotal.day, RatingTotal.rating, RatingTotal.ratings)
    return db.session.execute(query.where(RatingTotal.day.between(since, until), RatingTotal.ratings > 0)).all()


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
    """All customers by `segment` or `gender`, which an index counts."""
    column = basis.customers.c[name]
    query = select(column, func.count()).select_from(basis.customers).group_by(column)
    return Counter({value or NOT_STATED: count for value, count in db.session.execute(query)})


def active_and_inactive(basis: Basis, active_days: int) -> tuple[int, int]:
    """All customers by how they stand: counted by their last order, then put right for those set by hand."""
    customer, since = basis.customers.c, basis.today - timedelta(active_days)
    everyone, lately = (
        db.session.scalar(select(func.count()).select_from(basis.customers).where(*where)) or 0
        for where in ((), (customer.last_order_on >= since,))
    )
    by_hand = select(customer.override_status, customer.override_until, customer.last_order_on)
    for status, until, last_on in db.session.execute(by_hand.where(customer.override_status.is_not(None))):
        if until is None or until >= basis.today:
            lately += (status == "Active") - (last_on is not None and last_on >= since)
    return lately, everyone - lately
