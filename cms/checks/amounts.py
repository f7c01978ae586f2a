"""The arithmetic of orders, returns and payments, told from the rows themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from cms.db import db
from cms.models import CreditMove, CreditNote, Invoice, Order, OrderLine, Payment, Return

MOST_SHOWN = 20


def _told(query: Select, text: str) -> Iterator[str]:
    """One sentence a row, filled from its columns in turn."""
    for row in db.session.execute(query.limit(MOST_SHOWN)):
        yield text.format(*row)


def lines() -> Iterator[str]:
    """Lines that do not come to what they say."""
    right = OrderLine.quantity * OrderLine.unit_price_paise - OrderLine.discount_paise - OrderLine.order_discount_paise
    query = select(Order.ref, OrderLine.line_no, OrderLine.total_paise, right).join(
        Order, Order.id == OrderLine.order_id
    )
    wrong = or_(
        OrderLine.total_paise != right,
        OrderLine.quantity <= 0,
        OrderLine.total_paise < 0,
        OrderLine.cgst_paise != OrderLine.sgst_paise,
    )
    return _told(query.where(wrong), "order {} line {}: total_paise is {}, counted {}")


def payable() -> Iterator[str]:
    """Orders payable at another amount than total, tax and rounding."""
    right = Order.total_paise + Order.tax_paise + Order.round_off_paise
    query = select(Order.ref, Order.payable_paise, right).where(Order.payable_paise != right)
    return _told(query, "order {}: payable_paise is {}, counted {}")


def order_discounts() -> Iterator[str]:
    """Orders whose discount is not the sum of its lines' shares."""
    shares = select(OrderLine.order_id, func.sum(OrderLine.order_discount_paise).label("paise"))
    found = shares.group_by(OrderLine.order_id).subquery()
    query = select(Order.ref, Order.discount_paise, found.c.paise).join(found, found.c.order_id == Order.id)
    return _told(query.where(found.c.paise != Order.discount_paise), "order {}: discount_paise is {}, counted {}")


def returned_units() -> Iterator[str]:
    """Lines of which more came back than was sold."""
    units = func.sum(Return.quantity)
    back = select(Return.order_line_id, units.label("units")).where(Return.state != "refused")
    found = back.group_by(Return.order_line_id).subquery()
    query = (
        select(Order.ref, OrderLine.line_no, OrderLine.quantity, found.c.units)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(found, found.c.order_line_id == OrderLine.id)
    )
    return _told(query.where(found.c.units > OrderLine.quantity), "order {} line {}: {} sold, {} came back")


def refunds() -> Iterator[str]:
    """Orders that were paid back more than they were paid, where their payments are known."""
    signed = func.sum(case((Payment.kind == "refund", -Payment.amount_paise), else_=Payment.amount_paise))
    paid = select(Payment.order_id, signed.label("paise")).where(Payment.state == "confirmed")
    found = paid.group_by(Payment.order_id).subquery()
    query = select(Order.ref, found.c.paise).join(found, found.c.order_id == Order.id)
    return _told(query.where(found.c.paise < 0, Order.settled_before.is_(False)), "order {}: payments come to {}")


def credit_moves() -> Iterator[str]:
    """Orders whose store credit moves are not those of their payments by credit that still count."""
    given = case((Payment.kind == "refund", Payment.amount_paise), else_=-Payment.amount_paise)
    counts = and_(Payment.state == "confirmed", Payment.method == "credit")
    moves = (
        select(
            CreditMove.order_id,
            func.sum(CreditMove.amount_paise).label("moved"),
            func.sum(case((counts, given), else_=0)).label("paid"),
        )
        .outerjoin(Payment, Payment.id == CreditMove.payment_id)
        .where(CreditMove.order_id.is_not(None))
        .group_by(CreditMove.order_id)
        .subquery()
    )
    query = select(Order.ref, moves.c.moved, moves.c.paid).join(moves, moves.c.order_id == Order.id)
    return _told(query.where(moves.c.moved != moves.c.paid), "order {}: credit moved by {}, by its payments {}")


def returns_of_cancelled() -> Iterator[str]:
    """Returns of orders that do not count."""
    query = select(Return.ref, Order.ref).join(Order, Order.id == Return.order_id)
    live = Return.state.in_(("refunded", "received"))
    return _told(query.where(Order.status == "Cancelled", live), "return {}: order {} is cancelled")


def line_taxes() -> Iterator[str]:
    """Lines whose taxable value and taxes are not their total, where prices include tax, or not beside it."""
    taxes = OrderLine.cgst_paise + OrderLine.sgst_paise + OrderLine.igst_paise
    taxable = case(
        (Order.gst_mode != "regular", 0),
        (Order.tax_paise > 0, OrderLine.total_paise),
        else_=OrderLine.total_paise - taxes,
    )
    both = and_(OrderLine.cgst_paise > 0, OrderLine.igst_paise > 0)
    query = select(Order.ref, OrderLine.line_no, OrderLine.taxable_paise, taxable, taxes)
    query = query.join(Order, Order.id == OrderLine.order_id)
    wrong = or_(OrderLine.taxable_paise != taxable, and_(Order.gst_mode != "regular", taxes > 0), both)
    return _told(query.where(wrong), "order {} line {}: taxable_paise is {}, counted {}, with taxes of {}")


def order_taxes() -> Iterator[str]:
    """Orders with tax on top whose tax is not that of their lines."""
    taxes = func.sum(OrderLine.cgst_paise + OrderLine.sgst_paise + OrderLine.igst_paise)
    found = select(OrderLine.order_id, taxes.label("paise")).group_by(OrderLine.order_id).subquery()
    query = select(Order.ref, Order.tax_paise, found.c.paise).join(found, found.c.order_id == Order.id)
    return _told(
        query.where(Order.tax_paise > 0, found.c.paise != Order.tax_paise), "order {}: tax_paise is {}, counted {}"
    )


def invoices() -> Iterator[str]:
    """Papers that are kept with other sums than they say, and invoices of another sum than their order."""
    for table, total in ((Invoice, "payable_paise"), (CreditNote, "total_paise")):
        kept = {
            "taxable_paise": table.taxable_paise,
            "tax_paise": table.tax_paise,
            "payable_paise": getattr(table, total),
        }
        said = [table.content[name].as_integer() for name in kept]
        wrong = or_(
            table.content["number"].as_string() != table.number,
            *(a != b for a, b in zip(kept.values(), said, strict=True)),
        )
        yield from _told(select(table.number, *said).where(wrong), "{}: says {}, {} and {}, kept otherwise")
    query = select(Invoice.number, Invoice.payable_paise, Order.payable_paise).join(Order)
    yield from _told(
        query.where(Invoice.payable_paise != Order.payable_paise), "invoice {}: over {}, its order over {}"
    )


def credited() -> Iterator[str]:
    """Invoices of which more was credited than they are over, and those of cancelled orders that still stand."""
    sums = select(CreditNote.invoice_id, func.sum(CreditNote.total_paise).label("paise"))
    found = sums.group_by(CreditNote.invoice_id).subquery()
    paise = func.coalesce(found.c.paise, 0)
    query = (
        select(Invoice.number, Invoice.payable_paise, paise)
        .join(Order, Order.id == Invoice.order_id)
        .outerjoin(found, found.c.invoice_id == Invoice.id)
    )
    stands = and_(Order.status == "Cancelled", paise < Invoice.payable_paise)
    return _told(query.where(or_(paise > Invoice.payable_paise, stands)), "invoice {}: over {}, credited {}")


def serials() -> Iterator[str]:
    """Gaps in the numbers of a series and year."""
    for table in (Invoice, CreditNote):
        yield from _gaps(table)


def _gaps(table: Any) -> Iterator[str]:
    first, last, count = func.min(table.serial), func.max(table.serial), func.count()
    query = select(table.series, table.financial_year, first, last, count).group_by(table.series, table.financial_year)
    broken = or_(first != 1, and_(first == 1, last != count))
    return _told(query.having(broken), table.__tablename__ + " {} {}: numbers {} to {}, but {} of them")
