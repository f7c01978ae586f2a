"""The log, the page of a message, opening one after the other, sending again and taking back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from cms.activity.sentences import sentence
from cms.db import db
from cms.jobs import runner
from cms.models import Activity, Notification
from cms.notifications import rules
from cms.notifications.filters import is_in
from tests.after_sale import make_message, plan_messages
from tests.factories import make_customer, write


def set_message(message: Notification, **values) -> None:
    with write():
        db.session.execute(update(Notification).where(Notification.id == message.id).values(values))


def fresh(message: Notification) -> Notification:
    db.session.expire_all()
    return db.session.get_one(Notification, message.id)


def test_opening_whatsapp_marks_the_message_and_says_what_is_known(client, clock):
    message = make_message(body="A & B")
    page = client.get(f"/notifications/{message.id}").text
    assert 'href="https://wa.me/919876500001?text=A%20%26%20B"' in page and 'rel="noopener noreferrer"' in page
    part = client.htmx_post(f"/notifications/{message.id}/opened").text
    assert "Opened in WhatsApp on 14 Mar, 12:00 pm. It is not known whether it was sent from there." in part
    assert (fresh(message).state, fresh(message).sent_at) == ("opened", clock.now)
    entry = db.session.scalars(select(Activity).where(Activity.verb == "message.opened")).one()
    assert entry.by_name == client.user.name
    assert sentence(entry.verb, "", None, entry.after) == "WhatsApp message opened for sending: A & B"


def test_an_sms_is_a_link_of_its_own_kind_and_a_mail_opens_in_the_mail_app_while_sending_is_not_set_up(client):
    sms, mail = make_message(channel="sms"), make_message(make_customer("B", email="b@example.com"), "email")
    assert 'href="sms:+919876500001?body=Hello"' in client.get(f"/notifications/{sms.id}").text
    page = client.get(f"/notifications/{mail.id}").text
    assert 'href="mailto:b@example.com?subject=Greetings&amp;body=Hello"' in page and "sets SMTP_URL" in page


def test_a_mail_is_not_offered_for_opening_when_it_is_being_sent_by_the_shop(client, smtp):
    mail = make_message(channel="email")
    page = client.get(f"/notifications/{mail.id}").text
    assert "mailto:" not in page and f'hx-get="/notifications/{mail.id}"' in page
    while runner.run_next():
        pass
    page = client.get(f"/notifications/{mail.id}").text
    assert "Sent on " in page and "hx-trigger" not in page.partition("<main")[2].partition("</main")[0]


def test_the_queue_leads_from_one_to_the_next(client):
    messages = [make_message(make_customer(f"N{n}", phone=f"+9198765000{n:02}")) for n in range(3)]
    assert "N0" in client.get("/notifications/queue").text and "3 left" in client.get("/notifications/queue").text
    part = client.htmx_post(f"/notifications/{messages[0].id}/opened", {"part": "queue", "batch": ""}).text
    assert "N1" in part and "2 left" in part and "<html" not in part
    page = client.get(f"/notifications/queue?after={messages[2].id}").text
    assert "Some were skipped: 2 wait still" in page
    client.htmx_post(f"/notifications/{messages[1].id}/opened", {"part": "queue"})
    assert "Nothing waits" in client.htmx_post(f"/notifications/{messages[2].id}/opened", {"part": "queue"}).text
    for after in ("x", "9" * 40, "-1", "٣"):
        assert client.get(f"/notifications/queue?after={after}").status_code == 200


def test_the_queue_of_a_sending_holds_its_own_only(client):
    make_message()
    make_customer("N0", phone="+919876500077")
    job = plan_messages("whatsapp", people=2)
    while runner.run_next():
        pass
    page = client.get(f"/notifications/queue?batch={job.request_key}").text
    assert "2 left" in page and "Meera Rao" in page


def test_the_log_is_filtered_and_goes_newest_first(client):
    first, second = make_message(body="First"), make_message(make_customer("Sita", email="s@example.com"), "email")
    set_message(first, state="failed", error="No such user")
    page = client.get("/notifications").text
    assert page.index("Sita") < page.index("Meera Rao")
    for query, shows in (
        ("state=failed", "Meera Rao"),
        ("state=outbox", "Sita"),
        ("channel=email", "Sita"),
        ("q=meera", "Meera Rao"),
        ("q=sit", "Sita"),
    ):
        part = client.htmx_get(f"/notifications?{query}").text
        assert shows in part and {"Meera Rao", "Sita"} - {shows} == {
            name for name in ("Meera Rao", "Sita") if name not in part
        }
    assert "No message fits" in client.get("/notifications?q=zzz").text
    assert "No message fits" in client.get("/notifications?batch=x").text
    assert client.get("/notifications?state=x&channel=y&after=z").status_code == 200
    assert second.id > first.id


def test_a_long_log_is_paged(client):
    customer = make_customer(phone="+919876500001")
    for number in range(53):
        make_message(customer, body=f"Body {number:02}")
    page = client.get("/notifications").text
    assert "Body 52" in page and "Body 02" not in page
    older = re.search(r'href="(/notifications\?after=[^"]+)"', page)[1]
    assert "Body 02" in client.get(older).text and "Body 03" not in client.get(older).text


@pytest.mark.parametrize("state", rules.STATES)
def test_the_database_tells_the_state_as_the_rule_does(app, clock, state):
    kinds = [(name, "", 9) for name in ("outbox", "sending", "sent", "opened")]
    kinds += [("failed", "No", 9), ("failed", rules.CANCELLED, 9), ("sending", "", 1)]
    for number, (kept, error, age) in enumerate(kinds):
        message = make_message(make_customer(f"N{number}", phone=f"+9198765000{number:02}"), body=f"{kept} {number}")
        set_message(message, state=kept, error=error, sent_at=clock.now)
        clock.forward(minutes=age)
    for message in db.session.scalars(select(Notification)):
        found = db.session.scalar(select(Notification.id).where(Notification.id == message.id, is_in(state, clock.now)))
        assert (found is not None) == (rules.state_of(message, clock.now) == state), message.body


def test_what_failed_goes_back_into_the_outbox_by_hand_and_only_once(client):
    message = make_message(channel="email")
    set_message(message, state="failed", error="No")
    client.post_form(f"/notifications/{message.id}/again")
    assert fresh(message).state == "outbox"
    client.post_form(f"/notifications/{message.id}/again")
    assert "is on its way again already" in client.get(f"/notifications/{message.id}").text


def test_a_mail_whose_sender_died_is_shown_as_unknown_and_can_be_sent_again(client, clock):
    message = make_message(channel="email")
    set_message(message, state="sending", sent_at=clock.now)
    assert "being handed to the mail server" in client.get(f"/notifications/{message.id}").text
    client.post_form(f"/notifications/{message.id}/again")
    assert fresh(message).state == "sending"  # it may be on its way this very moment
    clock.forward(minutes=6)
    page = client.get(f"/notifications/{message.id}").text
    assert "It is not known whether this went out; send it again by hand if needed." in page
    client.post_form(f"/notifications/{message.id}/again")
    assert fresh(message).state == "outbox"


def test_a_message_is_taken_back_until_it_is_out(client):
    message = make_message()
    client.post_form(f"/notifications/{message.id}/back")
    assert "Taken back before it was sent." in client.get(f"/notifications/{message.id}").text
    assert client.htmx_post(f"/notifications/{message.id}/opened").headers["HX-Trigger"].count("was taken back")
    assert fresh(message).error == rules.CANCELLED
    client.post_form(f"/notifications/{message.id}/back")
    assert len(db.session.scalars(select(Activity).where(Activity.verb == "message.taken_back")).all()) == 1


def test_a_sending_can_be_taken_back_and_its_failed_ones_sent_again(client, smtp):
    for number in range(3):
        make_customer(f"N{number}", email=f"n{number}@example.com")
    smtp.on_rcpt = lambda to: "550 no" if "n1" in to else "250 ok"
    path = f"/notifications/batches/{plan_messages(people=3).request_key}"
    while runner.run_next():
        pass
    page = client.get(path).text
    assert "2 messages sent, 1 failed" in page and "Send the failed again" in page
    smtp.on_rcpt = lambda to: "250 ok"
    client.post_form(f"{path}/again", {"what": "failed"})
    client.post_form(f"{path}/back")
    while runner.run_next():
        pass
    assert smtp.recipients == ["n0@example.com", "n2@example.com"]
    assert "Taken back" in client.get(path).text
    client.post_form(f"{path}/again", {"what": "failed"})  # nothing failed: said, not done
    assert "Nothing of this sending has failed" in client.get(path).text
    assert client.get("/notifications/batches/none").status_code == 404
    for batch in ("none", "x" * 200, "%25", f"{'b' * 31}_"):
        for what in ("waiting", "failed"):
            assert client.post_form(f"/notifications/batches/{batch}/again", {"what": what}).status_code == 404


def test_mails_kept_from_before_go_out_when_sending_is_set_up(client, smtp, monkeypatch):
    monkeypatch.delenv("SMTP_URL")
    make_message(channel="email")
    while runner.run_next():
        pass
    assert "kept and not sent" in client.get("/notifications").text
    client.post_form("/notifications/outbox")
    assert "Sending e-mail is not set up yet" in client.get("/notifications").text
    monkeypatch.setenv("SMTP_URL", smtp.url)
    client.post_form("/notifications/outbox")
    while runner.run_next():
        pass
    assert smtp.recipients == ["meera@example.com"]


def test_a_viewer_sees_messages_and_changes_none(viewer):
    message = make_message()
    page = viewer.get(f"/notifications/{message.id}").text
    assert "Open in WhatsApp" not in page
    for path in ("opened", "again", "back"):
        assert viewer.post_form(f"/notifications/{message.id}/{path}").status_code == 403
