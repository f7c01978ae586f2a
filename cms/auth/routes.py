"""The door: signing in and out, setting up the shop, one's own account."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from cms import clock
from cms.access import needs, public, reads_only
from cms.auth import actions, queries, rules
from cms.auth.forms import ChoiceForm, LoginForm, PasswordForm, SetupForm
from cms.auth.passwords import hash_password, password_matches, worn
from cms.auth.sessions import Me, shop, token_hash
from cms.db import db, writing
from cms.errors import RuleError
from cms.web import toast

bp = Blueprint("auth", __name__)

PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@bp.get("/login")
@public
def login() -> ResponseReturnValue:
    if g.me is not None:
        return redirect("/")
    if not queries.any_user():
        return render_template("auth/not_set_up.html")
    form = LoginForm(formdata=None, next=rules.local_path(request.args.get("next")))
    return render_template("auth/login.html", form=form, shop=shop())


@bp.post("/login")
@public
@reads_only
def sign_in() -> ResponseReturnValue:
    """Counts the try, then checks the password outside the lock of a write, then opens the session."""
    form = LoginForm()
    if not form.validate():
        return render_template("auth/login.html", form=form, shop=shop()), 422
    username, address = form.username.value, (request.remote_addr or "?")[:64]
    try:
        with writing():
            attempt = actions.note_attempt(username, address)
            db.session.commit()
    except RuleError as error:
        form.blame(error)
        return render_template("auth/login.html", form=form, shop=shop()), 429, {"Retry-After": "900"}
    user = queries.user_named(username)
    stored = user.password_hash if user and not user.disabled_at else None
    if not password_matches(stored, form.password.value) or user is None:
        form.form_errors.append("The username or the password is not right")
        return render_template("auth/login.html", form=form, shop=shop()), 422
    db.session.rollback()
    with writing():
        if worn(user.password_hash):
            user.password_hash = hash_password(form.password.value)
        token = actions.start_session(user, attempt, address, request.user_agent.string)
        db.session.commit()
    _enter(user, token)
    return redirect(rules.local_path(form.next.data), 303)


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    if g.me is not None:
        actions.end_sessions(g.me.id, only=g.me.session_id)
        db.session.commit()
    logout_user()
    session.clear()
    return redirect(url_for("auth.login"), 303)


@bp.get("/setup")
@public
def setup() -> ResponseReturnValue:
    token = request.args.get("token", "")
    if not queries.setup_open(token_hash(token)):
        return redirect(url_for("auth.login"))
    form = SetupForm(formdata=None, token=token)
    form.fill(shop())
    return render_template("auth/setup.html", form=form)


@bp.post("/setup")
@public
def set_up() -> ResponseReturnValue:
    form = SetupForm()
    if form.validate():
        typed = form.values()
        new_shop = {"name": typed["shop_name"], "state": typed["state"] or "", "whatsapp": typed["whatsapp"]}
        try:
            user = actions.set_up_shop(
                form.token.data or "", new_shop, typed["username"], typed["name"], typed["password"]
            )
            token = actions.start_session(user, None, request.remote_addr or "?", request.user_agent.string)
            db.session.commit()
            _enter(user, token)
            return redirect("/", 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    elif queries.setup_open(token_hash(form.token.data or "")):  # weighing takes time: not for who has no link
        form.weigh_password()
    return render_template("auth/setup.html", form=form), 422


@bp.get("/password/<token>")
@public
def password(token: str) -> ResponseReturnValue:
    """Who has the link sees whose password it is for, and nothing else. Looking does not use it up."""
    return _choice_page(token, ChoiceForm(formdata=None))


@bp.post("/password/<token>")
@public
def choose_password(token: str) -> ResponseReturnValue:
    form = ChoiceForm()
    if form.validate():
        try:
            user = actions.choose_password(token, form.password.value)
            db.session.commit()
            toast(f"That is your password now. Sign in as {user.username}")
            return redirect(url_for("auth.login"), 303), PRIVATE
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return _choice_page(token, form, 422)


@bp.get("/account")
@needs("see")
def account() -> ResponseReturnValue:
    return render_template(
        "auth/account.html", form=PasswordForm(formdata=None), sessions=queries.open_sessions(g.me.id)
    )


@bp.post("/account/password")
@needs("see")
def save_password() -> ResponseReturnValue:
    form, user = PasswordForm(), queries.user_or_404(g.me.id)
    if form.validate():
        try:
            attempt = actions.note_attempt(user.username, f"own {g.me.session_id}")
            db.session.commit()
            if not password_matches(user.password_hash, form.current.value):
                raise RuleError("This is not your current password", "current")
            actions.change_password(user, form.password.value, g.me.session_id, g.me)
            actions.forgive(attempt)
            db.session.commit()
            toast("Password changed; you are signed out everywhere else")
            return redirect(url_for("auth.account"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return render_template("auth/account.html", form=form, sessions=queries.open_sessions(g.me.id)), 422


@bp.post("/account/sessions/<int:session_id>/end")
@needs("see")
def end_session(session_id: int) -> ResponseReturnValue:
    if not actions.end_sessions(g.me.id, only=session_id):
        abort(404, "That session has ended already")
    db.session.commit()
    toast("Signed out there")
    return redirect(url_for("auth.account"), 303)


@bp.post("/account/sessions/end")
@needs("see")
def end_other_sessions() -> ResponseReturnValue:
    actions.end_sessions(g.me.id, keep=g.me.session_id)
    db.session.commit()
    toast("Signed out everywhere else")
    return redirect(url_for("auth.account"), 303)


@bp.post("/account/theme")
@needs("see")
def save_theme() -> ResponseReturnValue:
    theme = request.form.get("theme", "")
    if theme not in ("auto", "light", "dark"):
        abort(400, "Choose light, dark or as the device says.")
    queries.user_or_404(g.me.id).theme = theme
    db.session.commit()
    return redirect(url_for("auth.account"), 303)


def _choice_page(token: str, form: ChoiceForm, status: int = 200) -> ResponseReturnValue:
    user = queries.user_with_link(token_hash(token), clock.now())
    page = render_template("auth/password.html", form=form, user=user, token=token, shop=shop())
    return page, status if user or status != 200 else 410, PRIVATE


def _enter(user: object, token: str) -> None:
    """Give this browser the session, and a new CSRF token with it."""
    session.clear()
    session.permanent = True
    me = Me(user.id, user.username, user.name, user.role, user.theme, 0, token)  # type: ignore[attr-defined]
    login_user(me)
