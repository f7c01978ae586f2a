"""No paper names one state and is numbered by the GSTIN of another."""

from sqlalchemy import func, select

from cms.db import db
from cms.models import Invoice
from tests.factories import set_shop
from tests.invoices.papers import open_shop, sell


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_a_shop_of_two_states_issues_nothing_until_one_is_put_right(client):
    open_shop(state="Karnataka")
    order = sell((10_000, 1, 1800))
    answer = client.post_form(f"/orders/{order.id}/invoice")
    assert answer.status_code == 422 and count(Invoice) == 0
    assert "registered in Telangana, and your shop is in Karnataka" in answer.text
    assert 'href="/settings/taxes">Open Tax and invoices' in answer.text
    set_shop(state="Telangana")
    assert client.post_form(f"/orders/{order.id}/invoice").status_code == 303
