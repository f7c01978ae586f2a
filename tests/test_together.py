"""Several questions in one round trip give what they give one by one."""

from datetime import timedelta

from sqlalchemy import bindparam, func, select

from cms.customers.panels import _known
from cms.db import db
from cms.invoices.actions import issue_invoice
from cms.models import Activity, Customer, Order, OrderLine
from cms.orders.panels import _asked
from cms.orders.queries import order_or_404
from cms.together import Together, rows_of
from tests.after_sale import make_complaint, make_feedback, make_message, make_return
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, the_shop, write

NASTY = 'O\'Brien "Ravi" \\ <b>శ్రీ</b> 🪔\n\u2028 %s :name'


def test_each_question_keeps_its_rows_their_order_and_their_types(app):
    customer = make_customer(NASTY[:60], email="")
    orders = [make_order(customer, make_product()) for _ in range(3)]
    about = bindparam("customer")
    questions = {
        "orders": select(Order.id, Order.ref, Order.ordered_at, Order.ordered_on, Order.delivered_at, Order.unpaid)
        .where(Order.customer_id == about)
        .order_by(Order.id.desc())
        .limit(2),
        "names": select(Customer.name, Order.note)
        .join(Order, Order.customer_id == Customer.id)
        .where(Customer.id == about),
        "told": select(Activity.before, Activity.after, Activity.verb).where(Activity.customer_id == about),
        "sums": select(func.sum(Order.total_paise).label("paise")).where(Order.customer_id == about),
        "none": select(OrderLine.id).where(OrderLine.order_id == -1),
    }
    with count_queries() as queries:
        found = Together(**questions).ask(customer=customer.id)
    assert len(queries) == 1
    for name, question in questions.items():
        alone = db.session.execute(question, {"customer": customer.id}).all()
        assert [tuple(row) for row in found[name]] == [tuple(row) for row in alone], name
    assert [row.ref for row in found["orders"]] == [orders[2].ref, orders[1].ref]
    assert found["names"][0].name == customer.name and found["sums"][0].paise == sum(o.total_paise for o in orders)


def test_the_pages_of_orders_and_customers_are_told_what_each_room_says(app, clock):
    customer = make_customer(phone="+919848022338")
    order = make_order(customer, make_product(), qty=5, status="Delivered")
    with write():
        issue_invoice(order_or_404(order.id), the_shop(), None)
    for _ in range(2):
        make_return(order)
        make_complaint(order)
        make_message(customer, order_id=order.id)
    make_feedback(order, None)
    db.session.rollback()
    values = {"order_id": order.id, "customer_id": customer.id, "now": clock.now}
    values["since"] = clock.now - timedelta(minutes=5)
    for together in (_asked(), _known()):
        found = together.ask(**values)
        for name, question in together.questions.items():
            alone = db.session.execute(question, values).all()
            assert [tuple(row) for row in found[name]] == [tuple(row) for row in alone], name
            assert found[name] or name in ("fresh", "payments", "credit_moves"), name


def test_the_rows_of_a_walk_are_those_of_a_plain_select(app):
    customer = make_customer(NASTY[:60])
    for _ in range(3):
        make_order(customer, make_product())
    columns = (Order.id, Order.ref, Order.ordered_at, Order.ordered_on, Order.delivered_at, Order.settled_before)
    query = select(*columns, Order.note, Order.due_paise, Customer.name.label("buyer")).join(Customer)
    query = query.where(Order.id > 0).order_by(Order.ordered_at.desc(), Order.id.desc()).limit(2)
    for asked in (query, query.select_from(Order), query.prefix_with("STRAIGHT_JOIN", dialect="mysql")):
        assert list(map(tuple, rows_of(asked))) == list(map(tuple, db.session.execute(asked)))
        assert [row.buyer for row in rows_of(asked)] == [customer.name] * 2
    shares = select((Order.id / 2.5).label("share"))  # what JSON might round is no JSON
    assert list(map(tuple, rows_of(shares))) == list(map(tuple, db.session.execute(shares)))
