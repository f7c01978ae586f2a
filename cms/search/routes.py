"""One search for the whole shop: the dialog of every page, and a page of its own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.auth.sessions import shop
from cms.customers.rules import as_new
from cms.search import queries, rules
from cms.shell import today
from cms.web import is_htmx

bp = Blueprint("search", __name__, url_prefix="/search")

PAGES = {
    "customers": "/customers/{}",
    "orders": "/orders/{}",
    "invoices": "/orders/{}/invoice",
    "credit_notes": "/credit-notes/{}",
    "products": "/products/{}",
    "complaints": "/complaints/{}",
    "returns": "/returns/{}",
    "payments": "/payments/{}",
}


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    """What was found; by HTMX as the list of the dialog. One number typed whole opens what it is the number of."""
    asked = rules.read(request.args.get("q", ""), today(), shop().invoice_prefix, shop().credit_prefix)
    groups = queries.found(asked)
    exact = [(group.kind, row.id) for group in groups for row in group.rows[: group.exact]]
    if len(exact) == 1 and not is_htmx():
        kind, id = exact[0]
        return redirect(PAGES[kind].format(id))
    carried: dict[str, Any] = as_new(asked.text)
    return render_template(
        "search/_found.html" if is_htmx() else "search/index.html",
        asked=asked,
        groups=groups,
        pages=PAGES,
        box=is_htmx(),
        carry=carried and url_for("customers.new", **carried),
    )
