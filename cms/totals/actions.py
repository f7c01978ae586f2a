"""Keeping totals: a little with every write, or all of them anew after many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from cms.db import db
from cms.habits import queries as habits
from cms.habits import rules
from cms.models import Customer, DayTotal, MethodTotal, Order, OrderLine, Product, RatingTotal
from cms.totals.filters import DAY_COLUMNS, METHOD_COLUMNS, days_recounted, methods_recounted
from cms.totals.products import rebuild_products
from cms.totals.queries import differs, kept_totals, moved_of
from cms.totals.ratings import ratings_recounted


def count_on(day: date, **by: int) -> None:
    """Add these amounts (DAY_COLUMNS, also negative) to the totals of a business day."""
    _add(DayTotal, {"day": day}, by)


def count_method(day: date, method: str, payments: int, received_paise: int, refunded_paise: int) -> None:
    """Add confirmed money (also negative) to the totals of a business day and method."""
    amounts = dict(zip(METHOD_COLUMNS, (payments, received_paise, refunded_paise), strict=True))
    _add(MethodTotal, {"day": day, "method": method}, amounts)


def count_rating(day: date, stars: int) -> None:
    """Count a rating on its business day."""
    _add(RatingTotal, {"day": day, "rating": stars}, {"ratings": 1})


def _add(table: Any, key: dict[str, Any], by: dict[str, int]) -> None:
    """Add to the row of this key, which is made if there is none."""
    adding = _adding(table, tuple(key), tuple(by))
    values = {f"key_{name}": value for name, value in key.items()} | {
        f"by_{name}": amount for name, amount in by.items()
    }
    if db.session.execute(adding, values).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with db.session.begin_nested():
            db.session.execute(insert(table).values(**key, **by))
    except IntegrityError:  # another made the row between the two
        db.session.execute(adding, values)


@cache
def _adding(table: Any, key: tuple[str, ...], by: tuple[str, ...]) -> Any:
    """Put together once: an order placed adds to half a dozen rows."""
    rows = table.__table__
    return (
        update(rows)
        .where(*(rows.c[name] == bindparam(f"key_{name}") for name in key))
        .values({name: rows.c[name] + bindparam(f"by_{name}") for name in by})
    )


def count_order(order: Order, status: str, sign: int) -> None:
    """Count an order in (+1) or out (-1) of its day, as one of this status."""
    amounts = {status.lower(): sign}
    if status != "Cancelled":
        amounts |= {
            "line_count": sign * order.line_count,
            "units": sign * order.units,
            "gross_paise": sign * order.total_paise,
        }
    count_on(order.ordered_on, **amounts)


def count_for_customer(order: Order, sign: int) -> None:
    """Count an order in (+1) or out (-1) of its customer's totals, and of what is kept of customers over time.

    Before `count_order` of the same transaction: the rows of a customer are locked before those of a day.
    """
    segment = _hold(order.customer_id)
    without = habits.days_of(order.customer_id, besides=order.id)
    whole = rules.with_order(without, order.ordered_on, order.total_paise)
    before, after = (without, whole) if sign > 0 else (whole, without)
    db.session.execute(
        update(Customer)
        .where(Customer.id == order.customer_id)
        .values(_bought(after))
        .execution_options(synchronize_session=False)
    )
    _move(rules.contribution(order.customer_id, segment, before), rules.contribution(order.customer_id, segment, after))


def count_segment(customer_id: int, old: str, new: str) -> None:
    """Count what a customer bought among another segment. The customer's row is held already."""
    days = habits.days_of(customer_id)
    _move(rules.contribution(customer_id, old, days), rules.contribution(customer_id, new, days))


@contextmanager
def recounting(*customer_ids: int) -> Iterator[None]:
    """What is kept of these customers, after whatever is done inside to whom orders, refunds and credit belong.

    The caller holds their rows.
    """
    before = _all_of(customer_ids)
    yield
    db.session.flush()
    after = _all_of(customer_ids)
    for customer_id in customer_ids:
        db.session.execute(
            update(Customer)
            .where(Customer.id == customer_id)
            .values(_bought(habits.days_of(customer_id)) | moved_of(customer_id))
            .execution_options(synchronize_session=False)
        )
    _move(before, after)


def _all_of(customer_ids: Iterable[int]) -> rules.Amounts:
    sums: rules.Amounts = {}
    for customer_id in customer_ids:
        segment = db.session.scalars(select(Customer.segment).where(Customer.id == customer_id)).one()
        for key, amounts in rules.contribution(customer_id, segment, habits.days_of(customer_id)).items():
            there = sums.get(key, (0,) * len(amounts))
            sums[key] = tuple(a + b for a, b in zip(there, amounts, strict=True))
    return sums


def _bought(days: Sequence[rules.Day]) -> dict[str, Any]:
    """The kept totals that the days with orders give."""
    first, last = (days[0].day, days[-1].day) if days else (None, None)
    gross = sum(day.paise for day in days)
    return {
        "order_count": sum(day.orders for day in days),
        "gross_paise": gross,
        "first_order_on": first,
        "last_order_on": last,
        "pace_paise": rules.pace_paise(gross, first, last) if first and last else 0,
    }


_HELD = select(Customer.segment).where(Customer.id == bindparam("id")).with_for_update()


def _hold(customer_id: int) -> str:
    """Lock a customer's row; gives the segment."""
    return db.session.scalars(_HELD, {"id": customer_id}).one()


def _move(before: rules.Amounts, after: rules.Amounts) -> None:
    for (name, *key), amounts in rules.difference(before, after):
        table, key_names, amount_names = habits.PARTS[name]
        _add(table, dict(zip(key_names, key, strict=True)), dict(zip(amount_names, amounts, strict=True)))


def _hold_all() -> None:
    """Lock the rows that totals stand in, in the order in which every write does.

    Whoever changed one has then committed, so that the recount sees it; who comes later adds to what it gives. On
    SQLite nobody else writes.
    """
    if db.engine.dialect.name != "sqlite":
        for table in (Order, OrderLine, Product, Customer):
            db.session.execute(update(table).values(id=table.id).execution_options(synchronize_session=False))


def rebuild() -> None:
    """All kept totals anew from the rows, set by set: after an import or a demo. Stock is left to its moves."""
    _hold_all()
    for kept in kept_totals():
        if kept.table is Product and kept.columns == ("stock",):
            continue
        values: dict[str, Any] = {name: kept.recount.c[name] for name in kept.columns}
        if kept.table is Order:
            values["payable_paise"] = kept.recount.c.total_paise + Order.tax_paise + Order.round_off_paise
        db.session.execute(
            update(kept.table)
            .where(kept.key == kept.recount.c.key, differs(kept))
            .values(values)
            .execution_options(synchronize_session=False)
        )
    db.session.execute(delete(DayTotal).execution_options(synchronize_session=False))
    db.session.execute(insert(DayTotal).from_select(["day", *DAY_COLUMNS], days_recounted()))
    db.session.execute(delete(MethodTotal).execution_options(synchronize_session=False))
    db.session.execute(insert(MethodTotal).from_select(["day", "method", *METHOD_COLUMNS], methods_recounted()))
    db.session.execute(delete(RatingTotal).execution_options(synchronize_session=False))
    db.session.execute(insert(RatingTotal).from_select(["day", "rating", "ratings"], ratings_recounted()))
    rebuild_products()
    for whole in habits.wholes():
        db.session.execute(delete(whole.table).execution_options(synchronize_session=False))
        db.session.execute(insert(whole.table).from_select(list(whole.columns), whole.recount))
