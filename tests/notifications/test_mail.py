"""SMTP_URL, and mail that cannot be made to say what it should not."""

from __future__ import annotations

import pytest

from cms.config import ConfigError, MailServer, mail_server, read_config
from cms.notifications.mail import Mailer, refusal
from tests.notifications.smtp import SmtpServer


@pytest.mark.parametrize(
    "url, server",
    [
        ("", None),
        ("smtp://mail.example", MailServer("mail.example", 587)),
        ("smtp://mail.example:25/?starttls=0", MailServer("mail.example", 25, starttls=False)),
        ("smtp://a%40b:p%2Fw@mail.example:587", MailServer("mail.example", 587, "a@b", "p/w")),
        ("smtps://u:p@mail.example", MailServer("mail.example", 465, "u", "p", tls=True, starttls=False)),
    ],
)
def test_the_address_of_the_mail_server_is_read(url, server):
    assert mail_server({"SMTP_URL": url}) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:99999",
        "smtp://mail.example:x",
        "smtp://mail.example:0",
        "smtp://mail.example/path",
        "smtp://user@mail.example",
        "smtp://u:pä@mail.example",
        "smtp://mail.example?starttls=maybe",
        "smtp://mail.example?tls=1",
        "smtp://mail.example\n",
        "smtp://[::1",
    ],
)
def test_a_wrong_address_stops_the_start_with_one_sentence_and_without_its_password(url, tmp_path):
    with pytest.raises(ConfigError) as stopped:
        read_config({"SMTP_URL": url.replace("u:p", "u:secret"), "INSTANCE_DIR": str(tmp_path)})
    assert "SMTP_URL" in str(stopped.value) and "secret" not in str(stopped.value)


def test_a_password_is_not_shown_with_the_server():
    assert "hidden" not in repr(mail_server({"SMTP_URL": "smtp://u:hidden@mail.example"}))


@pytest.fixture
def server():
    server = SmtpServer()
    yield server
    server.shutdown()
    server.server_close()


def mailer(server: SmtpServer, name: str = "Shop") -> Mailer:
    found = mail_server({"SMTP_URL": server.url})
    assert found
    return Mailer(found, name, "shop@example.com")


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@example.com", "a\nb", "a\rb", "a\r\n\r\nbody"])
@pytest.mark.parametrize("where", ["subject", "to", "name"])
def test_no_line_can_be_added_to_the_headers(server, subject, where):
    with mailer(server, subject if where == "name" else "Shop") as mail:
        mail.ready()
        to = subject if where == "to" else "a@example.com"
        assert "cannot stand on a mail" in mail.send(1, to, subject if where == "subject" else "Hi", "x")
    assert not server.taken


@pytest.mark.parametrize("to", ["", "x", "a@", "a b@example.com", "a@example.com, b@example.com", "<a@example.com>"])
def test_what_is_no_one_address_gets_no_mail(server, to):
    with mailer(server) as mail:
        mail.ready()
        assert mail.send(1, to, "Hi", "x")
    assert not server.taken


def test_an_address_in_another_script_goes_out_where_the_server_can(server):
    with mailer(server) as mail:
        mail.ready()
        assert mail.send(1, "आशा@example.com", "Hi", "x") == ""
    assert server.recipients == ["आशा@example.com"]


def test_a_refusal_keeps_the_servers_words_short_and_printable():
    said = refusal(421, b"\xff\x00" + b"x" * 500, "No")
    assert said.startswith("No for now; try again later (421 ") and len(said) < 150 and said.isprintable()
