from types import SimpleNamespace

import pytest
from werkzeug.datastructures import MultiDict

from cms.orders.forms import Draft, id_in
from cms.orders.rules import MOST_LINES

LAMP = SimpleNamespace(id=1, price_paise=49_900)
BOWL = SimpleNamespace(id=2, price_paise=9_900)
SOMEONE = SimpleNamespace(id=5)


def draft(*lines: tuple, customer=SOMEONE, **fields: str) -> Draft:
    posted = MultiDict(fields.items())
    for line in lines:
        for name, value in zip(("product", "quantity", "price", "line_discount"), line, strict=True):
            posted.add(name, str(value))
    return Draft.from_form(posted, "INR", customer, {1: LAMP, 2: BOWL})


@pytest.mark.parametrize(
    "quantity",
    ["", "0", "-1", "1.5", "1e309", "NaN", "two", "1000001", "9" * 400, "1;DROP", "∞", "0x10", "½", "\0"],
)
def test_a_quantity_that_is_none_is_refused_beside_its_field(quantity):
    typed = draft((1, quantity, "499", ""))
    assert not typed.read()
    assert typed.lines[0].problems == {"quantity": "Quantity must be a whole number from 1 to 10,00,000"}
    assert typed.lines[0].quantity == quantity


@pytest.mark.parametrize("quantity, units", [("१२", 12), ("1,00,000", 100_000)])
def test_a_quantity_is_read_as_people_write_it(quantity, units):
    typed = draft((1, quantity, "499", ""))
    assert typed.read() and typed.lines[0].line.quantity == units


@pytest.mark.parametrize(
    "price", ["", "-1", "1e5", "NaN", "abc", "1.999", "12,50", "1.2.3", "9" * 30, "\0", "Infinity"]
)
def test_a_price_that_is_none_is_refused_beside_its_field(price):
    typed = draft((1, "1", price, ""))
    assert not typed.read() and set(typed.lines[0].problems) == {"price"}


@pytest.mark.parametrize(
    "price, paise", [("499", 49900), ("₹1,299.50", 129950), ("0", 0), ("0" * 5000, 0), ("४९९", 49900)]
)
def test_a_price_is_read_as_people_write_it(price, paise):
    typed = draft((1, "1", price, ""))
    assert typed.read() and typed.lines[0].line.unit_price_paise == paise


@pytest.mark.parametrize("discount", ["101", "-5", "ten", "100.01", "1e2", "nan"])
def test_a_line_discount_is_a_percentage(discount):
    typed = draft((1, "1", "499", discount))
    assert not typed.read() and set(typed.lines[0].problems) == {"discount"}


@pytest.mark.parametrize("discount", ["-1", "abc", "1000.01", "9" * 30])
def test_a_discount_of_the_order_is_at_most_what_the_lines_come_to(discount):
    typed = draft((1, "2", "500", ""), discount=discount)
    assert not typed.read() and typed.problems["discount"]
    assert typed.discount == discount


def test_totals_are_given_while_something_else_is_still_wrong():
    typed = draft((1, "2", "500", "10"), (2, "x", "99", ""))
    totals = typed.totals()
    assert (totals[0].total_paise, totals[1]) == (90_000, None)


def test_a_discount_may_be_typed_before_anything_else():
    assert draft(discount="50").totals() == []


def test_totals_spread_the_discount_of_the_order():
    typed = draft((1, "1", "100", ""), (2, "1", "200", ""), discount="30")
    assert [line.total_paise for line in typed.totals()] == [9_000, 18_000]


def test_an_order_without_anything_says_what_it_needs():
    typed = draft(customer=None)
    assert not typed.read()
    assert typed.problems == {"customer": "Choose a customer, or add a new one", "lines": "Add at least one product"}


def test_a_new_customer_is_read_with_the_order():
    typed = draft(
        (1, "1", "499", ""), customer=None, new_name=" Sita ", new_phone="98765 43210", new_segment="Business"
    )
    assert typed.read()
    assert typed.new_customer == {"name": "Sita", "phone": "+919876543210", "email": "", "segment": "Business"}


@pytest.mark.parametrize(
    "wrong, field",
    [({"new_name": "", "new_phone": "98765 43210"}, "new_name"),
     ({"new_name": "\u200b", "new_email": "a@b.in"}, "new_name"),
     ({"new_name": "Sita", "new_phone": "123"}, "new_phone"), ({"new_name": "Sita", "new_email": "x"}, "new_email"),
     ({"new_name": "\ufffd"}, "new_name"), ({"new_name": "a\0b"}, "new_name")],
)  # fmt: skip
def test_what_is_wrong_with_the_new_customer_stands_beside_the_field(wrong, field):
    typed = draft((1, "1", "499", ""), customer=None, **wrong)
    assert not typed.read() and set(typed.problems) == {field}
    assert typed.new == {"name": "", "phone": "", "email": "", "segment": ""} | {
        name.removeprefix("new_"): value for name, value in wrong.items()
    }


@pytest.mark.parametrize("name, longest", [("address", 500), ("note", 1000)])
def test_address_and_note_have_their_length(name, longest):
    assert draft((1, "1", "499", ""), **{name: "x\n" * (longest // 2)}).read()
    typed = draft((1, "1", "499", ""), **{name: "x" * (longest + 1)})
    assert not typed.read() and f"within {longest:,} characters" in typed.problems[name]


def test_more_lines_than_an_order_can_have_are_refused_and_not_dropped():
    typed = draft(*[(1, "1", "1", "")] * (MOST_LINES + 1))
    assert not typed.read() and "at most 1,000 lines" in typed.problems["lines"]


def test_lines_are_added_at_the_catalogues_price_and_removed_by_their_place():
    typed = draft((1, "2", "500", ""), product_q="bow")
    typed.add(BOWL)
    assert (typed.lines[1].price, typed.lines[1].quantity, typed.product_q) == ("99.00", "1", "")
    typed.remove(0)
    typed.remove(7)
    typed.remove(None)
    assert [line.product for line in typed.lines] == [BOWL]


@pytest.mark.parametrize("text", [None, "", "-1", "٣", "1.0", "9" * 10, "x", "1 ", "\0"])
def test_what_is_no_id_names_nothing(text):
    assert id_in(text) is None
