"""Every address of the app, found in its url_map, with an example for each thing an address names.

A new endpoint is swept by tests/test_sweeps.py and tests/browser/test_axe.py without anyone adding it anywhere, as long
as `examples` knows the names of its arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.databases import app_without_data
from tests.factories import make_customer, make_job, make_order, make_product, make_user, open_session

ME = "asha"
"""The owner of the `client` fixture."""


@dataclass(frozen=True)
class Endpoint:
    """One rule of the url_map."""

    name: str
    path: str
    methods: frozenset[str]
    arguments: tuple[str, ...]
    permission: str

    def __str__(self) -> str:
        return f"{'|'.join(sorted(self.methods))} {self.path}"

    def url(self, values: Mapping[str, Any], **instead: Any) -> str:
        """Its address with these values, converted by nobody: also ids that cannot be."""
        url = self.path
        for name in self.arguments:
            url = url.replace(self._hole(name), str({**_of(values, self, name), **instead}[name]))
        return url

    @property
    def ids(self) -> tuple[str, ...]:
        """Its arguments that are numbers of rows."""
        return tuple(name for name in self.arguments if f"<int:{name}>" in self.path)

    def _hole(self, name: str) -> str:
        start = self.path.index(f"{name}>")
        return self.path[self.path.rindex("<", 0, start) : start + len(name) + 1]


@cache
def all_endpoints() -> tuple[Endpoint, ...]:
    """Every rule but the static files."""
    app = app_without_data()
    return tuple(
        Endpoint(
            rule.endpoint,
            rule.rule,
            frozenset(rule.methods or ()) & {"GET", "POST", "PUT", "PATCH", "DELETE"},
            tuple(sorted(rule.arguments)),
            getattr(app.view_functions[rule.endpoint], "permission", "undeclared"),
        )
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
        if rule.endpoint != "static"
    )


def endpoints(method: str = "", permission: str = "", besides: tuple[str, ...] = ()) -> list[Endpoint]:
    return [
        endpoint
        for endpoint in all_endpoints()
        if (not method or method in endpoint.methods)
        and (not permission or endpoint.permission == permission)
        and endpoint.name not in besides
    ]


def examples() -> dict[str, Any]:
    """A row for each thing that an address may name. `room.argument` is meant for the endpoints of one room only."""
    customer = make_customer("Zubeida Sweep", email="zubeida@sweep.example", phone="+919812300000")
    product = make_product("Sweeping broom", stock=40)
    order = make_order(customer, product, qty=2)
    other = make_user("staff", "otherstaff")
    open_session(other)
    return {
        "customer_id": customer.id,
        "product_id": product.id,
        "order_id": order.id,
        "user_id": other.id,
        "job_id": make_job().id,
        "customers.name": "phone",
        "products.name": "price",
        "figures.key": "money.net",
        "dashboards.name": "sales",
        "insights.name": "revenue",
    }


def _of(values: Mapping[str, Any], endpoint: Endpoint, name: str) -> dict[str, Any]:
    room = endpoint.name.partition(".")[0]
    for key in (f"{endpoint.name}.{name}", f"{room}.{name}", name):
        if key in values:
            return {name: values[key]}
    raise LookupError(f"examples() in tests/endpoints.py has nothing for {name!r} of {endpoint}")
