"""How a message goes out, how it stands, and the links that open it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from cms.formats import whatsapp_href

CHANNELS: Mapping[str, str] = {"whatsapp": "WhatsApp", "email": "E-mail", "sms": "SMS"}
STATES: Mapping[str, str] = {
    "outbox": "Not sent yet",
    "sending": "Being sent",
    "sent": "Sent",
    "opened": "Opened",
    "failed": "Failed",
    "cancelled": "Taken back",
}
"""How a message stands, in words. One that was taken back is kept as failed, with CANCELLED for its error."""

LOOKS: Mapping[str, tuple[str, str]] = {
    "outbox": ("wait", "clock"),
    "sending": ("info", "clock"),
    "sent": ("good", "check"),
    "opened": ("info", "check"),
    "failed": ("bad", "circle-alert"),
    "cancelled": ("quiet", "x"),
}
CANCELLED = "Taken back before it was sent"
UNKNOWN = "It is not known whether this went out; send it again by hand if needed"

SENDING_AT_MOST = timedelta(minutes=5)
"""A message is with the mail server for a minute or two at most: one that is sent for longer has lost its sender."""


def state_of(message: Any, now: datetime) -> str:
    """How a message stands: a key of STATES."""
    if message.state == "failed" and message.error == CANCELLED:
        return "cancelled"
    if message.state == "sending" and message.sent_at and now - message.sent_at > SENDING_AT_MOST:
        return "failed"
    return message.state


def href(channel: str, recipient: str, subject: str, body: str) -> str:
    """The link that opens the message, ready to send, in the app of its channel.

    >>> href("sms", "+919876543210", "", "A & B"), href("email", "asha@example.com", "Hi", "A\\nB")
    ('sms:+919876543210?body=A%20%26%20B', 'mailto:asha@example.com?subject=Hi&body=A%0D%0AB')
    """
    if channel == "whatsapp":
        return whatsapp_href(recipient, body)
    if channel == "sms":
        return f"sms:{quote(recipient, safe='+')}?body={quote(body, safe='')}"
    lines = body.replace("\n", "\r\n")
    return f"mailto:{quote(recipient, safe='@')}?subject={quote(subject, safe='')}&body={quote(lines, safe='')}"


def told(message: Any, at: str, now: datetime) -> str:
    """What is known of a message, in a sentence; `at` is its time in words."""
    state, name = state_of(message, now), CHANNELS[message.channel]
    if state == "opened":
        where = "your mail app" if message.channel == "email" else name
        return f"Opened in {where} on {at}. It is not known whether it was sent from there."
    if state == "sent":
        return f"Sent on {at}. It is not known whether it was read."
    if state == "failed":
        return (UNKNOWN if message.state == "sending" else message.error) + "."
    if state == "cancelled":
        return f"{CANCELLED}."
    if state == "sending":
        return "It is being handed to the mail server."
    if message.channel == "email":
        return "It waits in the outbox."
    return f"It waits for you to open it in {name} and send it there."
