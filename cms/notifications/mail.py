"""Handing mail to the mail server: one connection for many, and for each mail whether it was taken, refused or lost."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from cms import clock
from cms.config import MailServer
from cms.errors import RuleError
from cms.formats import parse_email
from cms.notifications.rules import UNKNOWN

TIMEOUT_SECONDS = 20
"""For each answer of the server; five of them stay below `rules.SENDING_AT_MOST`."""


class HungUp(Exception):
    """The connection broke before the server had heard anything of the mail."""


class Mailer:
    """One connection to the mail server, made anew when the server has closed it between two mails."""

    def __init__(self, server: MailServer, shop_name: str, shop_email: str):
        self.server, self.shop_name, self.shop_email = server, shop_name, shop_email
        self.smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Mailer:
        return self

    def __exit__(self, *_error: object) -> None:
        self._drop(politely=True)

    def ready(self) -> None:
        """See that the server listens, before a mail is taken out of the outbox. Raises RuleError when it does not."""
        if self.smtp is not None:
            try:
                if self.smtp.rset()[0] == 250:
                    return
            except (smtplib.SMTPException, OSError):
                pass
            self._drop()
        self.smtp = self._connected()

    def send(self, number: int, to: str, subject: str, body: str) -> str:
        """Hand one mail in; "" when the server took it, else why not, in a sentence."""
        assert self.smtp is not None, "ready() comes first"
        try:
            mail = self._mail(number, parse_email(to), subject, body)
        except (RuleError, ValueError):  # an address that was imported, perhaps
            return "This address cannot stand on a mail; check each character"
        utf8 = not (to + self.shop_email).isascii()
        if utf8 and not self.smtp.has_extn("smtputf8"):
            return "The mail server cannot send to addresses with letters beyond a to z"
        data = mail.as_bytes(policy=SMTPUTF8 if utf8 else SMTP)
        try:
            return self._handed_in(to, data, utf8)
        except HungUp:  # nothing of the mail was said yet
            try:
                self.ready()
                return self._handed_in(to, data, utf8)
            except (HungUp, RuleError):
                return "The mail server hung up before it took this mail"

    def _handed_in(self, to: str, data: bytes, utf8: bool) -> str:
        """As `send`. Raises HungUp when the connection broke before the mail itself was on its way."""
        assert self.smtp is not None
        begun = False
        try:
            code, said = self.smtp.mail(self.shop_email, ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else [])
            if code != 250:
                return refusal(code, said, "The mail server does not let the shop's address send")
            code, said = self.smtp.rcpt(to)
            if code not in (250, 251):
                return refusal(code, said, "The mail server refused this address")
            begun = True
            code, said = self.smtp.data(data)
            return "" if code == 250 else refusal(code, said, "The mail server refused this mail")
        except smtplib.SMTPDataError as error:
            return refusal(error.smtp_code, error.smtp_error, "The mail server refused this mail")
        except (smtplib.SMTPException, OSError):
            self._drop()
            if begun:
                return UNKNOWN
            raise HungUp from None

    def _mail(self, number: int, to: str, subject: str, body: str) -> EmailMessage:
        """Plain text. What breaks a header out of its line is refused by EmailMessage itself, with a ValueError."""
        mail = EmailMessage(policy=SMTPUTF8)
        mail["From"], mail["To"], mail["Subject"] = _address(self.shop_email, self.shop_name), _address(to), subject
        mail["Date"] = format_datetime(clock.now().replace(tzinfo=UTC))
        mail["Message-ID"] = f"<message-{number}-{clock.now():%Y%m%d%H%M%S}@{_domain(self.shop_email)}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(body, cte="quoted-printable" if body.isascii() else "base64")
        return mail

    def _connected(self) -> smtplib.SMTP:
        server, tls = self.server, ssl.create_default_context()
        try:
            smtp: smtplib.SMTP
            if server.tls:
                smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=tls)
            else:
                smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
                if server.starttls:
                    smtp.starttls(context=tls)
            if server.user:
                smtp.login(server.user, server.password)
            smtp.ehlo_or_helo_if_needed()
            return smtp
        except smtplib.SMTPAuthenticationError:
            raise RuleError("The mail server refused the user name or password of SMTP_URL") from None
        except smtplib.SMTPNotSupportedError:
            raise RuleError("The mail server offers no encryption or no sign-in, which SMTP_URL asks for") from None
        except ssl.SSLError:
            raise RuleError("The certificate of the mail server could not be checked") from None
        except (smtplib.SMTPException, OSError):
            raise RuleError(
                f"The mail server {server.host} cannot be reached; what is left waits in the outbox"
            ) from None

    def _drop(self, politely: bool = False) -> None:
        smtp, self.smtp = self.smtp, None
        if smtp is None:
            return
        try:
            smtp.quit() if politely else smtp.close()
        except (smtplib.SMTPException, OSError):
            smtp.close()


def _address(text: str, name: str = "") -> Address:
    local, _, domain = text.rpartition("@")
    return Address(name, local, domain)


def _domain(text: str) -> str:
    return text.rpartition("@")[2].encode("idna").decode()


def refusal(code: int, said: bytes | str, what: str) -> str:
    """Why a mail was not taken, with the server's own words; whether trying later may help.

    >>> refusal(550, b"5.1.1 No such user", "The mail server refused this address")
    'The mail server refused this address (550 5.1.1 No such user)'
    """
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    words = "".join(char if char.isprintable() else " " for char in words)[:90].strip()
    later = " for now; try again later" if 400 <= code < 500 else ""
    return f"{what}{later} ({code} {words})".replace(" )", ")")
