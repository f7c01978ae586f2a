"""The lists whose views can be saved, by room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cms.activity.filters import ActivityFilter
from cms.complaints.filters import ComplaintFilter
from cms.customers.filters import CustomerFilter
from cms.feedback.filters import FeedbackFilter
from cms.invoices.filters import InvoiceFilter
from cms.notifications.filters import MessageFilter
from cms.orders.filters import OrderFilter
from cms.payments.filters import PaymentFilter
from cms.products.filters import ProductFilter
from cms.returns.filters import ReturnFilter
from cms.tracking.filters import TrackingFilter

FILTERS: Mapping[str, Any] = {
    "customers": CustomerFilter,
    "orders": OrderFilter,
    "products": ProductFilter,
    "tracking": TrackingFilter,
    "payments": PaymentFilter,
    "invoices": InvoiceFilter,
    "returns": ReturnFilter,
    "complaints": ComplaintFilter,
    "feedback": FeedbackFilter,
    "notifications": MessageFilter,
    "activity": ActivityFilter,
}
"""What each list is narrowed by."""

LABELS: Mapping[str, str] = {"notifications": "messages"}


def label(room: str) -> str:
    """The list as a sentence calls it."""
    return LABELS.get(room, room)
