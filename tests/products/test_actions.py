"""The catalogue and its stock, without a browser."""

import pytest
from sqlalchemy import select

from cms.db import db
from cms.errors import Conflict, RuleError
from cms.models import Activity, Product, StockMove
from cms.products import queries
from cms.products.actions import add_product, archive_product, count_stock, edit_product
from tests.factories import make_order, make_product, write


def stored(product: Product) -> Product:
    return db.session.get_one(Product, product.id, populate_existing=True)


def moves(product: Product) -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(StockMove.quantity, StockMove.reason).where(StockMove.product_id == product.id).order_by(StockMove.id)
    )
    return [tuple(row) for row in rows]


def test_a_product_without_a_code_gets_the_next_number(app):
    assert [make_product().sku, make_product(sku="LAMP").sku, make_product().sku] == ["PROD001", "LAMP", "PROD002"]


def test_a_number_that_was_typed_as_a_code_is_not_given_again(app):
    make_product(sku="PROD001")
    assert make_product().sku == "PROD002"


def test_two_products_cannot_have_one_code(app):
    make_product("Clay lamp", sku="LAMP")
    with pytest.raises(RuleError, match="Clay lamp already has the code LAMP") as refused:
        make_product("Brass lamp", sku="LAMP")
    assert refused.value.field == "sku"
    assert make_product(sku="lamp").sku == "lamp"


def test_the_same_form_sent_again_makes_no_second_product(app):
    first, again = make_product(request_key="k1"), make_product(request_key="k1")
    assert first.id == again.id


def test_a_form_sent_twice_at_once_gives_the_product_that_won(app, monkeypatch):
    """Both asked for the key before either had stored it."""
    first, found = make_product(sku="LAMP", request_key="k1"), queries.by_request_key
    answers = iter([None])
    monkeypatch.setattr(queries, "by_request_key", lambda key: next(answers, found(key)))
    with write():
        again = add_product({"name": "Clay lamp", "price_paise": 1, "sku": "LAMP"}, None, None, "k1")
        assert again.id == first.id


def test_what_is_counted_is_written_down_as_moves_that_add_up(app):
    product = make_product(stock=5)
    for counted in (8, 8, None, 3):
        with write():
            now = stored(product)
            count_stock(now, counted, now.version, None)
    assert moves(product) == [(5, "counted"), (3, "counted"), (-5, "counted")]
    assert stored(product).stock == 3


def test_a_count_of_what_an_order_has_moved_meanwhile_is_refused(app):
    product = make_product(stock=5)
    make_order(None, product, qty=2)
    with pytest.raises(Conflict) as refused, write():
        now = stored(product)
        count_stock(now, 9, now.version, None, seen=5)
    assert (refused.value.current, stored(product).stock) == ({"stock": 3}, 3)


def test_of_two_edits_of_one_version_the_second_learns_what_the_first_said(app):
    product = make_product(price_paise=100)
    with write():
        edit_product(stored(product), {"price_paise": 200}, 1, None)
    with pytest.raises(Conflict) as refused, write():
        edit_product(stored(product), {"price_paise": 300}, 1, None)
    assert (refused.value.current, stored(product).price_paise) == ({"price_paise": 200}, 200)


def test_an_edit_is_recorded_with_what_it_changed_only(app):
    product = make_product(price_paise=100)
    with write():
        edit_product(stored(product), {"price_paise": 200, "name": product.name}, 1, None)
    entry = db.session.scalars(select(Activity).order_by(Activity.id.desc())).first()
    assert (entry.verb, entry.before, entry.after) == ("product.edited", {"price_paise": 100}, {"price_paise": 200})


def test_an_order_keeps_the_price_it_was_placed_at(app):
    product = make_product(price_paise=100)
    order = make_order(None, product)
    with write():
        edit_product(stored(product), {"price_paise": 200}, 1, None)
    assert (stored(product).sold_paise, order.total_paise) == (100, 100)


def test_an_archived_product_is_not_offered_and_can_come_back(app):
    product = make_product("Clay lamp")
    for archived, offered in ((True, 0), (False, 1)):
        with write():
            now = stored(product)
            archive_product(now, archived, now.version, None)
        assert len(queries.products_named("clay")) == offered
