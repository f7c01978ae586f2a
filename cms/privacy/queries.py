"""All that the shop knows of one person, and what stands in the way of forgetting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select

from cms.db import db
from cms.models import (
    Activity,
    Complaint,
    ComplaintNote,
    CreditMove,
    CreditNote,
    Customer,
    CustomerValue,
    Feedback,
    FeedbackLink,
    Invoice,
    Merge,
    Notification,
    Order,
    OrderLine,
    Payment,
    Return,
    StatusChange,
)

OMITTED: Mapping[str, str] = {
    "customer_terms": "the same words again, cut up for search",
    "customer_years": "sums of the orders",
    "apart": "about another person too",
    "merge_moves": "numbers of rows",
    "stock_moves": "about goods",
    "files": "the invoices' PDFs, which say what the invoices say",
}
"""Tables that name a customer, an order, a complaint or an invoice and are not in the copy, and why."""


def holdings(customer_id: int) -> dict[str, Select]:
    """The rows of each table that are about one person."""
    orders = select(Order.id).where(Order.customer_id == customer_id)
    complaints = select(Complaint.id).where(Complaint.customer_id == customer_id)
    invoices = select(Invoice.id).where(Invoice.customer_id == customer_id)
    whose: list[tuple[Any, Any]] = [
        (Customer, Customer.id == customer_id),
        (Order, Order.customer_id == customer_id),
        (OrderLine, OrderLine.order_id.in_(orders)),
        (StatusChange, StatusChange.order_id.in_(orders)),
        (Payment, Payment.customer_id == customer_id),
        (CreditMove, CreditMove.customer_id == customer_id),
        (Return, Return.customer_id == customer_id),
        (Invoice, Invoice.customer_id == customer_id),
        (CreditNote, CreditNote.invoice_id.in_(invoices)),
        (Complaint, Complaint.customer_id == customer_id),
        (ComplaintNote, ComplaintNote.complaint_id.in_(complaints)),
        (Feedback, Feedback.customer_id == customer_id),
        (FeedbackLink, FeedbackLink.order_id.in_(orders)),
        (Notification, Notification.customer_id == customer_id),
        (CustomerValue, CustomerValue.customer_id == customer_id),
        (Merge, Merge.kept_id == customer_id),
        (Activity, Activity.customer_id == customer_id),
    ]
    return {
        table.__tablename__: select(*table.__table__.columns).where(mine).order_by(*table.__table__.primary_key.columns)
        for table, mine in whose
    }


def all_of(customer_id: int) -> dict[str, list[Mapping[str, Any]]]:
    """Every row about one person, by table."""
    return {
        name: [dict(row._mapping) for row in db.session.execute(query)] for name, query in holdings(customer_id).items()
    }


def in_the_way(customer_id: int) -> dict[str, int]:
    """How many of each thing (`rules.HARD` and `SOFT`) are not finished with a customer."""

    def of(table: Any, *conditions: Any) -> Any:
        return select(func.count()).select_from(table).where(table.customer_id == customer_id, *conditions)

    counts = {
        "open_orders": of(Order, Order.status.in_(("Pending", "Shipped"))),
        "open_returns": of(Return, Return.state.in_(("requested", "approved", "received"))),
        "sending": of(Notification, Notification.state == "sending"),
        "owed_orders": of(Order, func.coalesce(Order.due_paise, 0) > 0, Order.status != "Cancelled"),
        "to_confirm": of(Payment, Payment.state == "claimed"),
        "credit": select(func.count()).where(Customer.id == customer_id, Customer.credit_paise > 0),
        "complaints": of(Complaint, Complaint.state != "resolved"),
    }
    found = db.session.execute(select(*(query.scalar_subquery().label(name) for name, query in counts.items())))
    return {name: int(count) for name, count in found.one()._mapping.items()}
