"""What happened: activity, messages to customers, imports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, Created, Versioned, code, one_of, user_id

CHANNELS = ("email", "whatsapp", "sms")
JOB_STATES = ("queued", "running", "done", "failed")
MESSAGE_STATES = ("outbox", "sending", "sent", "opened", "failed")


class Activity(db.Model):
    """Append-only: every write, who did it, and the values before and after. Customer and order are named so that
    their pages can show their story by one index."""

    __tablename__ = "activity"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[int | None] = user_id()
    by_name: Mapped[str] = mapped_column(String(120))
    verb: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(20))
    thing_id: Mapped[int | None] = mapped_column(Integer)
    thing_ref: Mapped[str] = mapped_column(String(64), default="")
    customer_id: Mapped[int | None] = mapped_column(Integer)
    order_id: Mapped[int | None] = mapped_column(Integer)
    before: Mapped[dict | None] = mapped_column(JSON)
    after: Mapped[dict | None] = mapped_column(JSON)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), unique=True)

    __table_args__ = (
        Index("ix_activity_thing", "thing", "thing_id", "id"),
        Index("ix_activity_kind", "thing", "id"),
        Index("ix_activity_by", "by_id", "id"),
        Index("ix_activity_customer", "customer_id", "id"),
        Index("ix_activity_order", "order_id", "id"),
        TABLE,
    )


class MessageTemplate(Versioned, db.Model):
    """Words with variables, for one event (`order_placed`, ...) or, without one, for the shop's own use."""

    __tablename__ = "message_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    event: Mapped[str | None] = mapped_column(code(20), unique=True)
    marketing: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]

    __table_args__ = (TABLE,)


class Notification(Created, db.Model):
    """One message to one customer: the outbox and the log in one. 'opened' = the chat was opened, not delivered."""

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    template_id: Mapped[int | None] = mapped_column(ForeignKey("message_templates.id"))
    channel: Mapped[str] = mapped_column(String(10))
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="outbox")
    batch: Mapped[str | None] = mapped_column(code(64), index=True)
    marketing: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (
        one_of("channel", CHANNELS, "channel"),
        one_of("state", MESSAGE_STATES, "state"),
        Index("ix_notifications_state", "state", "id"),
        TABLE,
    )


class Import(db.Model):
    """One run that landed: what was read and what came of it, by table.

    `spans`: the first and the last id that it gave out, by table: all rows between are its own. None before there was
    a way to take an import back.
    """

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(code(64), default="")
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    counts: Mapped[dict] = mapped_column(JSON)
    by_id: Mapped[int | None] = user_id()
    spans: Mapped[dict | None] = mapped_column(JSON)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    reverted_at: Mapped[datetime | None]

    __table_args__ = (TABLE,)


class Job(Created, db.Model):
    """Work done outside a request, by `flask worker`. A running one without a sign of life is begun anew, at once when
    its `worker` is seen to be gone."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    args: Mapped[dict] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    message: Mapped[str] = mapped_column(String(300), default="")
    tries: Mapped[int] = mapped_column(Integer, default=0)
    seen_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(String(120), default="")
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (one_of("state", JOB_STATES, "state"), Index("ix_jobs_state", "state", "id"), TABLE)
