"""Price and stock, changed where they stand."""

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Product
from tests.factories import make_order, make_product


def stored() -> Product:
    return db.session.scalars(select(Product).execution_options(populate_existing=True)).one()


def cell(client, product, name: str, value: str, **more: str):
    data = {"value": value, "version": "1"} | more
    return client.htmx_post(f"/products/{product.id}/cells/{name}", data)


def test_a_price_is_changed_where_it_stands(client):
    product = make_product(price_paise=4900)
    form = client.htmx_get(f"/products/{product.id}/cells/price")
    assert 'name="value"' in form.text and 'value="49.00"' in form.text
    answer = cell(client, product, "price", "52.25", seen="49.00")
    assert answer.status_code == 200 and "₹52.25" in answer.text and "toast" in answer.headers["HX-Trigger"]
    assert stored().price_paise == 5225


def test_a_price_that_is_none_comes_back_as_typed_with_its_problem(client):
    product = make_product(price_paise=4900)
    answer = cell(client, product, "price", "12,50")
    assert answer.status_code == 422
    assert 'value="12,50"' in answer.text and "Write the amount like" in answer.text
    assert answer.text.strip().startswith("<td") and stored().price_paise == 4900


def test_leaving_a_cell_shows_it_as_it_was(client):
    product = make_product(price_paise=4900)
    answer = client.htmx_get(f"/products/{product.id}/cells/price?cancel")
    assert "₹49.00" in answer.text and "<form" not in answer.text


@pytest.mark.parametrize("typed, stock", [("7", 7), ("0", 0), ("", None)])
def test_stock_is_counted_where_it_stands_and_blank_means_not_tracked(client, typed, stock):
    product = make_product(stock=3)
    assert cell(client, product, "stock", typed, seen="3").status_code == 200
    assert stored().stock == stock


def test_a_price_that_someone_else_changed_is_shown_before_it_is_overwritten(client):
    product = make_product(price_paise=4900)
    cell(client, product, "price", "60", seen="49.00")
    answer = cell(client, product, "price", "70", seen="49.00")
    assert (
        answer.status_code == 422 and "changed this to 60.00 meanwhile" in answer.text and 'value="70"' in answer.text
    )
    assert cell(client, product, "price", "70", seen="60.00", version="2").status_code == 200
    assert stored().price_paise == 7000


def test_a_neighbouring_cell_saved_meanwhile_does_not_stand_in_the_way(client):
    product = make_product(price_paise=4900, stock=3)
    assert cell(client, product, "price", "60", seen="49.00").status_code == 200
    assert cell(client, product, "stock", "9", seen="3").status_code == 200
    assert (stored().price_paise, stored().stock) == (6000, 9)


def test_a_count_begun_before_a_sale_is_refused_with_the_stock_of_now(client):
    product = make_product(stock=5)
    make_order(None, product, qty=2)
    answer = cell(client, product, "stock", "9", seen="5")
    assert answer.status_code == 422 and "The stock became 3 meanwhile" in answer.text
    assert stored().stock == 3


@pytest.mark.parametrize("name", ["name", "sku", "status", "x"])
def test_only_price_and_stock_are_cells(client, name):
    product = make_product()
    assert client.htmx_get(f"/products/{product.id}/cells/{name}").status_code == 404
    assert cell(client, product, name, "1").status_code == 404


def test_the_stock_can_be_counted_on_the_page_of_the_product_without_scripts(client):
    product = make_product(stock=5)
    path, data = f"/products/{product.id}/cells/stock", {"version": "1", "seen": "5"}
    wrong = client.post_form(path, data | {"value": "many"})
    assert wrong.status_code == 422 and "<html" in wrong.text and 'value="many"' in wrong.text
    assert client.post_form(path, data | {"value": "8"}).location == f"/products/{product.id}"
    assert stored().stock == 8
