"""Products: the catalogue with its cells, the page of one with its stock, adding and editing."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import may, needs
from cms.auth.sessions import shop
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.feedback import queries as feedback
from cms.fields import version_of
from cms.products import actions, queries
from cms.products.filters import ProductFilter
from cms.products.forms import COLUMNS, ProductForm
from cms.views.bar import bar_of
from cms.web import is_htmx, page_or_fragment, toast

bp = Blueprint("products", __name__, url_prefix="/products")

CELLS = ("price", "stock")
"""The cells of the list that are edited where they stand."""


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    wanted, categories = ProductFilter.from_args(request.args), queries.categories()
    if wanted.category not in categories:
        wanted = replace(wanted, category="")
    return page_or_fragment(
        "products/index.html",
        "products/_list.html",
        shown_at=url_for("products.index", **wanted.as_args()),
        page=queries.products_matching(wanted, shop().low_stock, request.args),
        wanted=wanted,
        views=bar_of("products", wanted, request.args, g.me),
        categories=categories,
        sorts=queries.SORTS,
    )


@bp.get("/new")
@needs("work")
def new() -> ResponseReturnValue:
    form = ProductForm(formdata=None, request_key=uuid.uuid4().hex, kind="goods")
    return render_template("products/new.html", form=form, categories=queries.categories())


@bp.post("")
@needs("work")
def create() -> ResponseReturnValue:
    form = _form()
    if form.validate():
        try:
            product = actions.add_product(
                form.product(), form.stock.value, g.me, (form.request_key.data or "")[:64] or None
            )
            db.session.commit()
            toast(f"{product.name} added as {product.sku}")
            return redirect(url_for("products.show", product_id=product.id), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return render_template("products/new.html", form=form, categories=queries.categories()), 422


@bp.get("/<int:product_id>")
@needs("see")
def show(product_id: int) -> ResponseReturnValue:
    return _page(product_id)


@bp.get("/<int:product_id>/edit")
@needs("work")
def edit(product_id: int) -> ResponseReturnValue:
    product = queries.product_or_404(product_id)
    form = _form(empty=True)
    form.fill(product)
    form.version.data = str(product.version)
    return render_template("products/edit.html", form=form, product=product, categories=queries.categories())


@bp.post("/<int:product_id>")
@needs("work")
def save(product_id: int) -> ResponseReturnValue:
    product = queries.product_or_404(product_id)
    form = _form()
    form.sku.data = (form.sku.data or "").strip() or product.sku
    if form.validate():
        try:
            actions.edit_product(product, form.product(), version_of(form.version.data), g.me)
            db.session.commit()
            toast(f"{product.name} saved")
            return redirect(url_for("products.show", product_id=product.id), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
            if isinstance(error, Conflict):
                form.version.data = str(product.version)
                form.tell_current(error.current)
    return render_template("products/edit.html", form=form, product=product, categories=queries.categories()), 422


@bp.get("/<int:product_id>/cells/<name>")
@needs("see")
def cell(product_id: int, name: str) -> ResponseReturnValue:
    row = queries.row_or_404(product_id)
    return _cell(row, name) if "cancel" in request.args or not may("work") else _cell_form(row, name)


@bp.post("/<int:product_id>/cells/<name>")
@needs("work")
def save_cell(product_id: int, name: str) -> ResponseReturnValue:
    """Price or stock, typed in the list; the stock also on the page of its product."""
    product, field = queries.product_or_404(product_id), _cell_field(name, request.form.get("value", ""))
    problem = "" if field.validate(None) else field.errors[0]
    entry = None
    if not problem:
        try:
            entry = _change(product, name, field.value)
        except RuleError as error:
            db.session.rollback()
            problem = _told(error, name)
    if problem:
        answer = _cell_form(queries.row_or_404(product_id), name, problem) if is_htmx() else _page(product_id, problem)
        return answer, 422
    db.session.commit()
    toast(f"{field.label.text} saved", undo=entry)
    if not is_htmx():
        return redirect(url_for("products.show", product_id=product_id), 303)
    return _cell(queries.row_or_404(product_id), name, saved=True)


@bp.post("/<int:product_id>/archive")
@needs("work")
def save_archived(product_id: int) -> ResponseReturnValue:
    product = queries.product_or_404(product_id)
    archived = request.form.get("archived") == "1"
    try:
        entry = actions.archive_product(product, archived, version_of(request.form.get("version")), g.me)
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    else:
        db.session.commit()
        toast(f"{product.name} is {'off sale' if archived else 'on sale again'}", undo=entry)
    return redirect(url_for("products.show", product_id=product_id), 303)


def _form(empty: bool = False) -> ProductForm:
    form = ProductForm(formdata=None) if empty else ProductForm()
    form.trade_in(shop().currency)
    return form


def _page(product_id: int, problem: str = "") -> str:
    """The page of a product; with a problem, what was counted stays typed."""
    product = queries.product_or_404(product_id)
    field = _cell_field("stock", request.form.get("value", "") if problem else _as_typed(product, "stock"))
    return render_template(
        "products/show.html",
        product=product,
        field=field,
        problem=problem,
        moves=queries.moves_of(product_id),
        story=queries.story_of(product_id),
        ratings=feedback.spread_of_product(product_id),
    )


def _cell(row: Any, name: str, saved: bool = False) -> str:
    if name not in CELLS:
        abort(404)
    return render_template("products/_cell.html", product=row, name=name, saved=saved)


def _cell_form(row: Any, name: str, problem: str = "") -> str:
    field = _cell_field(name, request.form.get("value") if problem else None)
    current = _as_typed(row, name)
    field.data = current if field.data is None else field.data
    return render_template(
        "products/_cell_form.html", product=row, name=name, field=field, current=current, problem=problem
    )


def _cell_field(name: str, value: str | None) -> Any:
    if name not in CELLS:
        abort(404)
    field = _form(empty=True)[name]
    field.name, field.data = "value", value
    return field


def _as_typed(product: Any, name: str) -> str:
    return _form(empty=True).as_typed(name, getattr(product, COLUMNS.get(name, name)))


def _change(product: Any, name: str, value: Any) -> int | None:
    """Save a cell, and give the entry of it in the trail.

    `seen` is what it said when it was opened: a neighbour saved since does not stand in its way.
    """
    seen = request.form.get("seen")
    version = product.version if seen == _as_typed(product, name) else version_of(request.form.get("version"))
    if name == "price":
        return actions.edit_product(product, {"price_paise": value}, version, g.me)
    if seen is None:
        return actions.count_stock(product, value, version, g.me)
    return actions.count_stock(product, value, version, g.me, seen=version_of(seen) if seen else None)


def _told(error: RuleError, name: str) -> str:
    column = COLUMNS.get(name, name)
    if not isinstance(error, Conflict) or column not in error.current:
        return error.message
    now = _form(empty=True).as_typed(name, error.current[column]) or "not tracked"
    if name == "stock":
        return f"The stock became {now} meanwhile. Save again to put yours instead."
    return f"Someone else changed this to {now} meanwhile. Save again to put yours instead."
