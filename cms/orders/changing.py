"""Changing an order after it was placed: customer, day and lines; what hangs on it and what counts it follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from cms import clock
from cms.activity.actions import record
from cms.customers.actions import customer_ordered
from cms.dates import show_date, to_local, to_utc
from cms.db import db, lock
from cms.errors import Conflict, RuleError
from cms.feedback.actions import end_links
from cms.invoices import queries as invoices
from cms.invoices.rules import taxing_of
from cms.models import Activity, Complaint, CreditMove, Customer, Feedback, Notification, Order, OrderLine, Payment
from cms.money import percent_of, show_money
from cms.notifications.actions import leave_order
from cms.orders import queries, rules
from cms.orders.actions import Item, by_product, line_rows, priced, sums_of
from cms.products.actions import resell
from cms.totals.actions import count_order, recounting
from cms.totals.products import count_sold

FOLLOWS = (Payment, CreditMove, Complaint, Feedback)
"""What is of an order is of its customer. Messages stay with whom they were written to."""


@dataclass(frozen=True)
class Said:
    """What an order says, as it is typed."""

    items: Sequence[Item]
    discount_paise: int
    day: date
    address: str
    note: str


def as_typed(order: Order, lines: Sequence[Any]) -> Said:
    """What an order says now. An amount off a line that no percentage gives, which a file may have brought, is here a
    discount of the whole order."""
    items = [Item(line.product_id, line.quantity, line.unit_price_paise, line.discount_bp) for line in lines]
    off = sum(line.discount_paise + line.order_discount_paise for line in lines)
    off -= sum(percent_of(item.unit_price_paise * item.quantity, item.discount_bp) for item in items)
    return Said(items, max(off, 0), order.ordered_on, order.address, order.note)


def why_it_stays(order: Order) -> str:
    """Why this order is not to be changed; empty when it may be."""
    return rules.why_it_stays(order.ref, order.status, invoices.is_invoiced(order.id), queries.came_back(order.id))


def change_order(order: Order, customer: Customer, said: Said, seen_version: int, shop: Any, by: Any) -> bool:
    """Let an order say something else; whether it did. The same change sent twice is one.

    What is paid stays paid: what is more than is payable now is to be given back. Raises Conflict for an edit in
    between, RuleError where an order is not to be changed, or cannot be this.
    """
    if customer.id != order.customer_id:
        _hold_complaints(order.id)
    lock(order)
    lines, old_id = queries.line_rows(order.id), order.customer_id
    was = as_typed(order, lines)
    if (was, old_id) == (said, customer.id):
        return False
    if order.version != seen_version:
        raise Conflict(_as_it_is(order, lines, shop))
    if why := why_it_stays(order):
        raise RuleError(why)
    if said.day != order.ordered_on:
        rules.check_day(said.day, clock.today(shop.zone), queries.latest_day(order, shop.zone))
    before, counted = _told(order, was, old_id), _counted(order)
    sold = by_product((line.product_id, line.quantity, line.total_paise) for line in lines)
    anew = (was.items, was.discount_paise, old_id) != (said.items, said.discount_paise, customer.id)
    rows, sums = _worked_out(order, customer, said, lines, sold, shop, by) if anew else (None, {})
    now = by_product((row["product_id"], row["quantity"], row["total_paise"]) for row in rows) if rows else sold
    if rows is None:
        resell(sold, sold, {}, order, by)  # holds the products while they are counted on another day
    _hold_customers(old_id, customer)
    with recounting(*sorted({old_id, customer.id})):
        for name, value in (sums | _plain(order, said, shop)).items():
            setattr(order, name, value)
        if rows is not None:
            _replace_lines(order, rows)
        if customer.id != old_id:
            order.customer_id = customer.id
            db.session.flush()
            _bring_along(order, old_id, customer)
            customer_ordered(customer, by)
    count_order(counted, order.status, -1)
    count_order(order, order.status, 1)
    count_sold(counted.ordered_on, sold, -1)
    count_sold(order.ordered_on, now, 1)
    _record(order, old_id, before, lines, said, rows, shop, by)
    return True


def _hold_complaints(order_id: int) -> None:
    """Lock the complaints about this order: who moves one on holds it before its order and its customer."""
    query = select(Complaint.id).where(Complaint.order_id == order_id).order_by(Complaint.id)
    db.session.execute(query.with_for_update()).all()


def _counted(order: Order) -> Any:
    """The order as its day counts it."""
    names = ("ordered_on", "line_count", "units", "total_paise")
    return SimpleNamespace(**{name: getattr(order, name) for name in names})


def _worked_out(
    order: Order, customer: Customer, said: Said, lines: Sequence[Any], sold: Any, shop: Any, by: Any
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The new lines and what they come to, taxed as if ordered now. What stays keeps the name it was sold under."""
    money = priced(said.items, said.discount_paise, shop.currency)
    pairs = zip(said.items, money, strict=True)
    now = by_product((item.product_id, item.quantity, line.total_paise) for item, line in pairs)
    products = resell(sold, now, queries.stock_taken(order.id), order, by)
    taxing = taxing_of(shop, customer)
    rows = line_rows(said.items, money, products, taxing)
    names = {line.product_id: {"sku": line.sku, "product_name": line.product_name} for line in lines}
    values = sums_of(rows, taxing) | {"discount_paise": said.discount_paise, "round_off_paise": 0}
    return [row | names.get(row["product_id"], {}) for row in rows], values


def _plain(order: Order, said: Said, shop: Any) -> dict[str, Any]:
    """The day and the words of an order. On another day it keeps its time of day, as far as that is over."""
    at: datetime = order.ordered_at
    if said.day != order.ordered_on:
        local = to_local(at, shop.zone).replace(tzinfo=None)
        at = min(to_utc(datetime.combine(said.day, local.time()), shop.zone), clock.now())
    told = {"address": said.address, "note": said.note, "version": order.version + 1}
    return told | {"ordered_at": at, "ordered_on": said.day}


def _hold_customers(old_id: int, customer: Customer) -> None:
    """Lock both, by id. Raises RuleError when the new one is not to order anything."""
    old = customer if customer.id == old_id else db.session.get_one(Customer, old_id)
    for row in sorted({old, customer}, key=lambda row: row.id):
        lock(row)
    if old is not customer and customer.archived_at is not None:
        raise RuleError(f"{customer.name} is archived; restore the customer first", "customer")


def _replace_lines(order: Order, rows: list[dict[str, Any]]) -> None:
    db.session.execute(delete(OrderLine).where(OrderLine.order_id == order.id))
    db.session.expire(order, ["lines"])
    numbered = [row | {"order_id": order.id, "line_no": number} for number, row in enumerate(rows, start=1)]
    db.session.execute(insert(OrderLine), numbered)


def _bring_along(order: Order, old_id: int, customer: Customer) -> None:
    """What hangs on the order is the new customer's: money, credit, complaints, feedback and its story. Messages and
    the private link were the old one's. Raises RuleError when one of them would have less than no store credit."""
    for table in FOLLOWS:
        _run(update(table).where(table.order_id == order.id).values(customer_id=customer.id))
    told = (Activity.order_id == order.id, Activity.thing != Notification.__tablename__)
    _run(update(Activity).where(*told).values(customer_id=customer.id))
    leave_order(order.id)
    end_links(order.id)
    for customer_id in (old_id, customer.id):
        credit = select(func.coalesce(func.sum(CreditMove.amount_paise), 0)).where(
            CreditMove.customer_id == customer_id
        )
        if (db.session.scalar(credit) or 0) < 0:
            why = "pays for this order, and the other customer has not that much"
            why = why if customer_id == customer.id else "came from this order and was spent since"
            raise RuleError(f"Store credit {why}; the order stays with its customer", "customer")


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))


def _told(order: Order, said: Said, customer_id: int) -> dict[str, Any]:
    ref = db.session.scalar(select(Customer.ref).where(Customer.id == customer_id))
    return {
        "goods": "",
        "payable_paise": order.payable_paise,
        "discount_paise": said.discount_paise,
        "ordered_on": said.day,
        "customer": ref,
        "address": said.address,
        "note": said.note,
    }


def _record(
    order: Order, old_id: int, before: dict[str, Any], lines: Sequence[Any], said: Said, rows: Any, shop: Any, by: Any
) -> None:
    """One entry for the order and its customer, one more for whoever was its customer."""
    after = _told(order, said, order.customer_id)
    if rows is not None:
        new = [SimpleNamespace(**row) for row in rows]
        goods = rules.goods_told(_lines_told(lines, shop), _lines_told(new, shop))
        before["goods"], after["goods"] = (", ".join(words)[:400] for words in goods)
    links: dict[str, Any] = {"customer_id": order.customer_id, "order_id": order.id}
    record(by, "order.changed", order, before=before, after=after, **links)
    if old_id != order.customer_id:
        record(by, "order.given_over", order, after={"customer": after["customer"]}, customer_id=old_id)


def _lines_told(lines: Sequence[Any], shop: Any) -> list[tuple[str, int, str]]:
    def price(line: Any) -> str:
        off = f" less {line.discount_bp / 100:g} %" if line.discount_bp else ""
        return show_money(line.unit_price_paise, shop.currency) + off

    return [(line.product_name, line.quantity, price(line)) for line in lines]


def _as_it_is(order: Order, lines: Sequence[Any], shop: Any) -> str:
    name = db.session.scalar(select(Customer.name).where(Customer.id == order.customer_id))
    goods = ", ".join(f"{line.quantity} {line.product_name}" for line in lines[:5])
    more = f" and {len(lines) - 5} more" if len(lines) > 5 else ""
    day = show_date(order.ordered_on, clock.today(shop.zone))
    return (
        f"Someone else changed {order.ref} a moment ago. It says now: {name}, {day}, {goods}{more}, "
        f"{show_money(order.payable_paise, shop.currency)}, {order.status.lower()}. Save again if yours is right"
    )
