"""Credit notes: what came back or was cancelled, to the paisa of what was invoiced."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from cms.db import db
from cms.errors import RuleError
from cms.invoices import pdf
from cms.invoices.invoice import PARTS, credit_content, numbered
from cms.models import CreditNote, Order, Return
from cms.orders.actions import take_back
from tests.after_sale import make_return
from tests.factories import make_order, make_product, write
from tests.invoices.contents import invoice_of
from tests.invoices.papers import assert_sound, bring_back, cancel, credit, issue, lines_of, open_shop, sell
from tests.invoices.test_pdf import text_of

TODAY = date(2026, 11, 23)


def test_what_came_back_is_credited_with_its_tax(app, clock):
    open_shop(prices_include_tax=False)
    order = sell((9999, 3, 1800))
    invoice = issue(order)
    clock.forward(days=40)
    back = bring_back(order, 1, 1, 9999, 1799)
    note = credit(order, back)
    (line,) = note.content["lines"]
    assert (note.number, note.invoice_id, note.total_paise) == ("CN/26-27/00001", invoice.id, 11_798)
    assert note.content["against"] == {"number": "INV/25-26/00001", "date": "2026-03-14"}
    assert line["quantity"] == 1 and line["taxable_paise"] + 2 * line["cgst_paise"] == 11_798
    kept = db.session.get_one(Return, back.id)
    assert (kept.credit_note_id, kept.credit_note_ref) == (note.id, note.number)


@pytest.mark.parametrize("inclusive", [True, False])
def test_each_line_of_a_note_can_be_followed_as_on_the_invoice(app, client, inclusive):
    open_shop(prices_include_tax=inclusive)
    order = sell((16_500, 3, 500), (9999, 2, 1800), discount_paise=1010)
    issue(order)
    cancel(order)
    note = db.session.scalars(select(CreditNote)).one()
    for line in note.content["lines"]:
        net = line["payable_paise"] if inclusive else line["taxable_paise"]
        assert line["price_paise"] * line["quantity"] - line["discount_paise"] == net
    assert note.content["discount_paise"] == 1010
    page = client.get(f"/credit-notes/{note.id}").text
    assert "Discount" in page and ("Prices include GST" in page) is inclusive
    said = text_of(pdf.render(note.content))
    assert "Discount" in said and ("Prices include GST" in said) is inclusive


def test_a_note_issued_before_discounts_were_on_it_still_renders():
    content = numbered(
        credit_content(invoice_of(1, discount_bp=300), [(1, 1, 87_203, 0)], TODAY, "x"), "CN/26-27/00001"
    )
    assert content["discount_paise"] == 2697
    old = content | {"discount_paise": 0, "lines": [line | {"discount_paise": 0} for line in content["lines"]]}
    assert "Discount" in text_of(pdf.render(content)) and "Discount" not in text_of(pdf.render(old))


def test_no_credit_note_without_an_invoice_or_without_money(app):
    open_shop()
    order = sell((9999, 3, 1800))
    assert credit(order, bring_back(order, 1, 1, 9999)) is None
    other = sell((9999, 3, 1800))
    issue(other)
    assert credit(other, bring_back(other, 1, 1, 0)) is None
    assert db.session.scalar(select(func.count()).select_from(CreditNote)) == 0


def test_what_came_back_before_the_invoice_is_credited_with_it(app):
    open_shop()
    order = make_order(None, make_product(price_paise=9999), qty=3, status="Delivered")
    back = make_return(order, 1, "refunded")
    invoice = issue(order)
    note = db.session.scalars(select(CreditNote)).one()
    assert (invoice.payable_paise, note.invoice_id, note.total_paise) == (29_997, invoice.id, 9999)
    assert db.session.get_one(Return, back.id).credit_note_id == note.id
    assert_sound()


def test_more_than_was_invoiced_is_not_credited(app):
    open_shop()
    order = sell((9999, 3, 1800))
    issue(order)
    credit(order, bring_back(order, 1, 3, 29_997))
    with pytest.raises(RuleError, match="More would be credited"):
        credit(order, bring_back(order, 1, 1, 1))
    assert_sound()


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("state", ["Telangana", "Karnataka"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    price=st.integers(1, 10**7),
    rate=st.sampled_from([0, 500, 1800, 4000]),
    parts=st.lists(st.integers(1, 3), min_size=1, max_size=4),
)
def test_credit_notes_of_any_split_come_to_exactly_the_invoice(app, inclusive, state, price, rate, parts):
    open_shop(prices_include_tax=inclusive)
    order = sell((price, sum(parts), rate), state=state)
    invoice = issue(order)
    (line,) = lines_of(order)
    tax = line.cgst_paise * 2 + line.igst_paise if not inclusive else 0
    done, notes = 0, []
    for units in parts:
        refund, back = (
            whole * (done + units) // line.quantity - whole * done // line.quantity for whole in (line.total_paise, tax)
        )
        notes.append(credit(order, bring_back(order, 1, units, refund, back)))
        done += units
    sums = {name: sum(note.content[name] for note in notes if note) for name in (*PARTS, "payable_paise")}
    assert sums == {name: invoice.content[name] for name in sums}
    assert_sound()


def test_cancelling_an_invoiced_order_credits_all_that_did_not_come_back(app):
    open_shop()
    order = sell((9999, 3, 1800), (500, 2, 500))
    invoice = issue(order)
    first = credit(order, bring_back(order, 1, 1, 9999))
    cancel(order)
    second = db.session.scalars(select(CreditNote).where(CreditNote.id != first.id)).one()
    assert [(line["no"], line["quantity"]) for line in second.content["lines"]] == [(1, 2), (2, 2)]
    assert second.content["reason"] == "Order cancelled"
    for name in (*PARTS, "payable_paise"):
        assert first.content[name] + second.content[name] == invoice.content[name]
    assert_sound()


def test_a_cancellation_that_a_credit_note_has_answered_stays(app):
    open_shop()
    order = sell((9999, 1, 1800))
    issue(order)
    cancel(order)
    with pytest.raises(RuleError, match="enter a new order instead"), write():
        take_back(db.session.get_one(Order, order.id), "Cancelled", 60, None)


def test_without_an_invoice_a_cancellation_can_be_taken_back_as_before(app):
    order = make_order(None, make_product())
    cancel(order)
    with write():
        take_back(db.session.get_one(Order, order.id), "Cancelled", 60, None)
    assert db.session.get_one(Order, order.id).status == "Pending"
