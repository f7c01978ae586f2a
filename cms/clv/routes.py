"""Customer lifetime value: the simple one of every customer, and what the model expects of the next twelve months."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.auth.sessions import shop
from cms.clv import actions, queries, rules
from cms.db import db
from cms.errors import RuleError
from cms.figures.rules import average_paise, clv_paise, months_active
from cms.web import toast

bp = Blueprint("clv", __name__, url_prefix="/clv")


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    return render_template(
        "clv/index.html",
        page=queries.simple_values(request.args),
        ahead=shop().clv_months,
        average=average_paise,
        months=months_active,
        clv=clv_paise,
    )


@bp.get("/expected")
@needs("see")
def expected() -> ResponseReturnValue:
    fit = queries.latest_fit()
    customers, repeaters = queries.enough_data()
    return render_template(
        "clv/expected.html",
        fit=fit,
        page=queries.expected_values(fit.id, request.args) if fit else None,
        job=queries.job_at_work(),
        why_not="" if rules.enough(customers, repeaters) else rules.why_not(customers, repeaters),
        times=rules.times,
    )


@bp.post("/expected")
@needs("manage")
def fit() -> ResponseReturnValue:
    try:
        actions.ask_for_fit(g.me)
        db.session.commit()
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    return redirect(url_for("clv.expected"), 303)
