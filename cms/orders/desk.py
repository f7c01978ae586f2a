"""The form of an order, new or to be changed: read from what was posted, and all that its templates need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cms import clock
from cms.customers import actions as customer_actions
from cms.customers import queries as customers
from cms.errors import RuleError
from cms.fields import id_in
from cms.invoices.rules import tax_of, taxing_of
from cms.models import Order
from cms.money import plain_money
from cms.orders import queries, rules
from cms.orders.actions import Item
from cms.orders.changing import as_typed
from cms.orders.forms import Draft, TypedLine
from cms.products import queries as products


def typed(posted: Any, shop: Any) -> Draft:
    """The form as it was posted."""
    ids = {id for text in posted.getlist("product")[: rules.MOST_LINES + 1] if (id := id_in(text))}
    picked = customers.pick(id_in(posted.get("customer")))
    draft = Draft.from_form(posted, shop.currency, picked, products.products_by_id(ids) if ids else {})
    draft.order = queries.about(id_in(posted.get("order")))
    return draft


def filled_in(order: Order, key: str, shop: Any) -> Draft:
    """The form as an order would have been typed."""
    said = as_typed(order, queries.line_rows(order.id))
    goods = products.products_by_id(item.product_id for item in said.items)
    draft = Draft(shop.currency, key, customers.pick(order.customer_id), opened=True)
    draft.order, draft.version, draft.ordered_on = queries.about(order.id), str(order.version), said.day.isoformat()
    draft.address, draft.note = order.address, order.note
    draft.discount = plain_money(said.discount_paise, shop.currency) if said.discount_paise else ""
    draft.new = dict.fromkeys(("name", "phone", "email", "segment"), "")
    draft.lines = [
        TypedLine(
            goods[item.product_id],
            str(item.quantity),
            plain_money(item.unit_price_paise, shop.currency),
            f"{item.discount_bp / 100:g}" if item.discount_bp else "",
        )
        for item in said.items
    ]
    return draft


def shown(draft: Draft, shop: Any) -> dict[str, Any]:
    """What the templates of the form need."""
    totals, taxing = draft.totals(), taxing_of(shop, draft.customer)
    lines = zip(totals, draft.lines, strict=True)
    tax = sum(tax_of(money.total_paise, line.product.gst_rate_bp, taxing).tax_paise for money, line in lines if money)
    total = sum(line.total_paise for line in totals if line) if all(totals) else None
    return {
        "draft": draft,
        "totals": totals,
        "total": total,
        "tax": tax,
        "tax_on_top": taxing.on_top,
        "payable": total + tax if total is not None and taxing.on_top else total,
        "found_customers": customers.customers_named(draft.customer_q) if draft.customer_q.strip() else [],
        "found_products": products.products_named(draft.product_q),
        "segments": customers.segments(),
        "last_day": clock.today(shop.zone),
    }


def buyer(draft: Draft, shop: Any, by: Any) -> Any:
    """The customer who was picked, or the one who is new and begins with this order."""
    if draft.new_customer is not None:
        return customer_actions.add_customer(draft.new_customer, shop.zone, by, draft.request_key or None)
    return customers.customer_or_404(draft.customer.id)


def items(draft: Draft) -> Sequence[Item]:
    """The lines that were understood."""
    return [
        Item(typed_line.product.id, line.quantity, line.unit_price_paise, line.discount_bp)
        for typed_line in draft.lines
        if (line := typed_line.line)
    ]


FIELDS: Mapping[str, str] = {"email": "new_email", "phone": "new_phone", "segment": "new_segment"}


def blame(draft: Draft, error: RuleError) -> None:
    """Say what was refused beside the field that it is about."""
    for line in draft.lines:
        if error.field == f"product-{line.product.id}":
            line.refused = error.message
            return
    draft.problems[FIELDS.get(error.field or "", error.field or "lines")] = error.message
