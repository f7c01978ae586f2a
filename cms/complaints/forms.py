"""What may be typed about a complaint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import HiddenField

from cms.complaints.rules import LONGEST_TEXT, PRIORITIES, RESOLUTIONS
from cms.fields import Choice, Form, LongText, ProductOf, Text


@dataclass(frozen=True)
class Subject:
    """What a complaint is about: an order with its products, or only a customer; `recent`: orders to choose from."""

    order: Any = None
    customer: Any = None
    products: Sequence[Any] = ()
    recent: Sequence[Any] = ()

    @property
    def customer_id(self) -> int | None:
        return self.order.customer_id if self.order else self.customer.id if self.customer else None


class ComplaintForm(Form):
    """A complaint as it is typed. `offer` gives the choices that depend on its order and on who works here."""

    order = Text("Order number", 64, render_kw={"autocomplete": "off", "autocapitalize": "characters"})
    product = ProductOf("What is it about")
    text = LongText("Complaint", LONGEST_TEXT, required=True, render_kw={"rows": 5})
    priority = Choice("Priority", choices=list(PRIORITIES.items()), default="normal")
    assignee = Choice("Who looks after it")
    customer = HiddenField()
    customer_q = Text("Customer", 200)
    request_key = HiddenField()

    def offer(self, products: Iterable[Any], users: Mapping[int, str], suggest: bool) -> None:
        """Whose product, and who looks after it."""
        self.product.offer(products, suggest)
        self.assignee.choices = [("", "Nobody yet"), *((str(id), name) for id, name in users.items())]

    def complaint(self, subject: Subject) -> dict[str, Any]:
        """The values of a complaint, by column."""
        return {
            "customer_id": subject.customer_id,
            "order_id": subject.order.id if subject.order else None,
            "product_id": self.product.value,
            "text": self.text.value,
            "priority": self.priority.value or "normal",
            "assignee_id": int(self.assignee.data) if self.assignee.data else None,
        }


class ResolutionForm(Form):
    """How a complaint was resolved."""

    resolution_kind = Choice("How was it resolved", choices=[("", "Choose"), *RESOLUTIONS.items()])
    resolution = LongText("Solution", LONGEST_TEXT, required=True, render_kw={"rows": 3})


class NoteForm(Form):
    """A note; it can be added to, not changed."""

    text = LongText("Note", LONGEST_TEXT, required=True, render_kw={"rows": 2})
