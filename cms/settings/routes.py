"""Settings: the shop, who may sign in, the segments of its customers. All may see the shop, the owner changes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import may, needs
from cms.auth import queries as people
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.fields import version_of
from cms.settings import actions, queries
from cms.settings.forms import AccessForm, NewPasswordForm, SegmentForm, ShopForm, UserForm
from cms.web import toast

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    if not may("manage"):
        return render_template("settings/facts.html")
    now = queries.the_shop()
    form = ShopForm(formdata=None)
    form.offer(now)
    form.fill(now)
    return render_template("settings/index.html", form=form, currency_fixed=queries.any_order())


@bp.post("")
@needs("manage")
def save() -> ResponseReturnValue:
    now = queries.the_shop()
    form = ShopForm()
    form.offer(now)
    form.currency.data = form.currency.data or now.currency  # a locked choice is not sent
    if form.validate():
        try:
            actions.change_settings(form.shop(), version_of(form.version.data), g.me)
            db.session.commit()
            toast("Settings saved")
            return redirect(url_for("settings.index"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
            if isinstance(error, Conflict):
                form.version.data = str(now.version)
                form.tell_current(error.current)
    return render_template("settings/index.html", form=form, currency_fixed=queries.any_order()), 422


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


@bp.get("/segments")
@needs("manage")
def segments() -> ResponseReturnValue:
    return _segments_page()


@bp.post("/segments")
@needs("manage")
def create_segment() -> ResponseReturnValue:
    form = SegmentForm()
    if form.validate():
        try:
            actions.add_segment(form.name.value, g.me)
            db.session.commit()
            toast(f"{form.name.value} added")
            return redirect(url_for("settings.segments"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return _segments_page(form), 422


@bp.post("/segments/name")
@needs("manage")
def save_segment() -> ResponseReturnValue:
    """The segment's own name is its key and may hold any letter, so it is posted, not part of the address."""
    form, segment = SegmentForm(prefix="to"), request.form.get("segment", "")
    if form.validate():
        try:
            actions.rename_segment(segment, form.name.value, g.me)
            db.session.commit()
            toast(f"{segment} is now called {form.name.value}")
            return redirect(url_for("settings.segments"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return _segments_page(renaming=segment, rename=form), 422


@bp.post("/segments/place")
@needs("manage")
def move_segment() -> ResponseReturnValue:
    try:
        actions.move_segment(request.form.get("segment", ""), request.form.get("to") == "up", g.me)
        db.session.commit()
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    return redirect(url_for("settings.segments"), 303)


@bp.post("/segments/removal")
@needs("manage")
def remove_segment() -> ResponseReturnValue:
    segment = request.form.get("segment", "")
    try:
        actions.remove_segment(segment, g.me)
        db.session.commit()
        toast(f"{segment} removed")
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    return redirect(url_for("settings.segments"), 303)


def _user_page(user: Any, access: AccessForm | None = None, password: NewPasswordForm | None = None) -> str:
    access = access or AccessForm(formdata=None, role=user.role, version=str(user.version))
    return render_template(
        "settings/user.html",
        user=user,
        access=access,
        password=password or NewPasswordForm(formdata=None),
        sessions=people.open_sessions(user.id),
    )


def _people_page(user: Any) -> str:
    """Where to go after a change: who is no longer an owner may not see the users."""
    gone = user.id == g.me.id and (user.role != "owner" or user.disabled_at is not None)
    return url_for("settings.index") if gone else url_for("settings.user", user_id=user.id)


def _segments_page(add: SegmentForm | None = None, renaming: str = "", rename: SegmentForm | None = None) -> str:
    return render_template(
        "settings/segments.html",
        segments=queries.segments(),
        fixed=actions.FIXED,
        form=add or SegmentForm(formdata=None),
        renaming=renaming,
        rename=rename or SegmentForm(formdata=None, prefix="to"),
    )
