from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.errors import RuleError
from cms.returns import rules
from cms.returns.rules import Sold, last_day, late_reason, quantity_of, refund_of, refund_share

DAY = date(2026, 3, 1)


class Order:
    """What an order is to the rule of what is handed out."""

    def __init__(self, due: int, paid: int, payable: int = 0, settled: bool = False):
        self.due_paise, self.paid_paise, self.payable_paise, self.settled_before = due, paid, payable, settled


@st.composite
def splits(draw):
    """A line and the order in which all of its units come back."""
    quantity = draw(st.integers(1, 40))
    parts, left = [], quantity
    while left:
        parts.append(draw(st.integers(1, left)))
        left -= parts[-1]
    return quantity, draw(st.integers(0, 10**9)), draw(st.integers(0, 10**8)), parts


@given(splits())
def test_refunds_and_their_tax_add_up_to_the_line_however_its_units_are_split(split):
    quantity, total, tax, parts = split
    units = money = on_top = 0
    for part in parts:
        paise, with_tax = refund_of(Sold(quantity, total, tax, units, money, on_top), part)
        assert paise >= 0 and with_tax >= 0
        units, money, on_top = units + part, money + paise, on_top + with_tax
    assert (units, money, on_top) == (quantity, total, tax)


@given(splits(), st.integers(0, 10**9))
def test_after_refunds_at_another_price_no_more_goes_back_than_is_left_of_the_line(split, before):
    quantity, total, tax, parts = split
    money = refund_of(Sold(quantity, total, tax, 0, before, 0), parts[0])[0]
    assert 0 <= money <= max(total - before, 0)


@given(st.integers(0, 10**9), st.integers(1, 1000), st.data())
def test_a_share_grows_with_the_units(total, sold, data):
    before = data.draw(st.integers(0, sold - 1))
    shares = [refund_share(total, sold, before, now) for now in range(1, sold - before + 1)]
    assert shares == sorted(shares) and shares[0] >= 0


@given(st.integers(0, 10**6), st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_never_more_is_handed_out_than_was_paid_nor_than_is_too_much(refund, due, paid):
    out = rules.given_back(refund, Order(due, paid))
    assert 0 <= out <= min(refund, paid)
    assert out == 0 or due - refund + out <= 0


def test_where_payments_are_not_known_all_of_it_is_handed_out():
    assert rules.given_back(500, Order(0, 0, 700, settled=True)) == 500
    assert rules.given_back(500, Order(0, -400, 700, settled=True)) == 300


@pytest.mark.parametrize("counted, last", [("order", 11), ("delivery", 14)])
def test_the_days_are_counted_from_the_order_or_the_delivery(counted, last):
    assert last_day(DAY, DAY + timedelta(days=3), 10, counted) == date(2026, 3, last)


def test_on_the_last_day_anyone_takes_back_and_the_day_after_only_an_owner_with_a_reason():
    last = DAY + timedelta(days=10)
    assert late_reason(last, last, "Size", False, False, "") == ""
    late = last + timedelta(days=1)
    with pytest.raises(RuleError, match="Only an owner"):
        late_reason(late, last, "Size", False, False, "Good customer")
    with pytest.raises(RuleError, match=r"until 11 Mar\. Say why"):
        late_reason(late, last, "Size", False, True, "")
    assert late_reason(late, last, "Size", False, True, "Good customer") == "Good customer"
    assert "not bound" in late_reason(late, last, "Defective", True, False, "")


@pytest.mark.parametrize("text", ["0", "-1", "6", "1.5", "x", "1e3", "9" * 30, "½", "one"])
def test_a_quantity_is_a_whole_number_of_what_is_left(text):
    with pytest.raises(RuleError):
        quantity_of(text, 5, 9)


def test_a_quantity_may_be_typed_with_gaps_and_commas():
    assert [quantity_of(text, 5000, 5000) for text in (" 5 ", "1,200", "5000")] == [5, 1200, 5000]


def test_what_is_left_is_told():
    with pytest.raises(RuleError, match="Only 2 of 5 left"):
        quantity_of("3", 2, 5)
    with pytest.raises(RuleError, match="All 5 came back already"):
        quantity_of("1", 0, 5)


@pytest.mark.parametrize(
    "status, says", [("Pending", "cancel it"), ("Shipped", "delivered first"), ("Cancelled", "was")]
)
def test_of_an_order_that_is_not_with_the_customer_nothing_comes_back(status, says):
    with pytest.raises(RuleError, match=says):
        rules.check_order("ORD1", status)
    rules.check_order("ORD1", "Delivered")


@pytest.mark.parametrize("old", rules.STATES)
@pytest.mark.parametrize("new", [*rules.STATES, "lost", ""])
def test_a_return_goes_only_where_it_may(old, new):
    if new in rules.MOVES[old]:
        rules.check_move(old, new)
    else:
        with pytest.raises(RuleError):
            rules.check_move(old, new)


def test_a_refund_and_a_refusal_are_final():
    assert not rules.next_moves("refunded") and not rules.next_moves("refused") and not rules.next_moves("lost")
