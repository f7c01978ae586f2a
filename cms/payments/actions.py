"""Money in, money back, store credit: each with every total that counts it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cms import clock
from cms.activity.actions import record
from cms.db import lock
from cms.errors import Conflict, RuleError
from cms.models import Order, Payment
from cms.money import show_money
from cms.payments import ledger, queries, rules


def record_payment(
    order: Order,
    amount_paise: int,
    method: str,
    reference: str,
    note: str,
    paid_at: datetime | None,
    seen: bool,
    shop: Any,
    by: Any,
    request_key: str | None = None,
    sure: bool = True,
) -> Payment:
    """Money that came. Cash counts at once; UPI and bank only when `seen`, else it waits to be confirmed.

    What is more than due becomes store credit. The same request key gives back the one it made. Raises RuleError, and
    MoreThanDue unless whoever typed the amount is `sure` of it.
    """
    lock(order)
    if made := queries.by_request_key(request_key):
        return made
    rules.check_can_be_paid(order.ref, order.status, order.settled_before)
    rules.check_amount(amount_paise)
    if not sure:
        rules.check_due(amount_paise, order.due_paise or 0, shop.currency, queries.waiting_paise(order.id))
    rules.check_method(method, "payment")
    state = rules.first_state(method, seen)
    counts = state == "confirmed"
    excess = ledger.excess_to_credit(order, amount_paise) if counts else 0
    payment = ledger.add(order, "payment", state, method, amount_paise, reference, note, paid_at, shop, by, request_key)
    if counts:
        ledger.count_in(order, payment, excess, shop, by)
    _record(by, "payment.recorded" if counts else "payment.claimed", payment, excess)
    return payment


def confirm_payment(payment: Payment, seen_version: int, shop: Any, by: Any) -> None:
    """The claimed money is in the bank account, so it counts from now. Raises Conflict when another decided first."""
    order = _hold(payment)
    _check_still("claimed", payment, seen_version)
    excess = ledger.excess_to_credit(order, payment.amount_paise)
    payment.state, payment.version = "confirmed", payment.version + 1
    ledger.count_in(order, payment, excess, shop, by)
    _record(by, "payment.confirmed", payment, excess)


def refuse_payment(payment: Payment, reason: str, seen_version: int, shop: Any, by: Any) -> None:
    """The claimed money never came. Its UPI reference is free again. Raises Conflict when another decided first."""
    _hold(payment)
    _check_still("claimed", payment, seen_version)
    if not reason.strip():
        raise RuleError("Say in a few words why it is refused", "reason")
    ledger.void(payment, reason)
    _record(by, "payment.refused", payment, reason=reason)


def take_back_payment(payment: Payment, seen_version: int, shop: Any, by: Any) -> None:
    """A row recorded by mistake counts no more, and what followed from it is undone. Raises Conflict or RuleError."""
    order = _hold(payment)
    _check_still("confirmed", payment, seen_version)
    if payment.return_id is not None:
        raise RuleError("This money went back for a return; undo the return instead")
    if payment.kind == "refund" and payment.method == "credit" and payment.reference:
        raise RuleError(f"This credit came from {payment.reference}, which was more than was due; take that back")
    rules.check_take_back(payment.kind, payment.state, queries.counted_at(payment), clock.now(), shop.undo_minutes)
    kept = queries.made_credit(payment) if payment.kind == "payment" else None
    out = payment.amount_paise - (kept.amount_paise if kept else 0)
    if payment.kind == "payment" and out > order.paid_paise:
        raise RuleError(f"Money of {order.ref} was given back since, so this payment stands")
    for row in (kept, payment):
        if row is None:
            continue
        if row.method == "credit":
            back = row.amount_paise if row.kind == "payment" else -row.amount_paise
            ledger.change_credit(order.customer_id, back, "This store credit was spent since, so the payment stands")
            ledger.move(order, None, back, f"{row.ref} taken back", by)
        ledger.count(order, row, -1)
        ledger.void(row, "Taken back")
    _record(by, "payment.taken_back", payment)


def give_back(
    order: Order,
    amount_paise: int,
    mode: str,
    reference: str,
    note: str,
    shop: Any,
    by: Any,
    return_id: int | None = None,
    request_key: str | None = None,
) -> Payment:
    """Money that goes back, never more than was paid; mode `credit` leaves it with the shop. Raises RuleError.

    Of an order from before, whose payments are not known, at most what it came to.
    """
    lock(order)
    if made := queries.by_request_key(request_key):
        return made
    rules.check_method(mode, "refund")
    most = rules.most_to_give_back(order.paid_paise, order.payable_paise, order.settled_before)
    rules.check_give_back(amount_paise, most, shop.currency)
    if mode == "credit":
        ledger.change_credit(order.customer_id, amount_paise)
        reference = ""  # only what was paid too much refers to its payment
    payment = ledger.add(
        order, "refund", "confirmed", mode, amount_paise, reference, note, None, shop, by, request_key, return_id
    )
    if mode == "credit":
        ledger.move(order, payment, amount_paise, f"Given back for {order.ref}", by)
    ledger.count(order, payment, 1)
    _record(by, "payment.given_back", payment)
    return payment


def use_credit(order: Order, amount_paise: int, shop: Any, by: Any, request_key: str | None = None) -> Payment:
    """Pay from the customer's store credit, at most what is due and what they have. Raises RuleError."""
    lock(order)
    if made := queries.by_request_key(request_key):
        return made
    rules.check_can_be_paid(order.ref, order.status, order.settled_before)
    rules.check_amount(amount_paise)
    if amount_paise > (order.due_paise or 0):
        due = show_money(max(order.due_paise or 0, 0), shop.currency)
        raise RuleError(f"Only {due} is due on {order.ref}", "amount")
    left = show_money(queries.credit_of(order.customer_id), shop.currency)
    ledger.change_credit(order.customer_id, -amount_paise, f"The customer has {left} of store credit")
    payment = ledger.add(order, "payment", "confirmed", "credit", amount_paise, "", "", None, shop, by, request_key)
    ledger.move(order, payment, -amount_paise, f"Paid for {order.ref}", by)
    ledger.count(order, payment, 1)
    _record(by, "payment.recorded", payment)
    return payment


def simulate_payment(order: Order, shop: Any, by: Any, request_key: str | None = None) -> Payment:
    """All that is due, as if it had been paid: where the shop is only tried out. Raises RuleError."""
    lock(order)
    if made := queries.by_request_key(request_key):
        return made
    if not shop.simulate_payments:
        raise RuleError("Simulated payments are switched off in the settings")
    if (order.due_paise or 0) <= 0:
        raise RuleError(f"Nothing is due on {order.ref}")
    return record_payment(order, order.due_paise or 0, "other", rules.SIMULATED, "", None, False, shop, by, request_key)


def _hold(payment: Payment) -> Order:
    order = queries.order_of(payment)
    lock(order)
    lock(payment)
    return order


def _check_still(state: str, payment: Payment, seen_version: int) -> None:
    if payment.state != state or payment.version != seen_version:
        now = rules.STATES[payment.state].lower()
        raise Conflict(f"{payment.ref} is {now} by now; it was decided meanwhile", {"state": payment.state})


def _record(by: Any, verb: str, payment: Payment, excess: int = 0, reason: str = "") -> None:
    after = {"amount_paise": payment.amount_paise, "method": payment.method}
    more = {"excess_paise": excess} if excess else {}
    why = {"reason": reason} if reason else {}
    told = after | more | why
    record(by, verb, payment, after=told, customer_id=payment.customer_id, order_id=payment.order_id)
