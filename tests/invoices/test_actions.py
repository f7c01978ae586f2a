"""Issuing: numbers without a gap, papers that never change, credit that adds up."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.errors import RuleError
from cms.invoices.invoice import PARTS, warnings
from cms.models import Activity, Counter, Customer, Invoice, Job, Order, Product
from cms.products.actions import edit_product
from tests.factories import set_shop, the_shop, write
from tests.invoices.papers import GSTIN, assert_sound, cancel, issue, lines_of, open_shop, sell


def test_placing_an_order_works_its_tax_out(app):
    open_shop()
    order = sell((10_000, 1, 1800), (9900, 1, 500))
    assert [(line.taxable_paise, line.cgst_paise, line.sgst_paise, line.igst_paise) for line in lines_of(order)] == [
        (8474, 763, 763, 0),
        (9428, 236, 236, 0),
    ]
    assert (order.gst_mode, order.place_of_supply, order.tax_paise, order.payable_paise) == (
        "regular",
        "Telangana",
        0,
        19_900,
    )
    assert_sound()


def test_tax_on_top_of_the_prices_is_payable_too(app):
    open_shop(prices_include_tax=False)
    order = sell((10_000, 1, 1800), (9999, 3, 500), discount_paise=97)
    taxes = sum(line.cgst_paise + line.sgst_paise for line in lines_of(order))
    assert order.tax_paise == taxes > 0 and order.payable_paise == order.total_paise + taxes
    assert [line.taxable_paise for line in lines_of(order)] == [line.total_paise for line in lines_of(order)]
    assert_sound()


def test_to_another_state_it_is_igst(app):
    open_shop(prices_include_tax=False)
    order = sell((10_000, 1, 1800), state="Karnataka")
    (line,) = lines_of(order)
    assert (line.cgst_paise, line.igst_paise, order.place_of_supply) == (0, 1800, "Karnataka")
    assert issue(order).content["inter_state"]
    assert_sound()


@pytest.mark.parametrize("mode", ["unregistered", "composition"])
def test_outside_the_regular_scheme_there_is_no_tax(app, mode):
    open_shop(gst_mode=mode, prices_include_tax=False)
    order = sell((10_000, 1, 1800), state="Karnataka")
    (line,) = lines_of(order)
    assert [getattr(line, name) for name in PARTS] == [0, 0, 0, 0] and order.payable_paise == 10_000
    invoice = issue(order)
    kind = {"unregistered": "Invoice", "composition": "Bill of supply"}[mode]
    assert (invoice.content["kind"], invoice.taxable_paise, invoice.tax_paise, invoice.content["rates"]) == (
        kind, 0, 0, [],
    )  # fmt: skip
    assert bool(invoice.content["notes"]) == (mode == "composition")
    assert bool(invoice.content["seller"]["gstin"]) == (mode == "composition")
    assert_sound()


def test_an_invoice_says_everything_and_is_written_down(app, clock):
    open_shop(upi_vpa="ab.stores@okaxis", invoice_note="Thank you")
    order = sell((10_000, 1, 1800), (9900, 2, 500), name="Meera Rao", gstin=GSTIN, address="12 Lake Road")
    invoice = issue(order)
    said = invoice.content
    assert (invoice.number, invoice.series, invoice.financial_year, invoice.serial) == (
        "INV/25-26/00001", "INV", "25-26", 1,
    )  # fmt: skip
    assert (invoice.payable_paise, invoice.tax_paise) == (29_800, 2 * 763 + 2 * 471)
    assert said["kind"] == "Tax invoice" and said["seller"]["gstin"] == GSTIN and said["buyer"]["gstin"] == GSTIN
    assert said["in_words"] == "Rupees Two Hundred Ninety Eight Only" and said["date"] == "2026-03-14"
    assert said["upi"].startswith("upi://pay?pa=ab.stores@okaxis&pn=Lakshmi%20Stores&am=298.00&cu=INR&tr=INV252600001")
    assert [rate["rate_bp"] for rate in said["rates"]] == [500, 1800]
    entry = db.session.scalars(select(Activity).where(Activity.verb == "invoice.issued")).one()
    assert (entry.thing_ref, entry.order_id, entry.customer_id) == (invoice.number, order.id, order.customer_id)
    assert db.session.scalars(select(Job.kind)).all() == ["invoices.pdf"]
    assert_sound()


def test_issuing_again_gives_the_same_one_and_nothing_changes_it(app):
    open_shop()
    order = sell((10_000, 1, 1800))
    first = issue(order)
    with write():
        product = db.session.scalars(select(Product)).one()
        edit_product(product, {"name": "Renamed"}, product.version, None)
        db.session.get_one(Customer, order.customer_id).name = "Somebody Else"
    set_shop(name="Another name", invoice_prefix="X")
    again = issue(order)
    assert (again.id, again.content) == (first.id, first.content)
    assert db.session.scalar(select(func.count()).select_from(Invoice)) == 1


def test_numbers_follow_one_another_and_begin_anew_each_financial_year(app, clock):
    open_shop()
    clock.now = datetime(2026, 3, 31, 18, 29, 59)  # a second before midnight in India
    assert [issue(sell((100, 1, 0))).number for _ in range(2)] == ["INV/25-26/00001", "INV/25-26/00002"]
    clock.now = datetime(2026, 3, 31, 18, 30)
    assert issue(sell((100, 1, 0))).number == "INV/26-27/00001"
    set_shop(invoice_prefix="SAL")
    assert issue(sell((100, 1, 0))).number == "SAL/26-27/00001"
    assert_sound()


def test_a_number_that_was_not_used_is_given_out_again(app):
    open_shop()
    first, second = sell((100, 1, 0)), sell((100, 1, 0))
    with pytest.raises(ZeroDivisionError), write():
        from cms.invoices.actions import issue_invoice

        issue_invoice(db.session.get_one(Order, first.id), the_shop(), None)
        raise ZeroDivisionError
    assert issue(second).serial == 1


@pytest.mark.parametrize("prefix", ["TOOBIG", "I V"])
def test_a_prefix_that_makes_no_number_is_refused_and_uses_none_up(app, prefix):
    open_shop(invoice_prefix=prefix)
    order = sell((100, 1, 0))
    with pytest.raises(RuleError, match="no number that GST allows"):
        issue(order)
    assert db.session.scalar(select(func.count()).where(Counter.name.startswith("invoices"))) == 0


def test_a_cancelled_order_and_a_shop_without_its_gstin_get_no_invoice(app):
    open_shop(gstin="")
    order = sell((100, 1, 1800))
    with pytest.raises(RuleError, match="needs your GSTIN"):
        issue(order)
    set_shop(gstin=GSTIN)
    cancel(order)
    with pytest.raises(RuleError, match="is cancelled"):
        issue(order)


def test_the_invoice_follows_the_order_when_the_shop_has_changed_its_scheme(app):
    order = sell((10_000, 1, 1800))
    open_shop()
    from cms.invoices.actions import draft_of

    draft = draft_of(db.session.get_one(Order, order.id), the_shop())
    assert (draft["kind"], draft["tax_paise"], draft["seller"]["gstin"]) == ("Invoice", 0, "")
    assert "the invoice follows the order" in warnings(draft, "regular")[0]
