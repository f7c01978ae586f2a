"""What the returns desk asks about an order, and what stands beside the list, each in one round trip."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from cms.models import OrderLine
from cms.returns.queries import by_line, open_counts, open_states, reason_rows, refunds_of
from cms.together import Together, Value

MOST_LINES = 1_000_000
LINE = (
    OrderLine.id,
    OrderLine.sku,
    OrderLine.product_name,
    OrderLine.quantity,
    OrderLine.returned_quantity,
    OrderLine.total_paise,
    OrderLine.cgst_paise,
    OrderLine.sgst_paise,
    OrderLine.igst_paise,
)
"""What the desk shows and counts of a line: of hundreds, each column more is felt."""


class Counter(NamedTuple):
    """The lines of an order, what was refunded of them by their id, and the shop's reasons for returns."""

    lines: list[Any]
    refunded: dict[int, tuple[int, int, int]]
    reasons: dict[str, bool]


@cache
def _asked() -> Together:
    order: Value = bindparam("order_id")
    lines = select(*LINE).where(OrderLine.order_id == order).order_by(OrderLine.line_no).limit(bindparam("most"))
    return Together(lines=lines, refunded=refunds_of(order), reasons=reason_rows())


def counter_of(order_id: int, most: int = MOST_LINES) -> Counter:
    """What lies on the desk for this order, of its lines the first `most`."""
    found = _asked().ask(order_id=order_id, most=most)
    return Counter(found["lines"], by_line(found["refunded"]), dict(found["reasons"]))


@cache
def _waiting() -> Together:
    return Together(states=open_states(), reasons=reason_rows())


def beside() -> tuple[dict[str, int], list[str]]:
    """How many returns wait in each open state, and the shop's reasons."""
    found = _waiting().ask()
    return open_counts(found["states"]), [reason.name for reason in found["reasons"]]
