"""Tax, invoices and payments under Settings."""

import pytest

from tests.factories import set_shop, the_shop
from tests.settings.test_routes import problem, save, shown

GSTIN = "27AAPFU0939F1ZV"  # of Maharashtra
TAXES, PAYMENTS = "/settings/taxes", "/settings/payments"


def test_a_registration_is_saved_with_its_gstin(client):
    set_shop(state="Maharashtra")
    answer = save(client, TAXES, gst_mode="regular", gstin="27 aapfu0939f1zv", invoice_note="Thank you\nCome again")
    assert answer.status_code == 303
    shop = the_shop()
    assert (shop.gst_mode, shop.gstin, shop.prices_include_tax) == ("regular", GSTIN, True)
    assert shop.invoice_note == "Thank you\nCome again"


def test_a_tick_that_is_taken_out_is_saved(client):
    typed = shown(client, TAXES)
    assert typed.pop("prices_include_tax") == "y"
    assert client.post_form(TAXES, typed).status_code == 303
    assert not the_shop().prices_include_tax and "prices_include_tax" not in shown(client, TAXES)


@pytest.mark.parametrize(
    "typed, field, says",
    [
        ({"gst_mode": "regular"}, "gstin", "has a GSTIN"),
        ({"gst_mode": "composition"}, "gstin", "has a GSTIN"),
        ({"gstin": GSTIN}, "gstin", "without registration"),
        ({"gst_mode": "regular", "gstin": "27AAPFU0939F1ZX"}, "gstin", "compare it with the certificate"),
        ({"gst_mode": "rich"}, "gst_mode", "Choose one of the list"),
        ({"invoice_prefix": "INVOI"}, "invoice_prefix", "within 4 characters"),
        ({"invoice_prefix": ""}, "invoice_prefix", "is needed"),
        ({"invoice_prefix": "#"}, "invoice_prefix", "letters and digits"),
        ({"credit_prefix": "inv"}, "credit_prefix", "a beginning of their own"),
        ({"invoice_note": "x" * 301}, "invoice_note", "within 300"),
    ],
)
def test_what_does_not_go_together_is_told_beside_its_field(client, typed, field, says):
    before = the_shop().gst_mode
    answer = save(client, TAXES, **typed)
    assert answer.status_code == 422 and says in problem(answer, field)
    assert (the_shop().gst_mode, the_shop().gstin, the_shop().invoice_prefix) == (before, "", "INV")


def test_a_gstin_fills_the_state_of_a_shop_that_has_none(client):
    assert save(client, TAXES, gst_mode="regular", gstin=GSTIN).status_code == 303
    assert the_shop().state == "Maharashtra"


def test_a_gstin_of_another_state_is_refused_with_an_offer_to_set_the_state(client):
    set_shop(state="Goa")
    answer = save(client, TAXES, gst_mode="regular", gstin=GSTIN)
    assert answer.status_code == 422 and "registered in Maharashtra" in problem(answer, "gstin")
    assert "set the shop&#39;s state to Maharashtra" in answer.text.replace("shop's", "shop&#39;s")
    assert (the_shop().state, the_shop().gstin) == ("Goa", "")
    assert save(client, TAXES, gst_mode="regular", gstin=GSTIN, fill_state="1").status_code == 303
    assert (the_shop().state, the_shop().gstin) == ("Maharashtra", GSTIN)


def test_the_state_stays_that_of_the_gstin(client):
    set_shop(state="Maharashtra", gst_mode="regular", gstin=GSTIN)
    answer = save(client, state="Goa")
    assert answer.status_code == 422 and "under Tax and invoices" in problem(answer, "state")
    assert save(client, name="Other name").status_code == 303


@pytest.mark.parametrize("vpa", ["ab.stores@okaxis", "9876543210@upi", ""])
def test_a_upi_id_is_saved(client, vpa):
    assert save(client, PAYMENTS, upi_vpa=f" {vpa} ").status_code == 303
    assert the_shop().upi_vpa == vpa


@pytest.mark.parametrize(
    "vpa", ["asha", "asha@", "@okaxis", "asha@ok axis", "asha@example.com", "<b>@okaxis", "a@okaxis"]
)
def test_what_is_no_upi_id_is_refused_in_words(client, vpa):
    answer = save(client, PAYMENTS, upi_vpa=vpa)
    assert answer.status_code == 422 and "UPI ID" in problem(answer, "upi_vpa")
    assert the_shop().upi_vpa == ""


def test_practising_is_switched_on_with_a_warning(client):
    assert "Practising is on" not in client.get(PAYMENTS).text
    assert save(client, PAYMENTS, simulate_payments="y").status_code == 303
    assert the_shop().simulate_payments and "Practising is on" in client.get(PAYMENTS).text


def test_others_read_how_the_shop_is_taxed_and_paid(viewer):
    set_shop(gst_mode="regular", gstin=GSTIN, state="Maharashtra", upi_vpa="asha@okaxis")
    page = viewer.get("/settings").text
    assert GSTIN in page and "asha@okaxis" in page and "Include GST" in page
