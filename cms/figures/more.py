"""Figures that are asked for by name: a row for each customer or cohort, or a model that is fitted for the answer."""

from __future__ import annotations

from typing import Any

from cms.clv import fitting, rules
from cms.clv.jobs import parameters
from cms.clv.queries import purchases
from cms.figures.filters import Basis
from cms.money import CURRENCIES, plain_money
from cms.rfm.queries import scored
from cms.stats.queries import cohort_sums
from cms.stats.rules import cohorts_of

NOT_FITTED = dict.fromkeys(("r", "alpha", "a", "b", "log_likelihood", "p", "q", "gamma"))


def rfm(basis: Basis, shop: Any) -> list[dict[str, Any]]:
    """The scores of everyone who has ordered and is not archived, by number."""
    return [
        {
            "customer_ref": one.ref,
            "recency_days": one.recency_days,
            "frequency": one.frequency,
            "monetary": plain_money(one.monetary_paise, shop.currency),
            "r": one.r,
            "f": one.f,
            "m": one.m,
            "group": one.group,
        }
        for one in scored(basis)
    ]


def cohorts(basis: Basis, shop: Any) -> list[dict[str, Any]]:
    """The customers of each month of first order, and how many of them ordered in that month and in each one after."""
    return [
        {"cohort": f"{cohort.first:%Y-%m}", "size": cohort.size, "active": list(cohort.active)}
        for cohort in cohorts_of(cohort_sums(basis.today))
    ]


def clv_model(basis: Basis, shop: Any) -> dict[str, Any]:
    """The parameters, in weeks and units of money; none where too few customers came again to tell."""
    minor = 10 ** CURRENCIES[shop.currency].digits
    seen = fitting.seen_on(purchases(basis.today), basis.today.toordinal(), minor)
    if rules.enough(seen.customers, seen.repeaters):
        return parameters(fitting.fit(seen))
    return {"customers": seen.customers, "repeaters": seen.repeaters, **NOT_FITTED}


PARTS = {"rfm": rfm, "cohorts": cohorts, "clv_model": clv_model}
