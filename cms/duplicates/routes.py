"""Customers who are entered twice: the pairs that look alike, one pair side by side, merging it, telling it apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.auth.sessions import shop
from cms.customers import queries as customers
from cms.dates import show_moment
from cms.db import db
from cms.duplicates import actions, queries, rules
from cms.errors import RuleError
from cms.fields import id_in, version_of
from cms.formats import show_phone
from cms.shell import standing_of, today
from cms.web import page_or_fragment, toast

bp = Blueprint("duplicates", __name__, url_prefix="/duplicates")


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    """The surest kind that has any pairs, unless one is asked for."""
    kind, after = request.args.get("kind", ""), request.args.get("after", "")[:254].replace("\0", "")
    if kind in rules.KINDS:
        page = queries.alike(kind, after)
    else:
        pages = (queries.alike(kind, "") for kind in rules.KINDS)
        page = next((page for page in pages if page.pairs), queries.Alike(next(iter(rules.KINDS)), [], ""))
    return render_template(
        "duplicates/index.html", page=page, began=after, kinds=rules.KINDS, merges=queries.latest_merges()
    )


@bp.get("/<int:customer_id>")
@needs("work")
def twins(customer_id: int) -> ResponseReturnValue:
    """With whom one customer could be merged: who looks alike, or whoever is looked for."""
    customer, q = customers.customer_or_404(customer_id), request.args.get("q", "")[:200]
    found = queries.as_shown([row.id for row in customers.customers_named(q) if row.id != customer_id])
    return page_or_fragment(
        "duplicates/twins.html",
        "duplicates/_found.html",
        customer=customer,
        twins=queries.twins_of(customer),
        merges=queries.merges_into(customer_id),
        found=found,
        q=q,
    )


@bp.get("/<int:customer_id>/<int:other_id>")
@needs("work")
def compare(customer_id: int, other_id: int) -> ResponseReturnValue:
    return _page(customer_id, other_id, {})


@bp.post("/<int:customer_id>/<int:other_id>")
@needs("work")
def merge(customer_id: int, other_id: int) -> ResponseReturnValue:
    chosen = {name: id for name in rules.FIELDS if (id := id_in(request.form.get(f"keep-{name}")))}
    versions = {id: version_of(request.form.get(f"version-{id}")) for id in (customer_id, other_id)}
    try:
        kept, entry = actions.merge_customers(customer_id, other_id, chosen, versions, g.me)
    except RuleError as error:
        db.session.rollback()
        return _page(customer_id, other_id, chosen, error.message), 422
    db.session.commit()
    toast(f"Merged into {kept.name} ({kept.ref})", undo=entry)
    return redirect(url_for("customers.show", customer_id=kept.id), 303)


@bp.post("/<int:customer_id>/<int:other_id>/apart")
@needs("work")
def save_apart(customer_id: int, other_id: int) -> ResponseReturnValue:
    _pair_or_404(customer_id, other_id)
    try:
        entry = actions.tell_apart(customer_id, other_id, g.me)
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    else:
        db.session.commit()
        toast("Noted: they are not the same", undo=entry)
    return redirect(url_for("duplicates.index"), 303)


def _page(customer_id: int, other_id: int, chosen: Mapping[str, int], problem: str = "") -> str:
    found = one, other = _pair_or_404(customer_id, other_id)
    if any(row.forgotten_at for row in found):
        abort(404, "Somebody who was forgotten is merged with nobody")
    usual = {name: rules.usual(name, one, other).id for name in rules.FIELDS}
    return render_template(
        "duplicates/compare.html",
        pair=found,
        fields=[_field(name, one, other) for name in rules.FIELDS],
        chosen=usual | {name: id for name, id in chosen.items() if id in (one.id, other.id)},
        holdings=queries.holdings(one.id, other.id),
        labels={name: label for name, (label, _table) in queries.COUNTED.items()},
        apart=queries.apart_of(one.id, other.id),
        problem=problem,
    )


def _pair_or_404(customer_id: int, other_id: int) -> tuple[Any, Any]:
    if found := queries.pair(customer_id, other_id):
        return found
    for id in (customer_id, other_id):
        customers.customer_or_404(id)  # says so when it was merged into another
    abort(404, "To compare, it takes two customers")


def _field(name: str, one: Any, other: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": rules.FIELDS[name][0],
        "differs": rules.differs(name, one, other) and _said(name, one) != _said(name, other),
        "said": {row.id: _said(name, row) for row in (one, other)},
    }


def _said(name: str, row: Any) -> str:
    """What a customer says in this field, as people read it."""
    if name == "phone":
        return show_phone(row.phone) or "None"
    if name == "offers":
        return f"May be sent, agreed on {_moment(row.marketing_at)}" if row.marketing_at else "Not agreed to"
    if name == "standing":
        return standing_of(row).why if row.override_status else "As the orders say"
    values = [getattr(row, column) for column in rules.FIELDS[name][1]]
    return ", ".join(str(value) for value in values if value) or "None"


def _moment(at: Any) -> str:
    return show_moment(at, shop().zone, today())
