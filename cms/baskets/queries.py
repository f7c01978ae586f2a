"""Orders by the products that are in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased

from cms.db import db
from cms.models import Order, OrderLine
from cms.orders.filters import LIVE, OrderFilter
from cms.paging import Page, Sort, cursor_of, page_of

FEW_ORDERS = 2000
"""Up to so many orders of a product are looked up and sorted."""


def orders_with(wanted: OrderFilter, rows: Select, sort: Sort, args: Mapping[str, str], size: int) -> Page | None:
    """One page of the orders of a product, shown as `rows`; None when a walk is to meet them."""
    product_id = int(wanted.product)
    ids = select(Order.id, sort.column.label("sort_value"))
    if wanted.also:
        both = wanted.narrow(ids).where(Order.id.in_(together(wanted)))
        return page_of(both, sort.by_sorting(), args, size, shown=rows)
    if {*wanted.as_args()} <= {"product", "sales", "sort"}:
        near = _by_their_ids(product_id, LIVE if wanted.sales else true(), rows, sort, args, size)
        if near is not None:
            return near
    lines = select(OrderLine.order_id).where(OrderLine.product_id == product_id)
    if db.session.scalar(lines.limit(1).offset(FEW_ORDERS)) is not None:
        return None
    few = replace(wanted, product="").narrow(ids).where(Order.id.in_(lines))
    return page_of(few, sort.by_sorting(), args, size, shown=rows)


def _by_their_ids(
    product_id: int, fits: Any, rows: Select, sort: Sort, args: Mapping[str, str], size: int
) -> Page | None:
    """The page among the orders next by their ids, as orders mostly come in the order of time; None when this is not
    all of it: no index knows the times of the orders of a product."""
    cursor, backwards = cursor_of(args, sort)
    if cursor and cursor[0] is None:  # an address that no page gave: every order has its time
        return None
    down = sort.descending != backwards
    near = select(OrderLine.order_id.label("id"), func.min(Order.ordered_at).label("sort_value"))
    near = near.join(Order, Order.id == OrderLine.order_id).where(OrderLine.product_id == product_id, fits)
    if cursor:
        near = near.where(OrderLine.order_id <= cursor[1] if down else OrderLine.order_id >= cursor[1])
    near = near.group_by(OrderLine.order_id).order_by(OrderLine.order_id.desc() if down else OrderLine.order_id)
    found = near.prefix_with("STRAIGHT_JOIN", dialect="mysql").limit(2 * size).subquery()
    by_time = Sort(sort.label, found.c.sort_value, found.c.id, sort.descending, sort.read)
    page = page_of(select(found.c.id, found.c.sort_value), by_time, args, size, shown=rows)
    if not (page.before if backwards else page.after):
        return None
    ids, last = [row.id for row in page.rows], page.rows[0 if backwards else -1].sort_value
    return None if _any_besides(product_id, fits, ids, last, cursor, down) else page


def _any_besides(
    product_id: int, fits: Any, ids: Sequence[int], last: Any, cursor: tuple[Any, int] | None, down: bool
) -> bool:
    """Whether an order beyond the ids of a page belongs on it by its time: a look along the index of times alone."""
    id, at = Order.id + 0, Order.ordered_at  # not by the ids: SQLite would read half of the orders
    beyond = [and_(id < min(ids), at > last) if down else and_(id > max(ids), at < last)]
    within = at >= last if down else at <= last
    if cursor:
        until, tie = cursor
        beyond.append(and_(id > tie, at < until) if down else and_(id < tie, at > until))
        within = at.between(last, until) if down else at.between(until, last)
    line = select(OrderLine.order_id).where(OrderLine.product_id == product_id, OrderLine.order_id == Order.id)
    holds = line.limit(1).correlate(Order).scalar_subquery().is_not(None)  # MariaDB would gather all lines for `exists`
    return db.session.scalar(select(Order.id).where(within, or_(*beyond), fits, holds).limit(1)) is not None


def together(wanted: OrderFilter) -> list[int]:
    """The ids of the orders with both products, among the ones in which pairs are counted."""
    sample, one, other = wanted.sample().subquery(), aliased(OrderLine), aliased(OrderLine)
    query = select(sample.c.id).distinct().join(one, one.order_id == sample.c.id)
    query = query.join(other, other.order_id == sample.c.id)
    both = (one.product_id == int(wanted.product), other.product_id == int(wanted.also))
    return list(db.session.scalars(query.where(*both)))


def parts_of(order_ids: Sequence[int], product_id: int) -> dict[int, tuple[int, int]]:
    """Units and paise of one product in each of these orders."""
    query = (
        select(OrderLine.order_id, func.sum(OrderLine.quantity), func.sum(OrderLine.total_paise))
        .where(OrderLine.product_id == product_id, OrderLine.order_id.in_(order_ids))
        .group_by(OrderLine.order_id)
    )
    return {order_id: (int(units), int(paise)) for order_id, units, paise in db.session.execute(query)}
