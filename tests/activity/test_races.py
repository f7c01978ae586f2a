"""Several who take back at the same moment: one does."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from cms.db import db
from cms.models import Activity, Order
from tests import test_races
from tests.client import Browser
from tests.factories import make_customer, make_order, make_product
from tests.test_races import ROUNDS, at_once, codes

crowd, totals_stay_right = test_races.crowd, test_races.totals_stay_right

RULES = dict.fromkeys(("active_days", "clv_months", "low_stock", "undo_minutes", "return_days", "resolve_days"), "9")
RULES |= {"return_from": "order", "acknowledge_hours": "48", "feedback_days": "30"}
RULES |= {"session_idle_minutes": "120", "session_hours": "12"}


def test_two_take_back_one_edit_and_it_is_taken_back_once(crowd):
    for number in range(ROUNDS):
        customer = make_customer(phone=f"+9198480223{number:02d}")
        form = {"phone": f"91234567{number:02d}", "version": "1"}
        crowd[0].htmx_post(f"/customers/{customer.id}/cells/phone", form)
        entry = db.session.scalar(select(func.max(Activity.id)).where(Activity.verb == "customer.edited"))
        answers = at_once(crowd, lambda browser, _n, entry=entry: browser.htmx_post(f"/activity/{entry}/undo"))
        assert codes(answers) == {200: 1, 409: 7}
        assert db.session.scalar(select(func.count()).where(Activity.undoes_id == entry)) == 1
        db.session.rollback()


def test_taking_back_in_the_trail_and_on_the_page_of_an_order_is_done_once(crowd):
    for _ in range(ROUNDS):
        order = make_order(None, make_product(stock=5), qty=2, status="Cancelled")
        entry = db.session.scalar(select(func.max(Activity.id)).where(Activity.verb == "order.moved"))

        def back(browser: Browser, n: int, order=order, entry=entry) -> TestResponse:
            if n % 2:
                return browser.htmx_post(f"/activity/{entry}/undo")
            return browser.htmx_post(f"/orders/{order.id}/status", {"status": "back", "seen": "Cancelled"})

        answers = at_once(crowd, back)
        assert [answer.status_code for answer in answers].count(200) == 1
        assert db.session.get_one(Order, order.id).status == "Pending"
        db.session.rollback()


def test_owners_who_save_other_parts_of_the_settings_at_once_are_all_heard_or_told(crowd):
    forms = {"payments": {"upi_vpa": "asha@okaxis"}, "rules": RULES}
    for _ in range(ROUNDS):
        seen = {part: crowd[0].get(f"/settings/{part}").text for part in forms}

        def save(browser: Browser, n: int, seen=seen) -> TestResponse:
            part = ("payments", "rules")[n % 2]
            marks = dict(re.findall(r'name="(version|seen)"[^>]*value="(\w+)"', seen[part]))
            return browser.post_form(f"/settings/{part}", forms[part] | marks)

        assert set(codes(at_once(crowd[:2], save))) <= {303, 422}
