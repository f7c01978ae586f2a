"""A shop under GST, what it sells, and what came back, for the tests of invoices."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from cms import clock
from cms.checks.invariants import all_checks
from cms.db import db
from cms.invoices.actions import issue_credit_note, issue_invoice
from cms.models import CreditNote, Invoice, Order, OrderLine, Return
from cms.orders.actions import Item, move_order
from tests.factories import make_customer, make_order, make_product, set_shop, the_shop, write

GSTIN = "36AAPFU0939F1ZW"
"""Of Telangana; made up, with a right check character."""
UNDER_GST = {
    "gst_mode": "regular",
    "gstin": GSTIN,
    "state": "Telangana",
    "name": "Lakshmi Stores",
    "address": "Tilak Road\nHyderabad",
}


def open_shop(**values: Any) -> None:
    """A shop in the regular scheme, in Telangana."""
    set_shop(**(UNDER_GST | values))


def sell(*lines: tuple[int, int, int], state: str = "Telangana", discount_paise: int = 0, **buyer: Any) -> Order:
    """A pending order of lines of (price, quantity, rate in hundredths of a percent)."""
    items = [
        Item(make_product(f"Lamp {n}", price, hsn="6912", gst_rate_bp=rate).id, quantity, price)
        for n, (price, quantity, rate) in enumerate(lines, 1)
    ]
    return make_order(make_customer(state=state, **buyer), *items, discount_paise=discount_paise)


def issue(order: Order) -> Invoice:
    with write():
        return issue_invoice(db.session.get_one(Order, order.id), the_shop(), None)


def bring_back(order: Order, line_no: int, quantity: int, refund_paise: int, tax_paise: int = 0) -> Return:
    """Some units of a line came back, and so much goes back for them."""
    now = clock.now()
    with write():
        line = db.session.query(OrderLine).filter_by(order_id=order.id, line_no=line_no).one()
        number = db.session.query(Return).count() + 1
        back = Return(
            ref=f"RET{number:03d}",
            order_id=order.id,
            order_line_id=line.id,
            customer_id=order.customer_id,
            product_id=line.product_id,
            quantity=quantity,
            refund_paise=refund_paise,
            tax_paise=tax_paise,
            state="received",
            reason="Other",
            returned_at=now,
            returned_on=now.date(),
            created_at=now,
        )
        db.session.add(back)
    return back


def credit(order: Order, *backs: Return) -> CreditNote | None:
    with write():
        rows = [db.session.get_one(Return, back.id) for back in backs]
        return issue_credit_note(db.session.get_one(Order, order.id), rows, the_shop(), None)


def lines_of(order: Order) -> list[OrderLine]:
    query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.line_no)
    return list(db.session.scalars(query))


def cancel(order: Order) -> None:
    with write():
        row = db.session.get_one(Order, order.id)
        move_order(row, "Cancelled", row.status, None)


def assert_sound() -> None:
    """Everything that `flask check` proves, but for returns: those of these tests are bare rows."""
    db.session.rollback()
    skipped = ("Return", "return", "came back", "totals kept", "order_lines", "orders are")
    problems = [
        f"{check.says}: {problem}"
        for check in all_checks()
        if not any(word in check.says for word in skipped)
        for problem in check.failures()
    ]
    assert not problems
