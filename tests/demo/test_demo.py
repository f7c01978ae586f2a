"""The demo is a shop like any other: right to the last total, and the same for the same seed."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from cms.checks.invariants import all_checks
from cms.db import db
from cms.demo.actions import Size, fill_shop
from cms.demo.catalogue import articles
from cms.demo.rules import days_until, spread, weight
from cms.errors import RuleError
from cms.formats import parse_email, parse_phone, parse_pincode
from cms.invoices.rules import usual_rates
from cms.models import Customer, Feedback, Invoice, Order, OrderLine, Payment, Product, Return
from cms.models.care import Complaint
from cms.refs import next_ref
from tests.factories import make_order, set_shop, the_shop, write

TODAY, REFORM = date(2026, 11, 20), date(2025, 9, 22)


def filled(customers=80, orders=600, seed=1):
    with write():
        fill_shop(Size(customers, orders, seed), TODAY, None)


def test_a_demo_passes_every_check(app, clock):
    clock.now = datetime(2026, 11, 20, 12)
    filled()
    db.session.rollback()
    assert [problem for check in all_checks() for problem in check.failures()] == []
    counts = [db.session.scalar(select(func.count(table.id))) for table in (Customer, Order, Product)]
    assert counts == [80, 600, len(articles())]


def test_everything_happens_in_a_demo(app):
    filled(orders=1500)
    for table in (Return, Feedback, Payment):
        assert db.session.scalar(select(func.count(table.id))) > 5, table
    assert db.session.scalar(select(func.count(Complaint.id))) > 0
    assert 2 < db.session.scalar(select(func.count()).where(Payment.state == "claimed")) <= 6
    shop = the_shop()
    assert shop.simulate_payments and shop.upi_vpa == "demo.shop@upi"
    assert shop.name == "Lakshmi Bazaar" and "Hyderabad" in shop.address
    papers = db.session.scalars(select(Invoice.content["seller"]["name"].as_string()).distinct()).all()
    assert papers == ["Lakshmi Bazaar"]
    statuses = dict(db.session.execute(select(Order.status, func.count()).group_by(Order.status)).all())
    assert statuses["Delivered"] > 1200 and set(statuses) == {"Pending", "Shipped", "Delivered", "Cancelled"}
    assert db.session.scalar(select(func.count()).where(Product.stock <= 5)) > 0


def test_each_sale_of_a_demo_has_the_gst_of_its_day(app):
    filled(orders=1500)
    lines = select(Order.ordered_on, OrderLine.gst_rate_bp, OrderLine.hsn).join(OrderLine.order).distinct()
    sold = [tuple(row) for row in db.session.execute(lines)]
    assert [row for row in sold if row[1] not in usual_rates(row[0])] == []
    assert {rate for day, rate, hsn in sold if hsn == "7418" and day < REFORM} == {1200}
    assert {rate for day, rate, hsn in sold if hsn == "7418" and day >= REFORM} == {500}
    rates = set(db.session.scalars(select(Product.gst_rate_bp)))
    assert rates == {0, 500, 1800} and rates <= set(usual_rates(TODAY))


def test_a_shop_with_a_name_keeps_it(app):
    set_shop(name="Asha Stores")
    filled(customers=5, orders=5)
    assert the_shop().name == "Asha Stores"


def test_the_same_seed_makes_the_same_shop(app, new_address):
    def told():
        columns = (Customer.name, Customer.phone, Order.ref, Order.ordered_at, Order.total_paise, Order.paid_paise)
        return db.session.execute(select(*columns).join(Order).order_by(Order.id)).all()

    def made(seed):
        with write():
            fill_shop(Size(20, 50, seed), TODAY, None)
            shop = told()
            db.session.rollback()
        return shop

    assert made(4) == made(4) != made(5)


def test_customers_of_a_demo_can_be_written_to_by_nobody(app):
    filled()
    rows = db.session.execute(select(Customer.email, Customer.phone, Customer.postcode)).all()
    for email, phone, postcode in rows:
        assert not email or (parse_email(email) == email and email.endswith("@example.com"))
        assert not phone or parse_phone(phone) == phone
        assert parse_pincode(postcode) == postcode
    phones = [phone for _email, phone, _postcode in rows if phone]
    assert len(set(phones)) == len(phones)


def test_a_demo_never_mixes_with_a_real_shop(app):
    make_order()
    with pytest.raises(RuleError, match="a demo needs an empty one"):
        filled()
    result = app.test_cli_runner().invoke(args=["demo", "--customers", "5", "--orders", "5"])
    assert result.exit_code == 1 and "needs an empty one" in result.stderr


def test_numbers_go_on_behind_the_demo(app):
    assert app.test_cli_runner().invoke(args=["demo", "--customers", "5", "--orders", "12"]).exit_code == 0
    with write():
        assert next_ref(Order) == "ORD013" and next_ref(Customer) == "CUST006"


@pytest.mark.parametrize("hour", [(23, 18, 40), (24, 4, 29), (24, 5, 0)])
def test_nothing_of_a_demo_lies_in_the_future(app, clock, hour):
    clock.now = datetime(2026, 11, *hour)
    assert app.test_cli_runner().invoke(args=["demo", "--customers", "20", "--orders", "200"]).exit_code == 0
    for at in (Order.ordered_at, Payment.paid_at, Customer.created_at, Complaint.opened_at, Feedback.at):
        assert (db.session.scalar(select(func.max(at))) or clock.now) <= clock.now, at
    assert db.session.scalar(select(func.max(Order.ordered_at))) > clock.now - timedelta(days=2)


def test_the_weeks_before_diwali_are_the_busiest():
    days = days_until(TODAY)
    busiest = max(days, key=lambda day: weight(day, days[0], TODAY))
    assert date(2026, 10, 25) <= busiest <= date(2026, 11, 8)


def test_what_is_spread_over_days_adds_up():
    assert sum(spread(1000, [0.3] * 7)) == 1000 and spread(0, [1.0]) == [0] and spread(5, []) == []
