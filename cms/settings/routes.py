"""Settings: the shop by parts, and who may sign in. All may see the shop, the owner changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import may, needs
from cms.auth import queries as people
from cms.auth.rules import link_until
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.fields import version_of
from cms.settings import actions, queries
from cms.settings.forms import (
    AccessForm,
    NewPasswordForm,
    PartForm,
    PaymentsForm,
    RulesForm,
    ShopForm,
    TaxForm,
    UserForm,
)
from cms.web import toast

bp = Blueprint("settings", __name__, url_prefix="/settings")


PARTS: Mapping[str, tuple[str, type[PartForm]]] = {
    "index": ("settings/index.html", ShopForm),
    "taxes": ("settings/taxes.html", TaxForm),
    "payments": ("settings/payments.html", PaymentsForm),
    "rules": ("settings/rules.html", RulesForm),
}


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    return _part("index") if may("manage") else render_template("settings/facts.html")


@bp.post("")
@needs("manage")
def save() -> ResponseReturnValue:
    return _save("index")


@bp.get("/taxes")
@needs("manage")
def taxes() -> ResponseReturnValue:
    return _part("taxes")


@bp.post("/taxes")
@needs("manage")
def save_taxes() -> ResponseReturnValue:
    return _save("taxes")


@bp.get("/payments")
@needs("manage")
def payments() -> ResponseReturnValue:
    return _part("payments")


@bp.post("/payments")
@needs("manage")
def save_payments() -> ResponseReturnValue:
    return _save("payments")


@bp.get("/rules")
@needs("manage")
def rules() -> ResponseReturnValue:
    return _part("rules")


@bp.post("/rules")
@needs("manage")
def save_rules() -> ResponseReturnValue:
    return _save("rules")


@bp.get("/users")
@needs("manage")
def users() -> ResponseReturnValue:
    return render_template("settings/users.html", users=people.users())


@bp.get("/users/new")
@needs("manage")
def new_user() -> ResponseReturnValue:
    return render_template("settings/new_user.html", form=UserForm(formdata=None, role="staff"))


@bp.post("/users")
@needs("manage")
def create_user() -> ResponseReturnValue:
    form = UserForm()
    if form.validate():
        typed = form.values()
        try:
            user = actions.add_user(typed["username"], typed["name"], typed["password"], typed["role"], g.me)
            db.session.commit()
            toast(f"{user.name} can sign in as {user.username}")
            return redirect(url_for("settings.users"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return render_template("settings/new_user.html", form=form), 422


@bp.get("/users/<int:user_id>")
@needs("manage")
def user(user_id: int) -> ResponseReturnValue:
    return _user_page(people.user_or_404(user_id))


@bp.post("/users/<int:user_id>/access")
@needs("manage")
def save_access(user_id: int) -> ResponseReturnValue:
    """Role and whether they may sign in: each form sends the other as it was."""
    user = people.user_or_404(user_id)
    form = AccessForm()
    if form.validate():
        disabled = request.form.get("disabled") == "1"
        try:
            actions.change_user(user, form.role.value or user.role, disabled, version_of(form.version.data), g.me)
            db.session.commit()
            toast(f"{user.name} is shut out" if disabled else f"{user.name} may sign in as {user.role}")
            return redirect(_people_page(user), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
            if isinstance(error, Conflict):
                form.version.data = str(user.version)
    return _user_page(user, access=form), 422


@bp.post("/users/<int:user_id>/password")
@needs("manage")
def save_user_password(user_id: int) -> ResponseReturnValue:
    user = people.user_or_404(user_id)
    form = NewPasswordForm()
    if form.validate():
        try:
            actions.set_password(user, form.password.value, g.me)
            db.session.commit()
            toast(f"{user.name} has a new password and is signed out everywhere")
            return redirect(url_for("settings.users"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return _user_page(user, password=form), 422


@bp.post("/users/<int:user_id>/link")
@needs("manage")
def give_link(user_id: int) -> ResponseReturnValue:
    """Make a link by which a user chooses a password, and show it, this once."""
    user = people.user_or_404(user_id)
    try:
        token = actions.password_link(user, g.me)
        db.session.commit()
    except RuleError as error:
        db.session.rollback()
        abort(403, error.message)
    return _user_page(user, href=url_for("auth.password", token=token, _external=True))


def _part(part: str, form: PartForm | None = None) -> str:
    page, make = PARTS[part]
    now = queries.the_shop()
    if form is None:
        form = make(formdata=None)
        form.offer(now)
        form.fill(now)
    return render_template(page, form=form, now=now, currency_fixed=queries.any_order())


def _save(part: str) -> ResponseReturnValue:
    """Save one part. What counts is what this part said when its form was opened, not what was saved beside it."""
    now, form = queries.the_shop(), PARTS[part][1]()
    form.offer(now)
    if form.validate():
        version = now.version if form.seen.data == form.mark(now) else version_of(form.version.data)
        try:
            actions.change_settings(form.shop(now), version, g.me)
            db.session.commit()
            toast("Settings saved")
            return redirect(url_for(f"settings.{part}"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
            if isinstance(error, Conflict):
                form.made_on(now)
                form.tell_current(error.current)
    return _part(part, form), 422


def _user_page(
    user: Any, access: AccessForm | None = None, password: NewPasswordForm | None = None, href: str = ""
) -> str:
    access = access or AccessForm(formdata=None, role=user.role, version=str(user.version))
    return render_template(
        "settings/user.html",
        user=user,
        access=access,
        password=password or NewPasswordForm(formdata=None),
        sessions=people.open_sessions(user.id),
        href=href,
        link_until=link_until(user.password_hash, clock.now()),
    )


def _people_page(user: Any) -> str:
    """Where to go after a change: who is no longer an owner may not see the users."""
    gone = user.id == g.me.id and (user.role != "owner" or user.disabled_at is not None)
    return url_for("settings.index") if gone else url_for("settings.user", user_id=user.id)
