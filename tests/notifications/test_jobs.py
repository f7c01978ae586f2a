"""The worker writes and sends to many: each customer gets one message."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, update

from cms import clock as the_clock
from cms.db import db
from cms.jobs import queries as jobs
from cms.jobs import runner
from cms.models import Customer, Job, Notification
from cms.notifications import actions, queries
from tests.after_sale import make_message, plan_messages, template_of
from tests.factories import make_customer, make_order, write
from tests.notifications.work import BATCH, people, states, work


def test_each_customer_of_a_sending_gets_one_mail_over_one_connection(smtp):
    emails = people(7)
    make_customer("Without e-mail", phone="+919876500009")
    job = plan_messages(body="Hello {customer}, {shop}", subject="From {shop}")
    work()
    assert smtp.recipients == emails and smtp.connections == 1
    done = jobs.fresh(job.id)
    assert (done.state, done.message, done.done, done.total) == ("done", "7 messages sent", 14, 14)
    assert states() == {"sent": 7}
    mail = smtp.taken[0][1]
    assert mail["From"] == '"Lakshmi Lamps & Co <x>" <shop@lamps.example>'
    assert mail["Subject"] == "From Lakshmi Lamps & Co <x>"
    assert mail.get_content().strip() == "Hello N0, Lakshmi Lamps & Co <x>"
    assert mail["Message-ID"].endswith("@lamps.example>") and mail["Date"]
    assert mail.get_content_type() == "text/plain"


def test_words_in_any_script_and_lines_that_begin_with_a_dot_arrive_as_written(smtp):
    make_customer("మీరా 🪔", email="n@example.com")
    body = "నమస్తే {customer}\n.\n..two dots\n" + "x" * 1500
    plan_messages(body=body, subject="దీపావళి {customer}")
    work()
    mail = smtp.taken[0][1]
    assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == body.replace("{customer}", "మీరా 🪔")
    assert mail["Subject"] == "దీపావళి మీరా 🪔"


def test_two_workers_at_one_sending_send_each_mail_once(smtp, app):
    emails = people(30)
    plan_messages()
    for _ in range(3):
        with write():
            actions.send_later(None, BATCH)

    def worker():
        with app.app_context():
            while runner.run_next():
                pass

    threads = [threading.Thread(target=worker) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    work()
    assert smtp.recipients == emails and states() == {"sent": 30}
    assert set(db.session.scalars(select(Job.state))) == {"done"}


def test_a_sending_that_is_begun_anew_goes_on_where_it_was(app, monkeypatch, clock):
    for number in range(9):
        make_customer(f"N{number}", phone=f"+9198765000{number:02}")
    monkeypatch.setattr("cms.notifications.jobs.CHUNK", 2)
    plan_messages("whatsapp", people=9)
    stored = []

    def dying(rows):
        stored.append(len(rows))
        if len(stored) == 3:
            raise SystemExit
        real(rows)

    real = actions.store_messages
    monkeypatch.setattr(actions, "store_messages", dying)
    with pytest.raises(SystemExit):
        work()
    monkeypatch.setattr(actions, "store_messages", real)
    assert states() == {"outbox": 4}
    clock.forward(minutes=6)
    work()
    assert states() == {"outbox": 9}
    assert db.session.scalar(select(func.count(Notification.customer_id.distinct()))) == 9
    assert queries.batch_counts(BATCH, clock.now) == {"outbox": 9}


def test_rows_that_stand_already_are_not_written_twice(app):
    customer = make_customer(phone="+919876500001")
    row = {
        "customer_id": customer.id, "order_id": None, "template_id": None, "channel": "sms", "recipient": "x",
        "subject": "", "body": "b", "state": "outbox", "batch": BATCH, "marketing": False, "sent_at": None,
        "error": "", "by_id": None, "created_at": the_clock.now(), "request_key": f"{BATCH}:1",
    }  # fmt: skip
    for _ in range(2):
        with write():
            actions.store_messages([row])
    assert states() == {"outbox": 1}


def test_a_sending_that_is_taken_back_writes_and_sends_no_more(smtp):
    people(3)
    plan_messages()
    with write():
        actions.take_back_rest(BATCH, None)
    work()
    assert states() == {} and not smtp.taken


def test_a_mail_that_was_taken_back_is_never_sent(smtp):
    kept, gone = make_message(channel="email"), make_message(make_customer("B", email="b@example.com"), "email")
    with write():
        actions.take_back(db.session.get_one(Notification, gone.id), None)
    work()
    assert smtp.recipients == [kept.recipient] and states() == {"sent": 1, "failed": 1}


def test_orders_that_are_due_stand_in_the_messages_to_many(smtp):
    debtor = make_customer("Debtor", email="d@example.com")
    order = make_order(debtor)
    make_order(debtor, status="Cancelled")
    make_customer("No order", email="n@example.com")
    template = template_of("payment_due")
    plan_messages(subject=template.subject, body=template.body, template_id=template.id)
    work()
    (to, mail), message = smtp.taken[0], db.session.scalars(select(Notification)).one()
    assert to == "d@example.com" and message.order_id == order.id and message.template_id == template.id
    assert mail.get_content().startswith(f"Hello Debtor, ₹499.00 of your order {order.ref} is still open.")


def test_an_offer_goes_only_to_those_who_agreed(smtp):
    people(2)
    with write():
        db.session.execute(update(Customer).where(Customer.name == "N1").values(marketing_at=the_clock.now()))
    plan_messages(marketing=True)
    work()
    assert smtp.recipients == ["n1@example.com"]
