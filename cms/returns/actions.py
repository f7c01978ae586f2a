"""Taking goods back: noting it, moving it on, refunding it. The order's row is held first, so acts come one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.activity.actions import record
from cms.db import db, lock, refresh
from cms.errors import Conflict, RuleError
from cms.invoices.actions import issue_credit_note
from cms.models import Order, OrderLine, Return
from cms.payments.actions import give_back
from cms.refs import next_refs
from cms.returns import books, queries, rules


@dataclass(frozen=True)
class Item:
    """Units of one line that come back, why, and whether they can be sold again."""

    line_id: int
    quantity: int
    reason: str
    sellable: bool


@dataclass(frozen=True)
class Terms:
    """What holds for all lines of one act. `late`: why an `owner` allows it after the last day."""

    mode: str
    words: str = ""
    late: str = ""
    owner: bool = False
    reference: str = ""


def take_back(
    order: Order, items: Sequence[Item], terms: Terms, shop: Any, by: Any, request_key: str | None = None
) -> Sequence[Return]:
    """Record what came back and refund it at once. The same request key gives what it recorded. Raises RuleError."""
    lock(order)
    if request_key and (made := queries.by_request_key(request_key)):
        return made
    books.hold([line.product_id for line in queries.lines_now(order.id)], order.customer_id)
    returns = request(order, items, terms, shop, by, request_key)
    refund(order, returns, terms.mode, terms.reference, shop, by)
    return returns


def request(
    order: Order, items: Sequence[Item], terms: Terms, shop: Any, by: Any, request_key: str | None = None
) -> Sequence[Return]:
    """Note what a customer brings or wants to bring: its units are reserved, nothing else moves. All lines or none.

    Raises RuleError; its field is `line-<id>` where a line is meant.
    """
    lock(order)
    if request_key and (made := queries.by_request_key(request_key)):
        return made
    now = clock.now()
    today = clock.business_date(now, shop.zone)
    lines = {line.id: line for line in queries.lines_now(order.id)}
    rows = _checked(order, lines, items, terms, today, shop)
    for row in rows:
        books.reserve(row["order_line_id"], row["quantity"])
    keys = [request_key, *(request_key and f"{request_key}-{number}" for number in range(2, len(rows) + 1))]
    common = {"order_id": order.id, "customer_id": order.customer_id, "words": terms.words, "refund_mode": terms.mode}
    common |= {"state": "requested", "returned_at": now, "returned_on": today, "created_at": now}
    returns = [
        Return(ref=ref, request_key=key, by_id=getattr(by, "id", None), **common, **row)
        for ref, key, row in zip(next_refs(Return, len(rows)), keys, rows, strict=True)
    ]
    try:
        with db.session.begin_nested():
            db.session.add_all(returns)
    except IntegrityError:  # the key of a form of another order
        raise Conflict("This form has been sent before", field="request_key") from None
    order.returned_units += sum(row["quantity"] for row in rows)
    for one in returns:
        after = {"quantity": one.quantity, "product": lines[one.order_line_id].product_name, "reason": one.reason}
        _record(by, "return.requested", one, after | {"late_reason": one.late_reason})
    return returns


def refund(order: Order, returns: Sequence[Return], mode: str, reference: str, shop: Any, by: Any) -> None:
    """Close returns of one order, all of one act: their money counts today, and what was paid of it goes back.

    Goods not received before come back to the shelf now; a replacement goes out instead of money.
    Raises RuleError when a return is closed already or there is nothing left to replace its goods with.
    """
    lock(order)
    _check_mode(mode)
    today = clock.today(shop.zone)
    lines, back = {line.id: line for line in queries.lines_now(order.id)}, queries.refunded_of(order.id)
    stock: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for one in returns:
        refresh(one)
        rules.check_move(one.state, "refunded")
        stock[one.product_id][0] += one.quantity if one.restocked and one.state != "received" else 0
        stock[one.product_id][1] += one.quantity if mode == "replacement" else 0
        before = back.get(one.order_line_id, (0, 0, 0))
        sold = rules.Sold.of(order, lines[one.order_line_id], before)
        money = (0, 0) if mode == "replacement" else rules.refund_of(sold, one.quantity)
        one.refund_paise, one.tax_paise = money
        back[one.order_line_id] = (before[0] + one.quantity, before[1] + money[0], before[2] + money[1])
        one.state, one.refund_mode, one.refunded_on, one.version = "refunded", mode, today, one.version + 1
    books.move_stock({id: (units[0], units[1]) for id, units in stock.items()}, order, by)
    given = rules.given_back(sum(one.refund_paise + one.tax_paise for one in returns), order)
    books.count_refunds(order, returns, today)
    for one in returns:
        after = {"quantity": one.quantity, "product": lines[one.order_line_id].product_name, "refund_mode": mode}
        _record(by, "return.refunded", one, after | {"refund_paise": one.refund_paise + one.tax_paise})
    if given:
        note = f"For {', '.join(one.ref for one in returns)}"[:200]
        give_back(order, given, mode, reference, note, shop, by, return_id=returns[0].id)
    issue_credit_note(order, returns, shop, by)


def refund_one(order: Order, one: Return, seen: str, mode: str, reference: str, shop: Any, by: Any) -> None:
    """Refund a return that was noted before, as a step of its own. Raises Conflict or RuleError."""
    lock(order)
    _check_seen(one, seen)
    books.hold([one.product_id], one.customer_id)
    refund(order, [one], mode, reference, shop, by)


def move_return(order: Order, one: Return, new: str, seen: str, words: str, sellable: bool | None, by: Any) -> None:
    """Approve a return, receive its goods, or refuse it and free its units. `seen`: the state the person saw.

    `words`: what the customer is told. Raises Conflict when someone moved it meanwhile, RuleError when it may not go.
    """
    lock(order)
    _check_seen(one, seen)
    rules.check_move(one.state, new)
    if new == "refused":
        if not words:
            raise RuleError("Say why, so that the customer can be told", "decision")
        if one.state == "received" and one.restocked:
            books.off_the_shelf(one, order, by)
        books.release(one.order_line_id, one.quantity)
        order.returned_units -= one.quantity
    elif new == "received":
        one.restocked = one.restocked if sellable is None else sellable
        if one.restocked:
            books.move_stock({one.product_id: (one.quantity, 0)}, order, by)
    one.state, one.decision, one.version = new, words or one.decision, one.version + 1
    _record(by, f"return.{new}", one, {"reason": words})


def _checked(
    order: Order, lines: dict[int, OrderLine], items: Sequence[Item], terms: Terms, today: date, shop: Any
) -> list[dict[str, Any]]:
    """What is to be stored of each line, once all of it may come back."""
    rules.check_order(order.ref, order.status)
    _check_mode(terms.mode)
    delivered_on = clock.business_date(order.delivered_at, shop.zone) if order.delivered_at else None
    last = rules.last_day(order.ordered_on, delivered_on, shop.return_days, shop.return_from)
    reasons, back = queries.reasons(), queries.refunded_of(order.id)
    if not items:
        raise RuleError("Type how many of something come back", "lines")
    if len({item.line_id for item in items}) != len(items):
        raise RuleError("A line can come back once at a time; add its quantities up", "lines")
    rows = []
    for item in sorted(items, key=lambda item: item.line_id):
        line = lines.get(item.line_id)
        if line is None:
            raise RuleError(f"A line does not belong to {order.ref}; reload the page", "lines")
        if item.reason not in reasons:
            raise RuleError("Choose a reason of the list", "reason")
        try:
            rules.check_quantity(item.quantity, line.quantity - line.returned_quantity, line.quantity)
        except RuleError as error:
            raise RuleError(error.message, f"line-{line.id}") from None
        late = rules.late_reason(today, last, item.reason, reasons[item.reason], terms.owner, terms.late)
        money = rules.refund_of(rules.Sold.of(order, line, back.get(line.id, (0, 0, 0))), item.quantity)
        rows.append(
            {
                "order_line_id": line.id,
                "product_id": line.product_id,
                "quantity": item.quantity,
                "refund_paise": 0 if terms.mode == "replacement" else money[0],
                "tax_paise": 0 if terms.mode == "replacement" else money[1],
                "reason": item.reason,
                "restocked": item.sellable,
                "late_reason": late,
            }
        )
    return rows


def _check_mode(mode: str) -> None:
    if mode not in rules.MODES:
        raise RuleError("Choose how the money goes back", "mode")


def _check_seen(one: Return, seen: str) -> None:
    """See a return as it is now, its order held. Raises Conflict unless it is in the state that the person saw."""
    refresh(one)
    if one.state != seen:
        raise Conflict(f"{one.ref} is {one.state} by now; it was changed meanwhile", {"state": one.state}, "state")


def _record(by: Any, verb: str, one: Return, after: dict[str, Any]) -> None:
    record(by, verb, one, customer_id=one.customer_id, order_id=one.order_id, after=after)
