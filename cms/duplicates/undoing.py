"""Making two customers again of the one whom a merge made: what was moved goes back, what came since stays or goes with
its order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from cms.activity.actions import as_kept, record
from cms.customers import queries as customers
from cms.customers.keys import add_terms, fill, rewrite, terms_of
from cms.db import db, lock
from cms.duplicates import moving, queries
from cms.duplicates.actions import VALUE, add_apart, as_columns
from cms.errors import RuleError
from cms.formats import email_key
from cms.models import ClvFit, CreditMove, Customer, CustomerValue, Merge
from cms.totals.actions import count_on, count_segment, recounting

GONE_ALREADY = "This merge no longer stands: somebody has taken it back, or it went into a later one"


def unmerge(entry: Any, by: Any) -> None:
    """Undo the merge that an entry of the trail tells of. Raises RuleError, saying what was built on it since."""
    merge = queries.merge_of_entry(entry.id)
    if merge is None:
        raise RuleError(GONE_ALREADY)
    moving.hold_orders(merge.kept_id)
    kept = db.session.get(Customer, merge.kept_id)
    if kept is None:
        raise RuleError(GONE_ALREADY)
    lock(kept)
    merge = queries.merge_of_entry(entry.id)
    if merge is None or merge.kept_id != kept.id:
        raise RuleError(GONE_ALREADY)
    if merge.before is None or merge.after is None or kept.forgotten_at:
        raise RuleError("This person was forgotten; nothing is left to make two of them again")
    if later := queries.later_merge(merge):
        raise RuleError(f"{later.old_ref} was merged into {kept.ref} after this; undo that first")
    _check_unchanged(kept, merge)
    gone = _brought_back(kept, merge)
    with recounting(kept.id, gone.id):
        moving.move_back(gone.id, kept.id)
        _check_credit(kept, gone)
    _part_values(kept.id, gone.id, merge.before["values"])
    _part_apart(kept.id, gone.id, merge.before["apart"])
    db.session.execute(_quietly(delete(Merge).where(Merge.gone_id == gone.id)))
    db.session.expunge(merge)
    told = {"old_ref": gone.ref}
    record(by, "customer.merge_undone", kept, customer_id=kept.id, after=told, undoes_id=entry.id)
    record(by, "customer.brought_back", gone, customer_id=gone.id, after={"old_ref": kept.ref})


def _check_unchanged(kept: Customer, merge: Merge) -> None:
    after = merge.after or {}
    says = as_kept({name: getattr(kept, name) for name in after}) or {}
    changed = [name.removesuffix("_at").replace("_", " ") for name, value in after.items() if says[name] != value]
    if changed:
        raise RuleError(
            f"{kept.name} was changed since ({', '.join(changed)}); put that back first, then undo the merge"
        )


def _brought_back(kept: Customer, merge: Merge) -> Customer:
    """Both say again what they said before; the kept one first, since no two may have one phone, e-mail or number."""
    assert merge.before is not None  # looked at by the caller
    was, values = as_columns(merge.before["kept"]), as_columns(merge.before["gone"])
    for segment in {was["segment"], values["segment"]} - set(customers.segments()):
        raise RuleError(
            f"There is no segment {segment} any more; add it under Settings, then undo the merge", "segment"
        )
    count_on(max(was["created_on"], values["created_on"]), customers=1)
    if kept.segment != was["segment"]:
        count_segment(kept.id, kept.segment, was["segment"])
    rewrite(kept, was | {"version": kept.version + 1})
    gone = Customer(**values)
    for row in (kept, gone):
        taken = customers.same_contact(email_key(row.email) if row.email else None, row.phone or None, row.id)
        if taken is not None:
            raise RuleError(f"{taken.name} ({taken.ref}) has the phone or e-mail of {row.name} by now")
    gone.version += 1
    fill(gone, {})
    db.session.add(gone)
    db.session.flush()
    add_terms(gone, terms_of(gone))
    return gone


def _check_credit(*rows: Customer) -> None:
    for row in rows:
        query = select(func.coalesce(func.sum(CreditMove.amount_paise), 0)).where(CreditMove.customer_id == row.id)
        if (db.session.scalar(query) or 0) < 0:
            raise RuleError(f"Store credit that {row.name} would not have had was spent since; the merge stands")


def _part_values(kept_id: int, gone_id: int, was: dict[str, list[dict[str, Any]]]) -> None:
    """What the lifetime model expected of each, as far as that fit is still kept."""
    fits = set(db.session.scalars(select(CustomerValue.fit_id).where(CustomerValue.customer_id == kept_id)))
    fits &= set(db.session.scalars(select(ClvFit.id)))
    mine = {row["fit_id"]: row for row in was.get(str(kept_id), [])}
    for theirs in was.get(str(gone_id), []):
        if (fit := theirs["fit_id"]) not in fits:
            continue
        of_kept = (CustomerValue.fit_id == fit, CustomerValue.customer_id == kept_id)
        if fit in mine:
            values = {name: mine[fit][name] for name in VALUE}
            db.session.execute(_quietly(update(CustomerValue).where(*of_kept).values(values)))
        else:
            db.session.execute(_quietly(delete(CustomerValue).where(*of_kept)))
        db.session.execute(insert(CustomerValue).values(**theirs, customer_id=gone_id))


def _part_apart(kept_id: int, gone_id: int, was: list[dict[str, Any]]) -> None:
    for told in was:
        if told["new"] and (row := queries.apart_of(kept_id, told["id"])):
            db.session.delete(row)
            db.session.flush()
        if db.session.get(Customer, told["id"]) is not None:
            add_apart(gone_id, told["id"], datetime.fromisoformat(told["at"]), told["by_id"])


def _quietly(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
