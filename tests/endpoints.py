"""Every address of the app, found in its url_map, with an example for each thing an address names.

A new endpoint is swept by tests/test_sweeps.py and tests/browser/test_axe.py without anyone adding it anywhere, as long
as `examples` knows the names of its arguments.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import func, select

from cms.auth.actions import new_password_link
from cms.backups import archive, kept, making
from cms.backups.rules import file_name
from cms.db import db
from cms.jobs.runner import run_next
from cms.logo.actions import save_logo
from cms.logo.pictures import as_logo
from cms.models import Activity, Session, User
from cms.views.actions import save_view
from tests.after_sale import (
    make_complaint,
    make_feedback,
    make_feedback_link,
    make_invoiced,
    make_message,
    make_return,
    plan_messages,
    template_of,
)
from tests.databases import Database, Rows, app_without_data
from tests.factories import make_customer, make_job, make_order, make_product, make_user, open_session, write
from tests.imports.uploads import make_landed, make_upload
from tests.payments.doing import pay

ME = "asha"
"""The owner of the `client` fixture."""
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""The smallest logo."""


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
    payment = pay(order, 500, "upi")
    brought = make_return(make_order(customer, product, qty=2, status="Delivered"))
    other = make_user("staff", "otherstaff")
    open_session(other)
    newcomer = make_user("staff", "newcomer")
    rated = make_feedback(order, product, 2, "Zubeida found it poor")
    complaint = make_complaint(order, "Sweeping broom lost its bristles")
    token = make_feedback_link(make_order(customer, make_product("Dust pan")))
    invoiced, note = make_invoiced(customer, product)
    landed, waiting = make_landed("Zubeida from a file"), make_upload("name,email\nZubeida Sent,zubeida@\n", check=True)
    while run_next():
        pass  # their PDFs
    batch = plan_messages().request_key
    with write():
        save_logo(as_logo(PICTURE), other)
        view = save_view(other.id, "orders", "Pending ones", {"status": "Pending"}, other)
        key = new_password_link(db.session.get_one(User, newcomer.id), None)
    return {
        "customer_id": customer.id,
        "other_id": make_customer("Jubeida Sweep", phone="+919812300001").id,
        "product_id": product.id,
        "order_id": order.id,
        "payment_id": payment.id,
        "return_id": brought.id,
        "user_id": other.id,
        "job_id": make_job().id,
        "message_id": make_message(customer, body="Zubeida, come and see").id,
        "notifications.batch": batch,
        "template_id": template_of("win_back").id,
        "customers.name": "phone",
        "products.name": "price",
        "figures.key": "money.net",
        "complaint_id": complaint.id,
        "assignments.name": "priority",
        "feedback_id": rated.id,
        "feedback.token": token,
        "auth.token": key,
        "invoices.order_id": invoiced.id,
        "note_id": note.id,
        "entry_id": db.session.scalar(select(func.max(Activity.id)).where(Activity.verb == "order.placed")),
        "view_id": view.id,
        "digest": hashlib.sha256(as_logo(PICTURE)).hexdigest(),
        "dashboards.name": "sales",
        "insights.name": "revenue",
        "exports.table": "customers",
        "exports.format": "csv",
        "backups.name": make_backup(),
        "upload_id": waiting,
        "import_id": landed,
        "imports.table": "customers",
        "made.key": batch,
    }


def make_backup() -> str:
    """The name of a file among the backups that this test database keeps."""
    name = file_name(datetime(2026, 1, 1), daily=False)
    kept.folder().mkdir(parents=True, exist_ok=True)
    with archive.Writer(kept.folder() / name) as writer:
        writer.finish(making.head("asked"))
    archive.seal(kept.folder() / name)
    return name


def page_of(browser: Any, url: str) -> str:
    """What a browser shows there; nothing of a picture or another file."""
    answer = browser.get(url)
    return answer.text if answer.mimetype == "text/html" else ""


_made: dict[tuple[str, ...], tuple[dict[str, Any], Rows]] = {}


def made_once(database: Database, make: Callable[[], dict[str, Any]] = examples) -> dict[str, Any]:
    """What `make` makes and gives, made once for each database and then brought back row by row, which is quick."""
    key = (database.url, make.__module__, make.__qualname__)
    db.session.remove()
    if key not in _made:
        before = database.rows()
        database.empty()
        others = [make_user() for _ in range(9)]  # they leave room for the ids of who asks
        for other in others:
            open_session(other)
        values, gone = make(), {other.id for other in others}
        db.session.remove()
        rows = database.rows()
        for table, name in ((User.__table__, "id"), (Session.__table__, "user_id")):
            rows[table] = [row for row in rows[table] if row[name] not in gone]
        database.empty()
        database.bring(before)
        _made[key] = values, rows
    values, rows = _made[key]
    database.bring(rows)
    return dict(values)


def _of(values: Mapping[str, Any], endpoint: Endpoint, name: str) -> dict[str, Any]:
    room = endpoint.name.partition(".")[0]
    for key in (f"{endpoint.name}.{name}", f"{room}.{name}", name):
        if key in values:
            return {name: values[key]}
    raise LookupError(f"examples() in tests/endpoints.py has nothing for {name!r} of {endpoint}")
