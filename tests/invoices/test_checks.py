"""flask check finds invoices, credit notes and taxes that are not as they should be."""

from __future__ import annotations

import pytest

from tests.after_sale import make_invoiced
from tests.factories import make_customer, make_product
from tests.invoices.papers import issue, open_shop, sell
from tests.test_check import failures, tampered

FIRST = "WHERE order_id = (SELECT id FROM orders WHERE ref = 'ORD001')"


@pytest.mark.parametrize(
    "statement, told",
    [
        (f"UPDATE order_lines SET taxable_paise = 1 {FIRST}", "ORD001 line 1: taxable_paise is 1, counted"),
        (f"UPDATE order_lines SET igst_paise = 1 {FIRST}", "ORD001 line 1: taxable_paise is"),
        ("UPDATE orders SET gst_mode = 'composition' WHERE ref = 'ORD001'", "taxable_paise is 10000, counted 0"),
        (
            "UPDATE orders SET tax_paise = 7, payable_paise = total_paise + 7 WHERE ref = 'ORD001'",
            "ORD001: tax_paise is 7, counted 1800",
        ),
        (f"UPDATE invoices SET tax_paise = 0 {FIRST}", "INV/25-26/00001: says 10000, 1800 and 11800"),
        (f"UPDATE invoices SET number = 'X' {FIRST}", "X: says 10000, 1800 and 11800"),
        ("UPDATE credit_notes SET total_paise = 1", "CN/25-26/00001: says"),
        ("UPDATE credit_notes SET total_paise = 1", "invoice INV/25-26/00002: over 500, credited 1"),
        ("UPDATE credit_notes SET total_paise = 501", "invoice INV/25-26/00002: over 500, credited 501"),
        (f"UPDATE invoices SET serial = 9 {FIRST}", "invoices INV 25-26: numbers 2 to 9, but 2 of them"),
        (
            "UPDATE orders SET total_paise = 1, payable_paise = 1801 WHERE ref = 'ORD001'",
            "INV/25-26/00001: over 11800, its order over 1801",
        ),
    ],
)
def test_whatever_is_changed_behind_the_shops_back_is_found(app, clock, statement, told):
    open_shop(prices_include_tax=False)
    issue(sell((10_000, 1, 1800)))
    make_invoiced(make_customer(), make_product(price_paise=500))
    assert failures() == []
    tampered(statement)
    assert [problem for problem in failures() if told in problem], failures()
