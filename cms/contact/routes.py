"""How the shop is reached: a page for everyone, filled in by the owner under Settings."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from cms.access import may, needs, public
from cms.auth.sessions import shop
from cms.contact import actions, queries, rules
from cms.contact.forms import ContactForm
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.fields import version_of
from cms.formats import whatsapp_href
from cms.web import toast

bp = Blueprint("contact", __name__)


@bp.get("/contact")
@public
def index() -> ResponseReturnValue:
    page, here = queries.the_page(), shop()
    return render_template(
        "contact/index.html",
        page=page,
        shop=here,
        phones=list(dict.fromkeys(filter(None, [here.phone, *page.phones.splitlines()]))),
        emails=list(dict.fromkeys(filter(None, [here.email, *page.emails.splitlines()]))),
        chat_href=whatsapp_href(here.whatsapp) if here.whatsapp else "",
        policies=[(name, title, rules.paragraphs(getattr(page, name))) for name, title in rules.POLICIES],
        lines=rules.paragraphs,
        missing=rules.missing(here, page) if may("manage") else [],
    )


@bp.get("/settings/contact")
@needs("manage")
def edit() -> ResponseReturnValue:
    form = ContactForm(formdata=None)
    form.fill(queries.the_page())
    return render_template("contact/edit.html", form=form)


@bp.post("/settings/contact")
@needs("manage")
def save() -> ResponseReturnValue:
    form = ContactForm()
    if form.validate():
        try:
            actions.change_page(form.values(), version_of(form.version.data), g.me)
            db.session.commit()
            toast("The contact page is saved")
            return redirect(url_for("contact.index"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
            if isinstance(error, Conflict):
                form.version.data = str(queries.the_page().version)
                form.tell_current(error.current)
    return render_template("contact/edit.html", form=form), 422
