"""Which column is which: our own, what people call them, and what four programs write."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cms.db import db
from cms.exports.tables import TABLES as EXPORTED
from cms.imports import columns
from cms.imports.columns import columns_of, digest_of, guessed, matched, source_of
from cms.imports.rules import MORE, TABLES
from cms.models import Customer, Product
from tests.imports.uploads import sent


@pytest.mark.parametrize("table", TABLES)
def test_our_own_files_are_matched_by_name(table):
    for names in (TABLES[table], TABLES[table] + MORE[table], EXPORTED[table].names):
        assert guessed(names) == (table, "") and matched(names, table) == list(names)


@pytest.mark.parametrize("table", TABLES)
def test_no_two_of_what_people_say_mean_different_columns(table):
    words = [word for names in columns._SAME[table].values() for word in names.split("|")]
    assert len(words) == len(set(words)) and all(columns.plain(word) == word for word in words if "%" not in word)
    assert set(columns._SAME[table]) <= set(columns_of(table))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_whatever_a_header_says_no_column_is_filled_twice_unless_parts_are_joined(headers):
    for table in TABLES:
        found = [name for name in matched(headers, table, source_of(headers)) if name]
        assert len(matched(headers, table)) == len(headers)
        assert all(found.count(name) == 1 or name in columns.SEVERAL for name in found)


def test_a_column_that_stands_there_twice_is_taken_once():
    assert matched(["name", "name", "email"], "customers") == ["name", "", "email"]


def test_the_reasons_that_were_added_do_not_make_it_another_file():
    assert digest_of(["Name", "E-mail"]) == digest_of(["name ", "E mail", columns.REASON])


GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Nickname,File As,Organization Name,Notes,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Street,Address 1 - City,"
    "Address 1 - Region,Address 1 - Postal Code,Address 1 - Country\n"
    "Asha,,Rao,,,,,Likes silk,* myContacts,Home,asha@example.com,Mobile,98480 22338 ::: +91 863 2223344,12 Lake Road,"
    "Guntur,Andhra Pradesh,522002,India\n,,,,,,Meera Stores,,,,,,98220 12345,,,,,\n"
)
OLD_GOOGLE = (
    "Name,Given Name,Additional Name,Family Name,Notes,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,"
    "Phone 1 - Value\n"
    "Asha Rao,Asha,,Rao,Likes silk,Home,asha@example.com,Mobile,98480 22338\n"
)
WOO = (
    "Billing First Name,Billing Last Name,Billing Company,Billing Email,Billing Phone,Billing Address 1,"
    "Billing Address 2,Billing City,Billing State,Billing Postcode,Billing Country\n"
    "Asha,Rao,,asha@example.com,9848022338,12 Lake Road,,Guntur,AP,522002,IN\n"
)
VYAPAR = "Name,Phone No.,Email,Address,GSTIN,Opening Balance\nAsha Rao,9848022338,asha@example.com,Guntur,,0\n"


@pytest.mark.parametrize("text, source", [(GOOGLE, "google"), (OLD_GOOGLE, "google"), (WOO, "woo"), (VYAPAR, "vyapar")])
def test_the_customers_of_other_programs(app, text, source):
    assert guessed(text.splitlines()[0].split(",")) == ("customers", source)
    assert sent(text)["errors"] == 0
    asha = db.session.scalars(select(Customer).order_by(Customer.id)).first()
    assert (asha.name, asha.email, asha.phone) == ("Asha Rao", "asha@example.com", "+919848022338")
    if source == "woo":
        assert (asha.state, asha.country, asha.address) == ("Andhra Pradesh", "India", "12 Lake Road")
    if text is GOOGLE:
        assert db.session.scalars(select(Customer.name).order_by(Customer.id)).all() == ["Asha Rao", "Meera Stores"]


WOO_PRODUCTS = (
    "ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,In stock?,Stock,Regular price,Sale price,"
    "Categories\n"
    '7,simple,SAR-01,Cotton saree,1,0,visible,1,12,1180,999,"Clothing > Sarees, Sale"\n'
    "8,variable,HOO,Hoodie,1,0,visible,1,,,,Clothing > Hoodies\n"
    '9,"variation, virtual",HOO-B,Hoodie - Blue,1,0,visible,1,4,900,,\n'
    "10,grouped,SET,A set,1,0,visible,1,,,,Sets\n"
)
SHOPIFY_PRODUCTS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Option1 Name,Option1 Value,Variant SKU,"
    "Variant Inventory Qty,Variant Price,Image Src\n"
    "saree,Cotton saree,<p>x</p>,Us,Apparel > Sarees,Sarees,,Colour,Red,SAR-R,12,1180.00,a.png\n"
    "saree,,,,,,,,Blue,SAR-B,-1,1200.00,b.png\nsaree,,,,,,,,,,,,c.png\n"
)
VYAPAR_ITEMS = (
    "Item name*,Item code,HSN,Sale price,Purchase price,Opening stock quantity,Tax Rate,Base Unit (x)\n"
    "Cotton saree,SAR-01,5208,1180,700,12,GST@5%,Pcs\n"
)


@pytest.mark.parametrize(
    "text, source, found",
    [
        (
            WOO_PRODUCTS,
            "woo-products",
            [("SAR-01", "Cotton saree", 118_000, "Sarees", 12, 0), ("HOO-B", "Hoodie - Blue", 90_000, "", 4, 0)],
        ),
        (
            SHOPIFY_PRODUCTS,
            "shopify-products",
            [
                ("SAR-R", "Cotton saree (Red)", 118_000, "Sarees", 12, 0),
                ("SAR-B", "Cotton saree (Blue)", 120_000, "", 0, 0),
            ],
        ),
        (VYAPAR_ITEMS, "vyapar-items", [("SAR-01", "Cotton saree", 118_000, "", 12, 500)]),
    ],
    ids=["woo", "shopify", "vyapar"],
)
def test_the_products_of_other_programs(app, text, source, found):
    assert guessed(text.splitlines()[0].split(",")) == ("products", source)
    assert sent(text)["errors"] == 0
    query = select(
        Product.sku, Product.name, Product.price_paise, Product.category, Product.stock, Product.gst_rate_bp
    ).order_by(Product.id)
    assert [tuple(row) for row in db.session.execute(query)] == found
