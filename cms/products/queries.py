"""Products as their pages need them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import abort
from sqlalchemy import Select, false, func, select

from cms.db import db
from cms.models import Activity, Order, Product, StockMove, User
from cms.paging import PAGE, Page, Sort, page_of, read_whole
from cms.products.filters import ProductFilter
from cms.text import query_words

ROW = (
    Product.id,
    Product.sku,
    Product.name,
    Product.price_paise,
    Product.category,
    Product.stock,
    Product.sold_units,
    Product.sold_paise,
    Product.archived_at,
)
SORTS = {
    "name": Sort("Name", Product.name_key, Product.id, False, str),
    "newest": Sort("Newest", Product.id, Product.id, True, read_whole),
    "stock": Sort(
        "Least stock", -Product.stock, Product.id, True, read_whole, nullable=True
    ),  # what is not tracked (NULL) comes last
    "sold": Sort("Most sold", Product.sold_units, Product.id, True, read_whole),
}


def product_or_404(product_id: int) -> Product:
    return db.session.get(Product, product_id) or abort(404, "That product no longer exists")


def row_or_404(product_id: int) -> Any:
    """One product as the list shows it."""
    query = select(*ROW, Product.version).where(Product.id == product_id)
    return db.session.execute(query).first() or abort(404, "That product no longer exists")


def products_matching(wanted: ProductFilter, low_stock: int, args: Mapping[str, str], size: int = PAGE) -> Page:
    """One page of the catalogue."""
    sort = SORTS[wanted.sort]
    query = wanted.narrow(select(*ROW, sort.column.label("sort_value")), low_stock)
    return page_of(having_words(query, wanted.q), sort, args, size)


def having_words(query: Select, q: str) -> Select:
    """Only products with every word of `q` in their sku, name or category."""
    words = query_words(q)
    if q.strip() and not words:
        return query.where(false())
    for word in words:
        query = query.where(Product.search_text.contains(word, autoescape=True))
    return query


def products_named(q: str, limit: int = 8) -> Sequence[Any]:
    """What could be meant by what was typed, an exact sku first; what sells most before anything is typed."""
    query = having_words(select(*ROW).where(Product.archived_at.is_(None)), q)
    if q.strip():
        query = query.order_by((Product.sku == q.strip()).desc(), Product.name_key, Product.id)
    else:
        query = query.order_by(Product.sold_units.desc(), Product.id.desc())
    return db.session.execute(query.limit(limit)).all()


def products_by_id(ids: Iterable[int], hold: bool = False) -> dict[int, Any]:
    """What an order line needs of its product, by id. `hold`: nobody else changes them until the commit."""
    columns = (
        Product.id,
        Product.sku,
        Product.name,
        Product.price_paise,
        Product.hsn,
        Product.gst_rate_bp,
        Product.stock,
    )
    query = select(*columns, Product.archived_at).where(Product.id.in_(sorted(set(ids))))
    found = db.session.execute(query.order_by(Product.id).with_for_update() if hold else query)
    return {row.id: row for row in found}


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """What these products are called."""
    ids = set(ids)
    query = select(Product.id, Product.name).where(Product.id.in_(ids))
    return dict(db.session.execute(query).all()) if ids else {}  # type: ignore[arg-type]


def by_request_key(key: str) -> Product | None:
    return db.session.scalar(select(Product).where(Product.request_key == key))


def sku_taken(sku: str, besides: int | None) -> Any | None:
    """The other product that has this sku."""
    query = select(Product.id, Product.name).where(Product.sku == sku)
    return db.session.execute(query.where(Product.id != besides) if besides else query).first()


def categories() -> list[str]:
    """The categories in use, by name."""
    return list(
        db.session.scalars(select(Product.category).where(Product.category != "").distinct().order_by(Product.category))
    )


def moves_of(product_id: int, limit: int = 20) -> Sequence[Any]:
    """The latest moves of a product's stock, with who made them and for which order."""
    query = (
        select(StockMove.quantity, StockMove.reason, StockMove.at, StockMove.order_id)
        .add_columns(Order.ref.label("order_ref"), User.name.label("by_name"))
        .outerjoin(User, User.id == StockMove.by_id)
        .outerjoin(Order, Order.id == StockMove.order_id)
        .where(StockMove.product_id == product_id)
        .order_by(StockMove.id.desc())
    )
    return db.session.execute(query.limit(limit)).all()


def story_of(product_id: int, limit: int = 20) -> Sequence[Activity]:
    """What was done to a product, latest first."""
    query = select(Activity).where(Activity.thing == "products", Activity.thing_id == product_id)
    return db.session.scalars(query.order_by(Activity.id.desc()).limit(limit)).all()


def stock_moved(product_id: int) -> int:
    """What all moves of a product add up to."""
    return int(db.session.scalar(select(func.sum(StockMove.quantity)).where(StockMove.product_id == product_id)) or 0)
