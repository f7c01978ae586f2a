"""What follows a merge elsewhere: files that name the old number, and what the lifetime model expected."""

from __future__ import annotations

from sqlalchemy import insert, select

from cms import clock
from cms.clv.actions import add_fit
from cms.db import db
from cms.models import ClvFit, Customer, CustomerValue, Order
from tests.duplicates.doing import make_pair, merge, take_back
from tests.factories import make_customer, write
from tests.imports.folders import ORDERS, folder_of, imported


def test_a_file_that_names_the_old_number_finds_who_was_kept(app, tmp_path):
    one, two = make_pair()
    merge(one, two)
    files = {
        "customers": f"customer_ref,name\n{two.ref},Somebody Else\n",
        "orders": ORDERS + f"O1,{two.ref},2026-01-05 10:00,Delivered,1,P1,3,100,,\n",
    }
    imported(folder_of(tmp_path, **files))
    assert db.session.scalars(select(Order.customer_id)).all() == [one.id]
    assert len(db.session.scalars(select(Customer.id)).all()) == 2


def test_what_was_expected_of_both_is_expected_of_the_kept_one(app):
    one, two = make_pair()
    third = make_customer("Bhavani")
    with write():
        blank = dict.fromkeys(("r", "alpha", "a", "b", "log_likelihood"), 1.0)
        fit = add_fit(blank | {"customers": 2, "repeaters": 0, "calibration": {}}, clock.today("UTC"), None)
        for customer, paise in ((one, 500), (two, 700)):
            row = {"fit_id": fit, "customer_id": customer.id, "expected_orders": 1.5, "alive": 0.5}
            db.session.execute(insert(CustomerValue).values(**row, value_paise=paise))
    assert expected() == {one.id: 500, two.id: 700}
    entry = merge(one, two)
    assert expected() == {one.id: 1200}
    take_back(entry)
    assert expected() == {one.id: 500, two.id: 700}
    entry = merge(two, third)  # the fit is another by the time this is undone
    with write():
        db.session.execute(CustomerValue.__table__.delete())
        db.session.execute(ClvFit.__table__.delete())
    take_back(entry)
    assert expected() == {}


def expected() -> dict[int, int]:
    db.session.rollback()
    return dict(db.session.execute(select(CustomerValue.customer_id, CustomerValue.value_paise)).all())
