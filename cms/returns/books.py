"""What a return does to lines, stock and kept totals: rows by id, each changed by one guarded UPDATE."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, update

from cms.db import db, refresh
from cms.errors import RuleError
from cms.models import Customer, Order, OrderLine, Product, Return
from cms.products.actions import note_moves
from cms.products.queries import products_by_id
from cms.totals.actions import count_on
from cms.totals.products import count_returned

QUIETLY = {"synchronize_session": False}


def hold(product_ids: Iterable[int], customer_id: int) -> None:
    """Hold these rows before returns that name them are stored: two acts would else wait for each other."""
    for table, ids in ((Product, sorted(set(product_ids))), (Customer, [customer_id])):
        same = update(table).where(table.id.in_(ids)).values(id=table.id)
        db.session.execute(same.execution_options(**QUIETLY))


def reserve(line_id: int, units: int) -> None:
    """Count these units of a line as coming back. Raises RuleError when another took them a moment ago."""
    taken = db.session.execute(
        update(OrderLine)
        .where(OrderLine.id == line_id, OrderLine.returned_quantity + units <= OrderLine.quantity)
        .values(returned_quantity=OrderLine.returned_quantity + units)
        .execution_options(**QUIETLY)
    ).rowcount  # type: ignore[attr-defined]
    if not taken:
        raise RuleError("Someone has just taken these back", f"line-{line_id}")


def release(line_id: int, units: int) -> None:
    """Units of a refused return can be brought again."""
    _add(OrderLine, line_id, returned_quantity=-units)


def move_stock(moves: Mapping[int, tuple[int, int]], order: Order, by: Any) -> None:
    """Units (back, out) of each product: what came back to the shelf, what goes out to replace it.

    Raises RuleError when there are too few to replace it with.
    """
    for product_id, (back, out) in sorted(moves.items()):
        if (back or out) and not change_stock(product_id, back - out):
            product = products_by_id([product_id])[product_id]
            left = f"only {product.stock} left" if product.stock else "none left"
            raise RuleError(f"{product.name}: {left} to send as a replacement", "mode")
    note_moves({id: back for id, (back, _) in moves.items() if back}, "returned", order, by)
    note_moves({id: -out for id, (_, out) in moves.items() if out}, "replaced", order, by)


def off_the_shelf(one: Return, order: Order, by: Any) -> None:
    """Take goods that were received off the shelf again. Raises RuleError when they were sold since."""
    if not change_stock(one.product_id, -one.quantity):
        raise RuleError("These goods went back on the shelf and were sold since; refund the return instead", "state")
    note_moves({one.product_id: -one.quantity}, "returned", order, by)


def change_stock(product_id: int, units: int) -> bool:
    """Add units, also negative, to the stock of a product if it is tracked; whether there are enough."""
    changed = (
        update(Product)
        .where(Product.id == product_id, or_(Product.stock.is_(None), Product.stock + units >= 0))
        .values(stock=Product.stock + units)
        .execution_options(**QUIETLY)
    )
    return bool(db.session.execute(changed).rowcount)  # type: ignore[attr-defined]


def count_refunds(order: Order, returns: Sequence[Return], day: date) -> None:
    """Count refunded returns of one order for its products, lines, itself, its customer and the day."""
    products: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for one in returns:
        products[one.product_id][0] += one.quantity
        products[one.product_id][1] += one.refund_paise
        if one.refund_paise:
            _add(OrderLine, one.order_line_id, returned_paise=one.refund_paise)
    for product_id, (units, paise) in sorted(products.items()):
        _add(Product, product_id, returned_units=units, returned_paise=paise)
        count_returned(day, product_id, units, paise)
    units, paise = (sum(each[at] for each in products.values()) for at in (0, 1))
    order.returned_paise += paise
    order.returned_tax_paise += sum(one.tax_paise for one in returns)
    db.session.flush()
    refresh(order)  # what is due is worked out by the database
    _add(Customer, order.customer_id, returned_paise=paise)
    count_on(day, return_count=len(returns), returned_units=units, returned_paise=paise)


def _add(table: Any, row_id: int, **amounts: int) -> None:
    values = {name: getattr(table, name) + amount for name, amount in amounts.items()}
    db.session.execute(update(table).where(table.id == row_id).values(values).execution_options(**QUIETLY))
