"""Taking goods back in tests: by the actions, each as one request would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from cms.db import db
from cms.models import Order, OrderLine, Payment, Product, Return
from cms.orders.queries import order_or_404
from cms.payments.actions import record_payment
from cms.returns import actions
from cms.returns.queries import return_or_404
from tests.factories import make_customer, make_order, make_product, the_shop, write

REASON = "Did not like it"


def sold(qty: int = 5, price: int = 10_000, stock: int | None = None, paid: bool = False, **order: Any) -> Order:
    """A delivered order of one line."""
    product = make_product("Cotton saree", price, stock=stock)
    made = make_order(make_customer("Meera"), product, **({"qty": qty, "status": "Delivered"} | order))
    if paid:
        pay(made)
    return made


def pay(order: Order, paise: int | None = None) -> None:
    with write():
        found = order_or_404(order.id)
        record_payment(found, paise or found.due_paise, "cash", "", "", None, True, the_shop(), None)


def items(order: Order, *units: int, reason: str = REASON, sellable: bool = True) -> list[actions.Item]:
    """So many of each line in turn, 0 of what stays."""
    lines = db.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.line_no))
    return [actions.Item(line.id, n, reason, sellable) for line, n in zip(lines, units, strict=False) if n]


def terms(mode: str = "cash", **more: Any) -> actions.Terms:
    return actions.Terms(**{"mode": mode, **more})


def take_back(order: Order, *units: int, key: str | None = None, by: Any = None, **how: Any) -> Sequence[Return]:
    """Back and refunded at once."""
    told = terms(**{name: how.pop(name) for name in ("mode", "late", "owner", "reference", "words") if name in how})
    with write():
        wanted = items(order, *units, **how)
        return actions.take_back(order_or_404(order.id), wanted, told, the_shop(), by, key)


def ask(order: Order, *units: int, mode: str = "cash", **how: Any) -> Sequence[Return]:
    """Only noted."""
    with write():
        return actions.request(order_or_404(order.id), items(order, *units, **how), terms(mode), the_shop(), None)


def move(one: Return, new: str, seen: str, words: str = "No", sellable: bool | None = None) -> None:
    with write():
        found = return_or_404(one.id)
        actions.move_return(order_or_404(found.order_id), found, new, seen, words, sellable, None)


def refund(one: Return, seen: str, mode: str = "cash") -> None:
    with write():
        found = return_or_404(one.id)
        actions.refund_one(order_or_404(found.order_id), found, seen, mode, "", the_shop(), None)


def order_now(order: Order) -> Order:
    db.session.expire_all()
    return order_or_404(order.id)


def stock_of(order: Order) -> int | None:
    line = db.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).first()
    assert line
    return db.session.scalar(select(Product.stock).where(Product.id == line.product_id))


def refunds() -> list[tuple[str, int]]:
    """Money handed out: method and amount, in turn."""
    query = select(Payment.method, Payment.amount_paise).where(Payment.kind == "refund").order_by(Payment.id)
    return [(row.method, row.amount_paise) for row in db.session.execute(query)]
