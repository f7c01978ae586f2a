"""Keeping the catalogue and its stock."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Any

from sqlalchemy import case, insert, update
from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.activity.actions import record
from cms.db import claim, db
from cms.errors import Conflict, RuleError
from cms.models import Order, Product, StockMove
from cms.products import queries
from cms.refs import next_ref
from cms.text import fold

EDITABLE = ("sku", "name", "price_paise", "category", "hsn", "gst_rate_bp", "kind")


def add_product(values: dict[str, Any], stock: int | None, by: Any, request_key: str | None = None) -> Product:
    """A new product; a blank sku becomes the next number. Raises RuleError naming who has the sku already."""
    if request_key and (made := queries.by_request_key(request_key)):
        return made
    product = Product(created_at=clock.now(), request_key=request_key)
    _fill(product, values | {"sku": values.get("sku") or next_ref(Product)})
    try:
        _insert(product)
    except (IntegrityError, RuleError):  # the same form, sent twice, may have been stored between the check and now
        if request_key and (made := queries.by_request_key(request_key)):
            return made
        raise
    if stock is not None:
        _set_stock(product, stock, by)
    record(
        by, "product.added", product, after={"name": product.name, "price_paise": product.price_paise, "stock": stock}
    )
    return product


def edit_product(
    product: Product, values: dict[str, Any], version: int, by: Any, undoes_id: int | None = None
) -> int | None:
    """Change some of EDITABLE, and give the entry of it in the trail, if anything changed.

    Raises RuleError for a sku that another has, Conflict for an edit in between.
    """
    claim(product, version, tuple(values))
    before = {name: getattr(product, name) for name in values}
    try:
        with db.session.begin_nested(), db.session.no_autoflush:
            _fill(product, values)
            _check_sku(product.sku, product.id)
    except IntegrityError:  # another took the sku between the check and now
        _check_sku(values.get("sku", ""), product.id)
        raise
    after = {name: getattr(product, name) for name in values}
    if before == after:
        return None
    return record(by, "product.edited", product, before=before, after=after, undoes_id=undoes_id)


def count_stock(
    product: Product,
    stock: int | None,
    version: int,
    by: Any,
    seen: int | EllipsisType | None = ...,
    undoes_id: int | None = None,
) -> int | None:
    """Set the stock to what was counted; None stops tracking it. `seen`: what it was thought to be before. Gives the
    entry of it in the trail, if anything changed.

    Raises Conflict for an edit in between, or when an order has moved the stock since it was seen.
    """
    claim(product, version, ("stock",))
    before = product.stock
    if seen is not ... and seen != before:
        raise Conflict("The stock has moved since you saw it. See what it is now, then save again.", {"stock": before})
    if before == stock:
        return None
    _set_stock(product, stock, by)
    was, now = {"stock": before}, {"stock": stock}
    return record(by, "product.stock_counted", product, before=was, after=now, undoes_id=undoes_id)


def archive_product(
    product: Product, archived: bool, version: int, by: Any, undoes_id: int | None = None
) -> int | None:
    """Take a product off sale, or put it back; what was sold of it stays. Gives the entry. Raises Conflict."""
    claim(product, version)
    if (product.archived_at is not None) == archived:
        return None
    product.archived_at = clock.now() if archived else None
    return record(by, "product.archived" if archived else "product.restored", product, undoes_id=undoes_id)


def sell(sold: Mapping[int, tuple[int, int]]) -> dict[int, Any]:
    """Take (units, money) of each product out of stock and into its totals, and give what the lines need of them.

    Raises RuleError naming a product that is gone or has too few left.
    """
    return _turn_over({id: (units, units, paise) for id, (units, paise) in sold.items()})


def unsell(sold: Mapping[int, tuple[int, int]], taken: Mapping[int, int], order: Order, by: Any) -> None:
    """Give an order's units and money back; stock gets what the order had taken of it, where it is tracked still."""
    _turn_over({id: (-taken.get(id, 0), -units, -paise) for id, (units, paise) in sold.items()})
    _give_back(taken, order, by)


def resell(
    was: Mapping[int, tuple[int, int]],
    now: Mapping[int, tuple[int, int]],
    taken: Mapping[int, int],
    order: Order,
    by: Any,
) -> dict[int, Any]:
    """What an order has of each product is `now` instead of `was`; what it has `taken` out of stock and needs no more
    goes back. Gives what the lines need of the products, all of which are held. Raises RuleError like `sell`.
    """
    changes, back = {}, {}
    for id in was.keys() | now.keys():
        before, after = was.get(id, (0, 0)), now.get(id, (0, 0))
        units, paise = after[0] - before[0], after[1] - before[1]
        if units < 0 and (given := min(-units, taken.get(id, 0))) > 0:
            back[id] = given
        changes[id] = (units if units > 0 else -back.get(id, 0), units, paise)
    products = _turn_over(changes)
    _give_back(back, order, by)
    note_moves({id: -out for id, (out, *_) in changes.items() if out > 0}, "sold", order, by)
    return products


BATCH = 100
"""So many products are changed by one statement: for each row it walks through what the others get."""


def _turn_over(changes: Mapping[int, tuple[int, int, int]]) -> dict[int, Any]:
    """Take (units out of stock, units sold, money sold), negative ones back, of each product, and give their rows.

    They are held first, in the order of their ids: of two who want the last unit only one gets it.
    """
    ids, held = sorted(changes), dict[int, Any]()
    for batch in (ids[start : start + BATCH] for start in range(0, len(ids), BATCH)):
        rows = queries.products_by_id(batch, hold=True)
        for id in batch:
            if changes[id][0] > 0:
                _check_there(rows.get(id), changes[id][0])
        if moved := {id: changes[id] for id in batch if any(changes[id])}:
            by_id = (case({id: parts[n] for id, parts in moved.items()}, value=Product.id) for n in range(3))
            out, units, paise = by_id
            values = {"stock": Product.stock - out, "sold_units": Product.sold_units + units}
            change = (
                update(Product).where(Product.id.in_(moved)).values(values | {"sold_paise": Product.sold_paise + paise})
            )
            db.session.execute(change.execution_options(synchronize_session=False))
        held |= rows
    return held


def _give_back(units: Mapping[int, int], order: Order, by: Any) -> None:
    """Write it down, also where stock is tracked no more: what an order has out of it must not be given back twice."""
    if rows := [_move(id, quantity, "given back", by, order) for id, quantity in sorted(units.items())]:
        db.session.execute(insert(StockMove), rows)


def note_moves(units: Mapping[int, int], reason: str, order: Order, by: Any) -> None:
    """Write down what has just been moved of the products that are tracked."""
    tracked = {id for id, product in queries.products_by_id(units).items() if product.stock is not None}
    rows = [
        _move(product_id, quantity, reason, by, order)
        for product_id, quantity in units.items()
        if product_id in tracked
    ]
    if rows:
        db.session.execute(insert(StockMove), rows)


def _check_there(product: Any | None, units: int) -> None:
    """Raises RuleError, naming the product, unless so many of it can be sold."""
    if product is None:
        raise RuleError("A product of this order does not exist; remove its line", "lines")
    if product.archived_at is not None:
        raise RuleError(f"{product.name} is no longer for sale; remove its line", "lines")
    if product.stock is not None and product.stock < units:
        left = f"Only {product.stock} of {product.name} left" if product.stock else f"{product.name} is sold out"
        raise RuleError(left, f"product-{product.id}")


def _set_stock(product: Product, stock: int | None, by: Any) -> None:
    if stock is not None and (change := stock - queries.stock_moved(product.id)):
        db.session.execute(insert(StockMove), [_move(product.id, change, "counted", by, None)])
    product.stock = stock
    db.session.flush()


def _move(product_id: int, quantity: int, reason: str, by: Any, order: Order | None) -> dict[str, Any]:
    return {
        "product_id": product_id,
        "order_id": order.id if order else None,
        "quantity": quantity,
        "reason": reason,
        "at": clock.now(),
        "by_id": getattr(by, "id", None),
    }


def _fill(product: Product, values: dict[str, Any]) -> None:
    for name in EDITABLE:
        if name in values:
            setattr(product, name, values[name])
    for name, key in product_keys(product.sku, product.name, product.category or "").items():
        setattr(product, name, key)


def product_keys(sku: str, name: str, category: str) -> dict[str, str]:
    """What a product is sorted and searched by."""
    return {
        "name_key": fold(name)[:200],
        "search_text": " ".join(part for part in map(fold, (sku, name, category)) if part)[:400],
    }


def _insert(product: Product) -> None:
    _check_sku(product.sku, product.id)
    try:
        with db.session.begin_nested():
            db.session.add(product)
    except IntegrityError:
        _check_sku(product.sku, product.id)
        raise


def _check_sku(sku: str, besides: int | None) -> None:
    if taken := queries.sku_taken(sku, besides):
        raise RuleError(f"{taken.name} already has the code {sku}", "sku")
