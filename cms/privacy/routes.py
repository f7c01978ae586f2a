"""A person's data: a copy of it for whoever asks for theirs, and forgetting them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.auth.sessions import shop
from cms.customers import queries as customers
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.exports.rules import Manner
from cms.fields import version_of
from cms.privacy import actions, copy, queries, rules
from cms.privacy.forms import ForgetForm
from cms.shell import today
from cms.web import toast

bp = Blueprint("privacy", __name__, url_prefix="/customers/<int:customer_id>/privacy")


@bp.get("")
@needs("work")
def show(customer_id: int) -> ResponseReturnValue:
    customer = customers.customer_or_404(customer_id)
    return _page(customer, ForgetForm(formdata=None, version=customer.version))


@bp.post("/copy")
@needs("work")
def take_copy(customer_id: int) -> ResponseReturnValue:
    """All of it as one file, made now and kept nowhere."""
    customer = customers.customer_or_404(customer_id)
    manner = Manner(shop().currency, shop().zone, today())
    about = {"shop": shop().name, "customer": customer.ref, "day": today().isoformat(), "currency": manner.currency}
    found = queries.all_of(customer_id)
    page = render_template("privacy/copy.html", about=about, sections=copy.for_people(found, manner))
    data = copy.as_zip(copy.for_programs(found, manner), about, page)
    actions.note_copy(customer, g.me)
    db.session.commit()
    response = Response(data, mimetype="application/zip")
    name = "".join(char if char.isascii() and (char.isalnum() or char in "-_") else "-" for char in customer.ref)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{today().isoformat()}.zip"'
    return response


@bp.post("/forget")
@needs("manage")
def forget(customer_id: int) -> ResponseReturnValue:
    customer, form = customers.customer_or_404(customer_id), ForgetForm()
    if form.validate():
        try:
            actions.forget(customer, version_of(form.version.data), form.ref.value, form.anyway.data, g.me)
            db.session.commit()
            toast(f"{customer.ref} is forgotten; orders and invoices stay")
            return redirect(url_for("customers.show", customer_id=customer_id), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
            if isinstance(error, Conflict):
                form.version.data = str(customer.version)
    return _page(customer, form), 422


def _page(customer: Any, form: ForgetForm) -> str:
    counts = queries.in_the_way(customer.id)
    return render_template(
        "privacy/show.html",
        customer=customer,
        form=form,
        hard=rules.in_the_way(counts, rules.HARD),
        soft=rules.in_the_way(counts, rules.SOFT),
        goes=rules.GOES,
        stays=rules.STAYS,
    )
