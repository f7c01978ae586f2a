"""Placing orders and moving them on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.activity import queries as trail
from cms.activity.actions import record
from cms.customers.actions import customer_ordered
from cms.db import db, lock, lost_race
from cms.errors import Conflict, RuleError
from cms.invoices import queries as invoices
from cms.invoices.actions import credit_the_rest
from cms.invoices.rules import Taxing, tax_of, taxing_of
from cms.models import Customer, Order, OrderLine, StatusChange
from cms.orders import queries, rules
from cms.products.actions import note_moves, sell, unsell
from cms.refs import next_ref
from cms.settings.queries import the_shop
from cms.totals.actions import count_for_customer, count_order
from cms.totals.products import count_sold


@dataclass(frozen=True)
class Item:
    """One line as typed: which product, how many, at what price, with what discount."""

    product_id: int
    quantity: int
    unit_price_paise: int
    discount_bp: int = 0


def place_order(
    customer: Customer,
    items: Sequence[Item],
    discount_paise: int,
    address: str,
    note: str,
    shop: Any,
    by: Any,
    request_key: str | None = None,
) -> Order:
    """A new pending order, its stock taken and its totals counted. The same request key gives back the one it made.

    Raises RuleError when a product is gone or too few are left, or figures are out of bounds.
    """
    if request_key and (made := queries.by_request_key(request_key)):
        return made
    money = priced(items, discount_paise, shop.currency)
    if customer.archived_at is not None:
        raise RuleError(f"{customer.name} is archived; restore the customer first", "customer")
    pairs = zip(items, money, strict=True)
    sold = by_product((item.product_id, item.quantity, line.total_paise) for item, line in pairs)
    products, taxing = sell(sold), taxing_of(shop, customer)
    lines, now = line_rows(items, money, products, taxing), clock.now()
    order = Order(
        ref=next_ref(Order),
        customer_id=customer.id,
        status="Pending",
        ordered_at=now,
        ordered_on=clock.business_date(now, shop.zone),
        address=address,
        note=note,
        created_at=now,
        created_by_id=getattr(by, "id", None),
        request_key=request_key,
        discount_paise=discount_paise,
        **sums_of(lines, taxing),
    )
    try:
        with db.session.begin_nested():
            db.session.add(order)
    except IntegrityError as error:
        if lost_race(error):  # the customer was merged into another: tried again, it says so
            raise
        # The same form sent twice at the same moment: the other one is stored by now, this one is undone by its caller.
        raise Conflict("This order has just been placed", field="request_key") from None
    _add_lines(order, lines)
    note_moves({id: -units for id, (units, _) in sold.items()}, "sold", order, by)
    count_for_customer(order, 1)
    customer_ordered(customer, by)
    count_order(order, "Pending", 1)
    count_sold(order.ordered_on, sold, 1)
    record(
        by, "order.placed", order, customer_id=customer.id, order_id=order.id, after={"total_paise": order.total_paise}
    )
    return order


def move_order(order: Order, new: str, seen: str, by: Any) -> None:
    """Move an order on to status `new`. `seen` is the status the person saw.

    Raises Conflict when someone moved it meanwhile, RuleError when that step is not allowed.
    """
    lock(order)
    if order.status != seen:
        raise Conflict(
            f"{order.ref} is {order.status.lower()} by now; it was changed meanwhile", {"status": order.status}
        )
    rules.check_move(order.status, new)
    if new == "Cancelled" and order.returned_units:
        raise RuleError("Something of this order came back already; it can no longer be cancelled", "status")
    _change_status(order, new, None, by)
    if new == "Cancelled":
        credit_the_rest(order, the_shop, by)


def take_back(order: Order, seen: str, undo_minutes: int, by: Any) -> None:
    """Undo the last step of an order within `undo_minutes`. Raises Conflict or RuleError."""
    lock(order)
    if order.status != seen:
        raise Conflict(
            f"{order.ref} is {order.status.lower()} by now; it was changed meanwhile", {"status": order.status}
        )
    step = queries.last_step(db.session.execute(queries.steps_of(order.id)).all())
    rules.check_take_back(step.old if step else "", order.status, step.at if step else None, clock.now(), undo_minutes)
    if order.status == "Cancelled" and invoices.is_invoiced(order.id):
        raise RuleError("A credit note has answered the invoice of this order; enter a new order instead", "status")
    assert step is not None  # check_take_back refuses an order without a step
    if order.status == "Delivered" and order.returned_units:
        raise RuleError("Something of this order came back already; the delivery stands", "status")
    _change_status(order, step.old, step.id, by, trail.standing_move(order.id, step.old, step.new))


def move_orders(moves: Iterable[tuple[Order, str]], new: str, by: Any) -> tuple[list[Order], list[str]]:
    """Move several orders, each with the status it was seen in; gives the moved, and a sentence for each other."""
    moved, refused = [], []
    for order, seen in sorted(moves, key=lambda move: move[0].id):
        try:
            with db.session.begin_nested():  # what is refused half-way leaves nothing of itself behind
                move_order(order, new, seen, by)
            moved.append(order)
        except RuleError as error:
            refused.append(error.message if order.ref in error.message else f"{order.ref}: {error.message}")
    return moved, refused


def _change_status(order: Order, new: str, undoes_id: int | None, by: Any, entry_id: int | None = None) -> None:
    """`undoes_id`: the step that this takes back, and `entry_id` its entry in the trail, if it has one."""
    old, now = order.status, clock.now()
    sold = _sold_of(order) if "Cancelled" in (old, new) else {}
    if new == "Cancelled":
        unsell(sold, queries.stock_taken(order.id), order, by)
    elif old == "Cancelled":
        sell(sold)
        note_moves({id: -units for id, (units, _) in sold.items()}, "sold", order, by)
    if sold:
        count_sold(order.ordered_on, sold, -1 if new == "Cancelled" else 1)
    order.status = new
    order.version += 1
    if new == "Delivered":
        order.delivered_at = now
    elif old == "Delivered":
        order.delivered_at = None
    db.session.flush()
    if new == "Cancelled":
        count_for_customer(order, -1)
    elif old == "Cancelled":
        count_for_customer(order, 1)
    count_order(order, old, -1)
    count_order(order, new, 1)
    step = {"order_id": order.id, "old": old, "new": new, "at": now, "undoes_id": undoes_id}
    db.session.execute(insert(StatusChange).values(by_id=getattr(by, "id", None), **step))
    verb = "order.step_taken_back" if undoes_id else "order.moved"
    about = {"customer_id": order.customer_id, "order_id": order.id, "undoes_id": entry_id}
    record(by, verb, order, before={"status": old}, after={"status": new}, **about)


def _add_lines(order: Order, lines: list[dict[str, Any]]) -> None:
    rows = [line | {"order_id": order.id, "line_no": number} for number, line in enumerate(lines, start=1)]
    db.session.execute(insert(OrderLine), rows)
    placed = {"order_id": order.id, "old": None, "new": order.status, "at": order.created_at}
    db.session.execute(insert(StatusChange).values(by_id=order.created_by_id, **placed))


def priced(items: Sequence[Item], discount_paise: int, currency: str) -> list[rules.LineMoney]:
    """What each line comes to. Raises RuleError for figures out of bounds."""
    lines = [rules.Line(item.unit_price_paise, item.quantity, item.discount_bp) for item in items]
    rules.check_lines(lines, currency)
    return rules.line_totals(lines, discount_paise, currency)


def line_rows(
    items: Sequence[Item], money: Sequence[rules.LineMoney], products: Mapping[int, Any], taxing: Taxing
) -> list[dict[str, Any]]:
    """The lines as they are kept, each with what of it is tax."""
    return [
        {
            "product_id": item.product_id,
            "sku": (product := products[item.product_id]).sku,
            "product_name": product.name,
            "quantity": item.quantity,
            "unit_price_paise": item.unit_price_paise,
            "discount_bp": item.discount_bp,
            "discount_paise": line.discount_paise,
            "order_discount_paise": line.order_discount_paise,
            "total_paise": line.total_paise,
            "hsn": product.hsn,
            "gst_rate_bp": product.gst_rate_bp,
            **asdict(tax_of(line.total_paise, product.gst_rate_bp, taxing)),
        }
        for item, line in zip(items, money, strict=True)
    ]


def sums_of(lines: Sequence[Mapping[str, Any]], taxing: Taxing) -> dict[str, Any]:
    """What lines come to together, and how they are taxed."""
    total = sum(line["total_paise"] for line in lines)
    tax = sum(line["cgst_paise"] + line["sgst_paise"] + line["igst_paise"] for line in lines) if taxing.on_top else 0
    return {
        "gst_mode": taxing.mode,
        "place_of_supply": taxing.place,
        "total_paise": total,
        "tax_paise": tax,
        "payable_paise": total + tax,
        "line_count": len(lines),
        "units": sum(line["quantity"] for line in lines),
    }


def by_product(lines: Iterable[tuple[int, int, int]]) -> dict[int, tuple[int, int]]:
    """Units and money of each product, in the order of the ids: so are their rows locked."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for product_id, units, paise in lines:
        sums[product_id][0] += units
        sums[product_id][1] += paise
    return {product_id: (units, paise) for product_id, (units, paise) in sorted(sums.items())}


def _sold_of(order: Order) -> dict[int, tuple[int, int]]:
    return by_product((line.product_id, line.quantity, line.total_paise) for line in queries.lines_of(order.id))
