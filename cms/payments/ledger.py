"""The rows of payments and store credit, and what counts them.

Locked in this order: the order, its payment, the customer's credit, the counter of numbers, the totals of the day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.db import db, refresh
from cms.errors import Conflict, RuleError
from cms.models import CreditMove, Customer, Order, Payment
from cms.payments import queries, rules
from cms.refs import next_ref
from cms.totals.actions import count_method


def add(
    order: Order,
    kind: str,
    state: str,
    method: str,
    amount_paise: int,
    reference: str,
    note: str,
    paid_at: datetime | None,
    shop: Any,
    by: Any,
    request_key: str | None = None,
    return_id: int | None = None,
) -> Payment:
    """A new row, as of now unless told. Raises RuleError when another has its UPI reference, also just now."""
    now = clock.now()
    paid_on = clock.business_date(paid_at or now, shop.zone)
    if paid_at is not None:
        rules.check_moment(paid_at, now, paid_on, order.ordered_at, order.ordered_on)
    reference, utr = rules.read_reference(method, reference)
    _check_free(utr)
    payment = Payment(
        ref=next_ref(Payment),
        order_id=order.id,
        customer_id=order.customer_id,
        kind=kind,
        state=state,
        method=method,
        amount_paise=amount_paise,
        reference=reference,
        utr=utr,
        paid_at=paid_at or now,
        paid_on=paid_on,
        note=note,
        return_id=return_id,
        by_id=getattr(by, "id", None),
        created_at=now,
        request_key=request_key,
    )
    try:
        with db.session.begin_nested():
            db.session.add(payment)
    except IntegrityError:
        _check_free(utr)
        raise Conflict("This has just been recorded", field="request_key") from None
    return payment


def _check_free(utr: str | None) -> None:
    if other := queries.holder_of(utr):
        raise RuleError(f"The UPI reference {utr} belongs to {other.ref}, a payment of {other.order_ref}", "reference")


def void(payment: Payment, reason: str) -> None:
    """The row stays, but stands for no money; its UPI reference is free again."""
    payment.state, payment.version, payment.utr = "refused", payment.version + 1, None
    payment.note = f"{reason.strip()}; {payment.note}".removesuffix("; ")[:200]
    db.session.flush()


def count(order: Order, payment: Payment, sign: int) -> None:
    """Count a row in (+1) or out (-1) of its order and of its day and method."""
    came = payment.kind == "payment"
    received, refunded = (sign * payment.amount_paise * side for side in (came, not came))
    db.session.execute(
        update(Order)
        .where(Order.id == order.id)
        .values(paid_paise=Order.paid_paise + received - refunded)
        .execution_options(synchronize_session=False)
    )
    count_method(payment.paid_on, payment.method, sign * came, received, refunded)
    refresh(order)


def excess_to_credit(order: Order, amount_paise: int) -> int:
    """What of this amount is more than is due, added to the customer's credit.

    Of a cancelled order nothing is kept as credit: its page asks how the money shall go back.
    """
    excess = 0 if order.status == "Cancelled" else rules.excess_paise(amount_paise, order.due_paise or 0)
    if excess:
        change_credit(order.customer_id, excess)
    return excess


def count_in(order: Order, payment: Payment, excess: int, shop: Any, by: Any) -> None:
    """Count a payment; what it was too much goes back as store credit, so that just what is due was paid."""
    rows = [payment]
    if excess:
        note = f"{payment.ref} was more than was due"
        back = add(order, "refund", "confirmed", "credit", excess, payment.ref, note, payment.paid_at, shop, by)
        move(order, back, excess, f"{order.ref} was paid too much", by)
        rows.append(back)
    for row in rows:
        count(order, row, 1)


def change_credit(customer_id: int, paise: int, refusal: str = "") -> None:
    """Add to the customer's credit, or take from it what is there. Raises RuleError with `refusal` when it is not."""
    changed = db.session.execute(
        update(Customer)
        .where(Customer.id == customer_id, Customer.credit_paise + paise >= 0)
        .values(credit_paise=Customer.credit_paise + paise)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    if not changed:
        raise RuleError(refusal, "amount")


def move(order: Order, payment: Payment | None, paise: int, reason: str, by: Any) -> None:
    """Note how a customer's store credit came (+) or went (-)."""
    values = {"customer_id": order.customer_id, "order_id": order.id, "amount_paise": paise, "reason": reason}
    made = {"payment_id": payment.id if payment else None, "at": clock.now(), "by_id": getattr(by, "id", None)}
    db.session.execute(insert(CreditMove).values(**values, **made))
