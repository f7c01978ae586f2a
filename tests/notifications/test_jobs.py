"""The worker writes and sends to many: each customer gets one message, whatever breaks in between."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from sqlalchemy import func, select, update

from cms import clock as the_clock
from cms.db import db
from cms.jobs import queries as jobs
from cms.jobs import runner
from cms.models import Customer, Job, Notification
from cms.notifications import actions, queries, rules
from cms.notifications.mail import Mailer
from tests.after_sale import make_message, plan_messages, template_of
from tests.factories import make_customer, make_order, set_shop, write

BATCH = "b" * 32


def work() -> None:
    """Do all that waits, as the worker does."""
    while runner.run_next():
        pass
    db.session.rollback()


def states() -> Counter:
    return Counter(db.session.scalars(select(Notification.state)))


def people(count: int) -> list[str]:
    return sorted(make_customer(f"N{n}", email=f"n{n}@example.com").email for n in range(count))


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


def test_a_worker_that_dies_in_the_middle_is_followed_by_one_that_sends_nobody_a_second_mail(smtp, monkeypatch, clock):
    emails = people(5)
    job = plan_messages()
    send, sent = Mailer.send, []

    def dying(self, *mail):
        answer = send(self, *mail)
        sent.append(mail)
        if len(sent) == 3:
            raise SystemExit  # the machine goes down: the mail is out, nobody noted it
        return answer

    monkeypatch.setattr(Mailer, "send", dying)
    with pytest.raises(SystemExit):
        work()
    monkeypatch.setattr(Mailer, "send", send)
    assert states() == {"sent": 2, "sending": 1, "outbox": 2}
    assert not runner.run_next()  # its worker may still live
    clock.forward(minutes=6)
    work()
    assert smtp.recipients == emails  # each exactly once
    assert jobs.fresh(job.id).state == "done" and states() == {"sent": 4, "failed": 1}
    lost = db.session.scalars(select(Notification).where(Notification.state == "failed")).one()
    assert lost.error == rules.UNKNOWN and lost.recipient == sent[2][1]


def test_a_server_that_takes_a_mail_and_hangs_up_leaves_it_unknown_and_the_rest_goes_out(smtp):
    emails = people(5)
    smtp.on_mail = lambda to: "" if to == "n2@example.com" else "250 ok"
    plan_messages()
    work()
    assert smtp.recipients == emails and smtp.connections == 2
    rows = dict(db.session.execute(select(Notification.recipient, Notification.error)).all())
    assert rows["n2@example.com"] == rules.UNKNOWN and states() == {"sent": 4, "failed": 1}


def test_a_server_that_hangs_up_before_the_mail_is_asked_again(smtp):
    emails, hung = people(4), []

    def once(to):
        if to == "n2@example.com" and not hung:
            hung.append(to)
            return ""
        return "250 ok"

    smtp.on_rcpt = once
    plan_messages()
    work()
    assert smtp.recipients == emails and states() == {"sent": 4}


def test_an_address_that_is_refused_fails_with_the_servers_words_and_the_rest_goes_out(smtp):
    people(3)
    smtp.on_rcpt = lambda to: "550 5.1.1 No such user\x1b[31m" if "n1" in to else "250 ok"
    smtp.on_mail = lambda to: "452 too much" if "n2" in to else "250 ok"
    job = plan_messages()
    work()
    rows = dict(db.session.execute(select(Notification.recipient, Notification.error)).all())
    assert rows["n1@example.com"] == "The mail server refused this address (550 5.1.1 No such user [31m)"
    assert rows["n2@example.com"] == "The mail server refused this mail for now; try again later (452 too much)"
    assert jobs.fresh(job.id).message == "1 message sent, 2 failed"


def test_what_failed_is_sent_again_by_hand_to_the_address_of_now(smtp):
    people(2)
    smtp.on_rcpt = lambda to: "550 no" if "n1" in to else "250 ok"
    plan_messages()
    work()
    with write():
        db.session.execute(update(Customer).where(Customer.email == "n1@example.com").values(email="new@example.com"))
        actions.send_failed_again(BATCH, None)
    work()
    assert smtp.recipients == ["n0@example.com", "new@example.com"] and states() == {"sent": 2}


def test_a_server_that_is_away_leaves_all_in_the_outbox_and_says_so(smtp, monkeypatch):
    people(2)
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1?starttls=0")
    job = plan_messages()
    work()
    assert states() == {"outbox": 2}
    assert jobs.fresh(job.id).message == "The mail server 127.0.0.1 cannot be reached; what is left waits in the outbox"
    monkeypatch.setenv("SMTP_URL", smtp.url)
    with write():
        actions.send_later(None, BATCH)
    work()
    assert states() == {"sent": 2}


@pytest.mark.parametrize("unset", ["SMTP_URL", "email"])
def test_mail_is_kept_while_sending_is_not_set_up(smtp, monkeypatch, unset):
    people(2)
    monkeypatch.delenv("SMTP_URL") if unset == "SMTP_URL" else set_shop(email="")
    job = plan_messages()
    work()
    assert states() == {"outbox": 2} and not smtp.taken
    assert "sending e-mail is not set up" in jobs.fresh(job.id).message


def test_two_workers_at_one_sending_send_each_mail_once(smtp, app):
    emails = people(30)
    plan_messages()
    work_to_do = [plan_messages(batch=BATCH)] + [actions.send_later for _ in range(3)]
    assert len({job.id for job in work_to_do[:1]}) == 1
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
