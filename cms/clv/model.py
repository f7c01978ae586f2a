"""How often customers will order again, and for how much: BG/NBD and Gamma-Gamma, as formulas over arrays.

BG/NBD: P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model, Marketing Science 24(2). Gamma-Gamma: P. S. Fader, B. G. S. Hardie (2013), The Gamma-Gamma Model of
Monetary Value. A customer is seen through x, the orders after the first; t, when the last one was; and T, how long ago
the first was, both counted from the first order. Several orders of one day count as one.

numpy and scipy are heavy: they are imported when a function runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Array = Any
BOUND = 10.0
"""Logarithms of parameters stay between this and its opposite, where data would drive one to 0 or for ever upwards."""
STARTS = ((0.0, 1.0, 0.0, 1.0), (-1.0, 2.0, -1.0, 1.0))


@dataclass(frozen=True)
class Buying:
    """BG/NBD: orders come at a rate of Gamma(r, alpha); after each one a customer leaves, at a chance of Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = 0.0


@dataclass(frozen=True)
class Spending:
    """Gamma-Gamma: the mean spend of a customer's orders. `p` shapes orders, `q` and `gamma` the customers' means."""

    p: float
    q: float
    gamma: float
    log_likelihood: float = 0.0


def buying_log_likelihood(params: Buying, x: Array, t: Array, T: Array, weight: Array | float = 1.0) -> float:
    """Equation (6) of the paper of 2005 as a sum of logarithms, the last term by log-sum-exp.

    A1 = lnG(r+x) - lnG(r) + r ln alpha; A2 = lnG(a+b) + lnG(b+x) - lnG(b) - lnG(a+b+x); A3 = -(r+x) ln(alpha+T);
    A4 = ln a - ln(b+x-1) - (r+x) ln(alpha+t), only where x > 0; LL = sum of A1 + A2 + ln(e^A3 + e^A4).
    """
    import numpy as np
    from scipy.special import gammaln

    r, alpha, a, b = params.r, params.alpha, params.a, params.b
    some, of = np.unique(x, return_inverse=True)  # the gamma functions depend on x alone, which has few values
    by_x = gammaln(r + some) - gammaln(r) + r * np.log(alpha)
    by_x += gammaln(a + b) + gammaln(b + some) - gammaln(b) - gammaln(a + b + some)
    a3 = -(r + x) * np.log(alpha + T)
    with np.errstate(divide="ignore", invalid="ignore"):
        a4 = np.where(x > 0, np.log(a) - np.log(np.where(x > 0, b + x - 1, 1)) - (r + x) * np.log(alpha + t), -np.inf)
    return float(np.sum(weight * (by_x[of] + np.logaddexp(a3, a4))))


def fit_buying(x: Array, t: Array, T: Array) -> Buying:
    """The parameters of the greatest likelihood. Customers who are alike are counted together."""
    import numpy as np

    alike, weight = np.unique(np.column_stack([x, t, T]), axis=0, return_counts=True)
    x, t, T = alike.T

    def likelihood(logs: Array) -> float:
        return buying_log_likelihood(Buying(*np.exp(logs)), x, t, T, weight)

    best, reached = _greatest(likelihood, STARTS, weight.sum())
    r, alpha, a, b = map(float, np.exp(best))
    return Buying(r, alpha, a, b, reached)


def fit_spending(x: Array, mean: Array) -> Spending:
    """The same of the mean spend of those who came again (x > 0, mean > 0).

    LL = sum of lnG(px+q) - lnG(px) - lnG(q) + q ln gamma + (px-1) ln z + px ln x - (px+q) ln(gamma + xz).
    """
    import numpy as np
    from scipy.special import gammaln

    some, of = np.unique(x, return_inverse=True)
    scale = float(np.mean(mean))  # in units of the mean, whatever the currency
    z = mean / scale
    log_z, log_x = np.log(z), np.log(x)

    def likelihood(logs: Array) -> float:
        p, q, gamma = np.exp(logs)
        by_x = gammaln(p * some + q) - gammaln(p * some) - gammaln(q) + q * np.log(gamma)
        px = p * x
        each = by_x[of] + (px - 1) * log_z + px * log_x - (px + q) * np.log(gamma + x * z)
        return float(np.sum(each))

    best, reached = _greatest(likelihood, ((1.0, 1.0, 0.0), (0.0, 0.5, 0.5)), len(x))
    p, q, gamma = map(float, np.exp(best))
    return Spending(p, q, gamma * scale, reached - len(x) * float(np.log(scale)))


def _greatest(
    likelihood: Callable[[Array], float], starts: tuple[tuple[float, ...], ...], count: int
) -> tuple[Array, float]:
    import numpy as np
    from scipy.optimize import minimize

    def loss(logs: Array) -> float:
        value = likelihood(logs)
        return -value / count if np.isfinite(value) else 1e10

    bounds = [(-BOUND, BOUND)] * len(starts[0])
    options = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500, "maxfun": 5000}
    found = [minimize(loss, start, method="L-BFGS-B", bounds=bounds, options=options) for start in starts]
    best = min(found, key=lambda one: one.fun)
    return best.x, -float(best.fun) * float(count)


def alive(params: Buying, x: Array, t: Array, T: Array) -> Array:
    """P(still a customer | x, t, T): 1 / (1 + [x > 0] a/(b+x-1) ((alpha+T)/(alpha+t))^(r+x)). 1 where x = 0."""
    return 1 / _gone(params, x, t, T)


def _gone(params: Buying, x: Array, t: Array, T: Array) -> Array:
    import numpy as np

    r, alpha, a, b = params.r, params.alpha, params.a, params.b
    odds = np.log(a) - np.log(np.where(x > 0, b + x - 1, 1)) + (r + x) * (np.log(alpha + T) - np.log(alpha + t))
    with np.errstate(over="ignore"):
        return 1 + np.where(x > 0, np.exp(odds), 0)


def expected_orders(params: Buying, time: float, x: Array, t: Array, T: Array) -> Array:
    """E[Y(time) | x, t, T], equation (10) of the paper of 2005: orders in the time after T.

    (a+b+x-1)/(a-1) [1 - ((alpha+T)/(alpha+T+time))^(r+x) 2F1(r+x, b+x; a+b+x-1; z)] / [as in `alive`] with
    z = time/(alpha+T+time). The product of the power and 2F1 is (1-z)^(a-1) 2F1(a+b-1-r, a-1; a+b+x-1; z) by Euler's
    transformation (DLMF 15.8.1), which does not overflow however large x is.
    """
    return _ahead(params, time, x, T) / _gone(params, x, t, T)


def expected_of_new(params: Buying, time: Array) -> Array:
    """E[X(time)], equation (9): orders of somebody in the time after the first one."""
    return _ahead(params, time, 0.0, 0.0)


def _ahead(params: Buying, time: Array, x: Array, T: Array) -> Array:
    import numpy as np
    from scipy.special import hyp2f1

    r, alpha, b = params.r, params.alpha, params.b
    a = params.a if abs(params.a - 1) > 1e-6 else 1 + 1e-6  # at exactly 1 the formula is 0 / 0
    z = time / (alpha + T + time)
    c = a + b + x - 1
    return np.maximum(c / (a - 1) * (1 - (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, c, z)), 0)


def chance_of(params: Buying, orders: int, time: float) -> float:
    """P(X(time) = orders), equation (8): so many orders in the time after the first one."""
    import numpy as np
    from scipy.special import betaln, gammaln

    r, alpha, a, b = params.r, params.alpha, params.a, params.b
    stays, grows = np.log(alpha / (alpha + time)), np.log(time / (alpha + time))
    here = betaln(a, b + orders) - betaln(a, b) + gammaln(r + orders) - gammaln(r) - gammaln(orders + 1)
    found = np.exp(here + r * stays + orders * grows)
    if orders > 0:
        j = np.arange(orders)
        fewer = np.exp(gammaln(r + j) - gammaln(r) - gammaln(j + 1) + r * stays + j * grows).sum()
        found += np.exp(betaln(a + 1, b + orders - 1) - betaln(a, b)) * (1 - fewer)
    return float(found)


def expected_spend(params: Spending, x: Array, mean: Array) -> Array:
    """E[M | x, mean] = p (gamma + x mean) / (p x + q - 1): what one more order is worth; at x = 0 that of anybody."""
    import numpy as np

    p, q, gamma = params.p, params.q, params.gamma
    return p * (gamma + x * mean) / np.maximum(p * x + q - 1, 1e-9)
