"""Making one customer of two, and telling two apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.activity.actions import as_kept, record
from cms.customers.keys import drop_terms, rewrite, terms_of
from cms.customers.rules import check_gstin
from cms.db import claim, db, lock
from cms.duplicates import moving, queries, rules
from cms.errors import Conflict, RuleError
from cms.models import Apart, Customer, CustomerValue, CustomerYear, Merge
from cms.notifications.actions import end_offers
from cms.totals.actions import count_on, count_segment, recounting

NOT_KEPT = (
    "order_count",
    "gross_paise",
    "returned_paise",
    "credit_paise",
    "pace_paise",
    "first_order_on",
    "last_order_on",
)
"""Told anew from the rows, in both directions."""


def merge_customers(
    one_id: int, other_id: int, chosen: Mapping[str, int], versions: Mapping[int, int], by: Any
) -> tuple[Customer, int]:
    """Make one customer of two: the kept one, and the entry by which it can be undone.

    `chosen`: of each of `rules.FIELDS` whose value stays, by id. Raises Conflict when somebody has edited, merged or
    forgotten one of them since `versions`, RuleError when a forgotten one is among them or the values contradict.
    """
    moving.hold_orders(one_id, other_id)
    found = queries.pair(one_id, other_id)
    if found is None:
        raise Conflict("Somebody has merged or changed these two a moment ago. Load the page again.")
    for row in found:
        claim(row, versions.get(row.id, 0))
    if any(row.forgotten_at for row in found):
        raise RuleError("Somebody who was forgotten is merged with nobody")
    one, other = found
    kept, gone = rules.kept_and_gone(one, other, queries.newest_id())
    by_id = {row.id: row for row in found}
    values = rules.merged_values(one, other, {name: by_id.get(chosen.get(name, 0), kept) for name in rules.FIELDS})
    check_gstin(values["gstin"], values["state"])
    return kept, _merge(kept, gone, values, by)


def _merge(kept: Customer, gone: Customer, values: Mapping[str, Any], by: Any) -> int:
    old_ref = next(row.ref for row in (kept, gone) if row.ref != values["ref"])
    before = {
        "kept": as_kept({name: getattr(kept, name) for name in values}),
        "gone": as_kept({name: getattr(gone, name) for name in gone_columns()}),
        "values": _values_of(kept, gone),
        "apart": _apart_of(kept, gone),
    }
    entry = record(by, "customer.merged", kept, customer_id=kept.id, after={"old_ref": old_ref})
    db.session.execute(
        insert(Merge).values(
            gone_id=gone.id, kept_id=kept.id, old_ref=old_ref, entry_id=entry, at=clock.now(),
            by_id=getattr(by, "id", None), before=before, after=as_kept(dict(values)),
        )
    )  # fmt: skip
    moving.note_rows(gone.id)
    with recounting(kept.id, gone.id):
        moving.move_rows(gone.id, kept.id)
    if kept.segment != values["segment"]:
        count_segment(kept.id, kept.segment, values["segment"])
    count_on(max(kept.created_on, gone.created_on), customers=-1)
    _join_values(kept.id, gone.id)
    _join_apart(kept.id, gone.id)
    drop_terms(gone, terms_of(gone))
    _delete(gone)
    db.session.refresh(kept)
    rewrite(kept, values)
    if not kept.marketing_at:  # one of the two may have been about to get some
        end_offers(kept.id)
    return entry


def gone_columns() -> list[str]:
    """What is kept of a customer who goes: all that is typed or decided, nothing that is told from the rest."""
    told = {"name_key", "email_key", "phone_key", "search_text", *rules.KINDS, *NOT_KEPT}
    return [column.key for column in Customer.__table__.columns if column.key not in told]


def as_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `as_kept` made text, as the columns of a customer hold it."""
    read = {Date: date.fromisoformat, DateTime: datetime.fromisoformat}
    columns = Customer.__table__.columns
    return {
        name: read[type(columns[name].type)](value) if value is not None and type(columns[name].type) in read else value
        for name, value in values.items()
    }


def _delete(gone: Customer) -> None:
    """Whoever began to name this customer a moment ago makes the database refuse; tried again, that is moved too."""
    for table in (CustomerYear, CustomerValue):
        db.session.execute(_without_looking(delete(table).where(table.customer_id == gone.id)))
    db.session.execute(_without_looking(delete(Customer).where(Customer.id == gone.id)))
    db.session.expunge(gone)


def _without_looking(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)


VALUE = ("fit_id", "expected_orders", "alive", "value_paise")


def _values_of(*customers: Customer) -> dict[str, list[dict[str, Any]]]:
    """What the lifetime model expects of each, by id as JSON keeps it."""
    columns = [getattr(CustomerValue, name) for name in VALUE]
    return {
        str(one.id): [
            dict(row._mapping)
            for row in db.session.execute(select(*columns).where(CustomerValue.customer_id == one.id))
        ]
        for one in customers
    }


def _join_values(kept_id: int, gone_id: int) -> None:
    """Until the model is fitted anew, what is expected of both together is expected of the kept one."""
    for row in db.session.execute(select(*CustomerValue.__table__.c).where(CustomerValue.customer_id == gone_id)).all():
        mine = (CustomerValue.fit_id == row.fit_id, CustomerValue.customer_id == kept_id)
        added = update(CustomerValue).where(*mine).values(
            expected_orders=CustomerValue.expected_orders + row.expected_orders,
            value_paise=CustomerValue.value_paise + row.value_paise,
        )  # fmt: skip
        if not db.session.execute(_without_looking(added)).rowcount:  # type: ignore[attr-defined]
            db.session.execute(insert(CustomerValue).values(**{**row._mapping, "customer_id": kept_id}))


def _apart_of(kept: Customer, gone: Customer) -> list[dict[str, Any]]:
    """Whom somebody told apart from the one who goes, and whether the kept one gets to know it by the merge."""
    known = {row.low_id + row.high_id - kept.id for row in queries.apart_rows(kept.id)}
    others = [(row, row.low_id + row.high_id - gone.id) for row in queries.apart_rows(gone.id)]
    return [
        {"id": other, "at": row.at.isoformat(), "by_id": row.by_id, "new": other != kept.id and other not in known}
        for row, other in others
    ]


def _join_apart(kept_id: int, gone_id: int) -> None:
    """Who is not the one is not the other either."""
    known = {row.low_id + row.high_id - kept_id for row in queries.apart_rows(kept_id)}
    for row in queries.apart_rows(gone_id):
        other = row.low_id + row.high_id - gone_id
        db.session.delete(row)
        if other not in known | {kept_id}:
            add_apart(kept_id, other, row.at, row.by_id)
    db.session.flush()


def add_apart(one_id: int, other_id: int, at: datetime, by_id: int | None) -> None:
    low, high = sorted((one_id, other_id))
    db.session.execute(insert(Apart).values(low_id=low, high_id=high, at=at, by_id=by_id))


def tell_apart(one_id: int, other_id: int, by: Any) -> int:
    """Remember that two customers are not the same; gives the entry. Raises RuleError when one of them is gone."""
    found = queries.pair(one_id, other_id)
    if found is None:
        raise RuleError("One of these two no longer exists")
    one, other = found
    if queries.apart_of(one_id, other_id) is not None:
        raise RuleError("Somebody has said so already")
    try:
        with db.session.begin_nested():
            add_apart(one_id, other_id, clock.now(), getattr(by, "id", None))
    except IntegrityError:  # another said so between the look and now
        raise RuleError("Somebody has said so already") from None
    return record(
        by,
        "customer.told_apart",
        one,
        customer_id=one.id,
        after={"other_id": other.id, "old_ref": other.ref},
    )


def take_back_apart(entry: Any, by: Any) -> None:
    """They may be the same after all. Raises RuleError when that was said already, or one of them is gone."""
    one = db.session.get(Customer, entry.thing_id)
    row = queries.apart_of(entry.thing_id, entry.after["other_id"])
    if one is None or row is None:
        raise RuleError("That no longer stands: they were merged, or somebody has taken it back")
    lock(one)
    gone = delete(Apart).where(Apart.low_id == row.low_id, Apart.high_id == row.high_id)
    if not db.session.execute(_without_looking(gone)).rowcount:  # type: ignore[attr-defined]
        raise RuleError("Somebody has taken this back already")
    db.session.expunge(row)
    told = {"old_ref": entry.after.get("old_ref", "")}
    record(by, "customer.maybe_same", one, customer_id=one.id, after=told, undoes_id=entry.id)
