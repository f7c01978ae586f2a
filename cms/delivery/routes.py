"""The address and the note of an order, on a page of their own."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.db import db
from cms.delivery import actions
from cms.delivery.forms import DeliveryForm
from cms.errors import Conflict, RuleError
from cms.fields import version_of
from cms.orders import queries
from cms.web import toast

bp = Blueprint("delivery", __name__, url_prefix="/orders/<int:order_id>/delivery")


@bp.get("")
@needs("work")
def edit(order_id: int) -> ResponseReturnValue:
    order = queries.order_or_404(order_id)
    return render_template("delivery/edit.html", form=DeliveryForm(formdata=None, obj=order), order=order)


@bp.post("")
@needs("work")
def save(order_id: int) -> ResponseReturnValue:
    order, form = queries.order_or_404(order_id), DeliveryForm()
    if form.validate():
        try:
            actions.change_delivery(order, form.values(), version_of(form.version.data), g.me)
            db.session.commit()
            toast(f"Delivery of {order.ref} saved")
            return redirect(url_for("orders.show", order_id=order_id), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
            if isinstance(error, Conflict):
                form.version.data = str(order.version)
                form.tell_current(error.current)
    return render_template("delivery/edit.html", form=form, order=order), 422
