"""The catalogue as the browser gets it."""

import re

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.models import Product
from cms.products.actions import edit_product
from tests.client import without_tokens
from tests.factories import make_order, make_product, set_shop, write

LONG = "x" * 60
TYPED = {"name": "Brass bell", "sku": "BELL", "price": "1,299.50", "category": "Home", "kind": "goods"}


def stored(product_id: int = 0) -> Product:
    query = select(Product).where(Product.id == product_id) if product_id else select(Product)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def names(answer) -> list[str]:
    return re.findall(r'<td class="title"><a [^>]*>(.*?)</a>', answer.text)


def test_the_list_is_a_page_for_a_browser_and_a_part_for_htmx(client):
    make_product("Clay lamp")
    page, part = (
        without_tokens(answer.text) for answer in (client.get("/products?q=lam"), client.htmx_get("/products?q=lam"))
    )
    assert "<html" in page and "<html" not in part and part.strip() in page


@pytest.mark.parametrize(
    "q, found", [("cla", ["Clay lamp"]), ("prod002", ["Brass bell"]), ("temple", ["Brass bell"]), ("zz", [])]
)
def test_a_product_is_found_by_name_code_or_category(client, q, found):
    make_product("Clay lamp", category="Home")
    make_product("Brass bell", category="Temple")
    assert names(client.get(f"/products?q={q}")) == found


def test_the_list_is_narrowed_to_a_category_to_low_stock_and_to_what_is_archived(client):
    make_product("Plenty", stock=50, category="Home")
    make_product("Nearly out", stock=5, category="Home")
    make_product("Never counted", category="Toys")
    assert names(client.get("/products?category=Home")) == ["Nearly out", "Plenty"]
    assert names(client.get("/products?low=1")) == ["Nearly out"]
    assert names(client.get("/products?archived=1")) == []


def test_least_stock_first_leaves_what_is_not_counted_to_the_end(client):
    for name, stock in (("Some", 9), ("Uncounted", None), ("None", 0)):
        make_product(name, stock=stock)
    assert names(client.get("/products?sort=stock")) == ["None", "Some", "Uncounted"]


@pytest.mark.parametrize("sort", ["name", "newest", "stock", "sold"])
def test_paging_forth_and_back_shows_every_product_once(client, sort):
    for number in range(57):
        make_product(f"Sample {number % 30}", stock=number % 5 if number % 3 else None)
    first = client.get(f"/products?sort={sort}")
    second = client.get(re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&"))
    back = client.get(re.search(r'rel="prev" href="([^"]+)"', second.text)[1].replace("&amp;", "&"))
    assert [len(names(page)) for page in (first, second)] == [50, 7]
    assert names(back) == names(first)
    ids = re.findall(r'<tr id="product-(\d+)"', first.text + second.text)
    assert len(set(ids)) == 57


@pytest.mark.parametrize("stock, words", [(None, "Not tracked"), (0, "Sold out"), (5, "Low 5"), (6, "6")])
def test_the_stock_says_what_it_means(client, stock, words):
    make_product(stock=stock)
    assert re.search(r'aria-label="Stock: (.*?), change"', client.get("/products").text)[1] == words


def test_a_new_product_with_a_code_price_and_stock(client):
    answer = client.post_form("/products", TYPED | {"stock": "12", "gst_rate": "18", "hsn": "8306.10"})
    product = stored()
    assert (answer.status_code, answer.location) == (303, f"/products/{product.id}")
    assert (product.sku, product.price_paise, product.stock) == ("BELL", 129_950, 12)
    assert (product.gst_rate_bp, product.hsn, product.kind) == (1800, "830610", "goods")


def test_blank_code_and_stock_mean_the_next_number_and_not_tracked(client):
    client.post_form("/products", TYPED | {"sku": " ", "stock": ""})
    assert (stored().sku, stored().stock) == ("PROD001", None)


def test_the_same_form_sent_again_shows_the_product_it_made(client):
    key = re.search(r'name="request_key"[^>]*value="([^"]+)"', client.get("/products/new").text)[1]
    answers = [client.post_form("/products", TYPED | {"request_key": key}) for _ in range(2)]
    assert [answer.location for answer in answers] == [f"/products/{stored().id}"] * 2


@pytest.mark.parametrize(
    "field, text, says",
    [
        ("name", "", "Name is needed"),
        ("price", "", "Price is needed"),
        ("price", "12,50", "Write the amount like 1,299.50"),
        ("price", "-1", "An amount cannot be negative"),
        ("price", "1000000000.01", "A price can be at most ₹1,00,00,00,000.00"),
        ("hsn", "12345", "4, 6 or 8 digits"),
        ("gst_rate", "101", "cannot be more than 100"),
        ("stock", "1.5", "whole number"),
        ("stock", "100000001", "whole number"),
        ("kind", "idea", "Choose one of the list"),
        ("category", "c" * 81, "within 80 characters"),
        ("sku", "s" * 65, "within 64 characters"),
    ],
)
def test_what_cannot_be_is_told_beside_the_field_and_everything_typed_stays(client, field, text, says):
    answer = client.post_form("/products", TYPED | {"hsn": "8306", field: text})
    assert answer.status_code == 422
    assert says in re.search(rf'id="{field}-problem">.*?</p>', answer.text)[0]
    assert 'value="8306"' in answer.text or field == "hsn"
    assert db.session.scalar(select(func.count()).select_from(Product)) == 0


def test_a_code_that_another_has_is_told_beside_it(client):
    make_product("Old bell", sku="BELL")
    answer = client.post_form("/products", TYPED)
    assert answer.status_code == 422 and "Old bell already has the code BELL" in answer.text


def test_the_edit_form_shows_what_is_stored_and_saves_it_unchanged(client):
    product = make_product("Bell", 129_950, 4, category="Home", gst_rate_bp=1250, hsn="8306", kind="service")
    page = client.get(f"/products/{product.id}/edit").text
    typed = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1] for name in ("name", "price", "gst_rate", "hsn")
    }
    assert typed == {"name": "Bell", "price": "1299.50", "gst_rate": "12.5", "hsn": "8306"}
    client.post_form(f"/products/{product.id}", typed | {"kind": "service", "category": "Home", "version": "1"})
    now = stored()
    assert (now.price_paise, now.gst_rate_bp, now.kind, now.sku, now.stock) == (
        129_950,
        1250,
        "service",
        product.sku,
        4,
    )


def test_an_edit_on_an_old_version_shows_what_the_other_saved_and_can_be_saved_again(client):
    product = make_product("Bell", 1000)
    with write():
        edit_product(stored(product.id), {"price_paise": 1100}, 1, None)
    typed = TYPED | {"name": "Bell", "price": "12"}
    answer = client.post_form(f"/products/{product.id}", typed | {"version": "1"})
    assert answer.status_code == 422
    assert "Someone else saved: 11.00" in answer.text and 'value="12"' in answer.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]
    assert client.post_form(f"/products/{product.id}", typed | {"version": version}).status_code == 303
    assert stored().price_paise == 1200


def test_the_page_of_a_product_tells_what_moved_its_stock(client):
    product = make_product("Clay lamp", 49_900, 5, gst_rate_bp=500)
    order = make_order(None, product, qty=2, by=client.user)
    page = client.get(f"/products/{product.id}").text
    assert f'−2</b> sold, <a href="/orders/{order.id}">{order.ref}</a>' in page
    assert 'value="2" data-figure="product.sold_units"' in page and 'value="99800" data-figure="product.sold"' in page
    assert "Asha" in page and "Added to the catalogue" in page and "5 %" in page


def test_an_archived_product_leaves_the_list_and_can_come_back(client):
    product = make_product("Clay lamp")
    for archived, version, shown in (("1", "1", []), ("0", "2", ["Clay lamp"])):
        client.post_form(f"/products/{product.id}/archive", {"archived": archived, "version": version})
        assert names(client.get("/products")) == shown


def test_names_of_every_script_and_markup_are_shown_as_they_are(client):
    for name in ("చేనేత పట్టు చీర", '<script>alert("x")</script>', LONG):
        client.post_form("/products", TYPED | {"name": name, "sku": "", "category": name})
    page = client.get("/products").text
    assert "చేనేత పట్టు చీర" in page and LONG in page and "<script>alert" not in page


def test_prices_are_typed_and_shown_in_the_currency_of_the_shop(client):
    set_shop(currency="JPY")
    assert client.post_form("/products", TYPED | {"price": "12.50"}).status_code == 422
    client.post_form("/products", TYPED | {"price": "1250"})
    assert stored().price_paise == 1250
    assert "¥1,250" in client.get("/products").text


def test_a_viewer_sees_the_catalogue_and_changes_nothing(viewer):
    product = make_product(stock=5)
    assert '<button type="button" class="cell' not in viewer.get("/products").text
    assert "<form" not in viewer.htmx_get(f"/products/{product.id}/cells/price").text
    assert "Set stock" not in viewer.get(f"/products/{product.id}").text
    for path in ("", f"/{product.id}", f"/{product.id}/cells/price", f"/{product.id}/archive"):
        assert viewer.post_form(f"/products{path}", {"value": "1", "version": "1"}).status_code == 403


def test_an_empty_catalogue_says_what_would_be_here(client):
    assert "Add the first product" in client.get("/products").text
    assert "No product fits" in client.get("/products?q=zz").text
