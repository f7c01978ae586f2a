"""What follows the demo's deliveries: returns, feedback, complaints."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from cms.dates import business_date
from cms.demo.orders import Orders, Placed
from cms.imports.batches import Batch
from cms.imports.returns import NOT_NAMED
from cms.imports.rules import ACKNOWLEDGE_WITHIN, RESOLVE_WITHIN
from cms.models import Complaint, ComplaintNote, Feedback, Return
from cms.returns.rules import refund_share

REASONS = (
    ("Damaged or defective", 26),
    ("Size does not fit", 22),
    ("Not as described", 18),
    ("Did not like it", 12),
    ("Ordered by mistake", 8),
    ("Arrived too late", 6),
    ("Wrong item sent", 5),
    ("Other", 3),
)
PRAISE = (
    "Very good quality",
    "Fast delivery, thank you",
    "बहुत अच्छा",
    "Nice packing",
    "Value for money",
    "நல்ல தரம்",
    "చాలా బాగుంది",
    "",
    "",
)
BLAME = ("Packing was torn", "Came late", "Colour is different from the picture", "Quality could be better", "")
STARS = (5,) * 48 + (4,) * 28 + (3,) * 12 + (2,) * 6 + (1,) * 6
COMPLAINTS = (
    "The parcel came two days late and nobody called.",
    "One item of the order was missing.",
    "The charger gets very hot.",
    "I was charged a wrong amount.",
    "The saree has a small tear near the border.",
    "The lid does not close properly.",
    "Delivery boy was rude.",
    "बिल में नाम गलत छपा है",
    "Refund has not come yet.",
)
SETTLED = (
    ("refund", "Paid back by UPI the same day."),
    ("replacement", "Sent a new one by courier, no charge."),
    ("return", "Picked up from the customer's home."),
    ("coupon", "10 % off the next order, told on the phone."),
    ("other", "Explained on the phone; the customer was satisfied."),
)
NOTED = {
    "waiting": "Asked for a photo of the item on WhatsApp.",
    "reopened": "Resolved before: Replaced. The new one has the same fault, the customer says.",
}


LATELY = 10
"""Of the deliveries of the last days more comes back: there shall be something to decide on."""


class Care:
    """Decides what follows an order and keeps the rows until `write`."""

    def __init__(self, rng: Random, orders: Orders, now: datetime, zone: str):
        self.rng, self.orders, self.now, self.zone = rng, orders, now, zone
        self.returns, self.feedback, self.complaints = Batch(Return), Batch(Feedback), Batch(Complaint)
        self.notes = Batch(ComplaintNote)
        self.returned = self.complained = 0
        self.reasons = [reason for reason, _ in REASONS], [often for _, often in REASONS]

    def follow(self, placed: Placed) -> None:
        """What came of a delivered order."""
        if placed.row["status"] != "Delivered":
            return
        chance = self.rng.random()
        if chance < (0.3 if (self.now - placed.row["delivered_at"]).days < LATELY else 0.04):
            self._return(placed)
        elif chance < 0.06:
            self._complain(placed)
        if self.rng.random() < 0.15:
            self._rate(placed, chance < 0.06)

    def write(self) -> None:
        for batch in (self.returns, self.feedback, self.complaints, self.notes):
            batch.write()

    def _later(self, placed: Placed, days: float) -> datetime | None:
        """Some time within these days after the delivery, None if that is yet to come."""
        at = placed.row["delivered_at"] + timedelta(seconds=int(7200 + self.rng.random() * days * 86_400))
        return at if at <= self.now else None

    def _base(self, placed: Placed, at: datetime, batch: Batch) -> dict[str, Any]:
        row = placed.row
        return {
            "id": batch.new_id(),
            "order_id": row["id"],
            "customer_id": row["customer_id"],
            "created_at": at,
            "request_key": None,
        }

    def _return(self, placed: Placed) -> None:
        at = self._later(placed, 7)
        if at is None:
            return
        line = self.rng.choice(placed.lines)
        units = line["quantity"] if self.rng.random() < 0.7 else self.rng.randint(1, line["quantity"])
        refund, day = refund_share(line["total_paise"], line["quantity"], 0, units), business_date(at, self.zone)
        refunded = (self.now - at).days >= LATELY or self.rng.random() < 0.2
        self.returned += 1
        self.returns.add(
            self._base(placed, at, self.returns)
            | NOT_NAMED
            | {
                "ref": f"RET{self.returned:03d}",
                "order_line_id": line["id"],
                "product_id": line["product_id"],
                "quantity": units,
                "refund_paise": refund,
                "state": "refunded" if refunded else self.rng.choice(("requested", "approved", "received")),
                "reason": self.rng.choices(*self.reasons)[0],
                "refund_mode": placed.method if placed.method in ("upi", "cash") else "other",
                "credit_note_ref": "",
                "returned_at": at,
                "returned_on": day,
                "refunded_on": day if refunded else None,
            }
        )
        line["returned_quantity"] = placed.row["returned_units"] = units
        if refunded:
            line["returned_paise"] = placed.row["returned_paise"] = refund
            back = min(refund, placed.row["paid_paise"])
            if back:
                self.orders.pay(placed, -back, at)

    def _rate(self, placed: Placed, unhappy: bool) -> None:
        at = self._later(placed, 10)
        if at is None:
            return
        stars = self.rng.choice((1, 2, 3)) if unhappy else STARS[int(self.rng.random() * len(STARS))]
        about = self.rng.choice(placed.lines) if self.rng.random() < 0.5 else None
        self.feedback.add(
            self._base(placed, at, self.feedback)
            | {
                "product_id": about["product_id"] if about else None,
                "product_name": about["product_name"] if about else "",
                "rating": stars,
                "comment": self.rng.choice(PRAISE if stars > 3 else BLAME),
                "at": at,
                "given_on": business_date(at, self.zone),
            }
        )

    def _complain(self, placed: Placed) -> None:
        at = self._later(placed, 5)
        if at is None:
            return
        seen = at + timedelta(seconds=int(self.rng.random() * (40 if self.rng.random() < 0.94 else 90) * 3600))
        solved = seen + timedelta(seconds=int(self.rng.random() * (18 if self.rng.random() < 0.9 else 45) * 86_400))
        state = self._how_far(seen, solved)
        about, told = self.rng.choice(placed.lines), self.rng.choice(SETTLED) if state == "resolved" else ("", "")
        self.complained += 1
        row = self._base(placed, at, self.complaints) | {
            "ref": f"CMP{self.complained:03d}",
            "product_id": about["product_id"],
            "product_name": about["product_name"],
            "text": self.rng.choice(COMPLAINTS),
            "priority": self.rng.choices(("low", "normal", "high"), (20, 65, 15))[0],
            "state": state,
            "assignee_id": None,
            "opened_at": at,
            "opened_on": business_date(at, self.zone),
            "acknowledge_by": at + ACKNOWLEDGE_WITHIN,
            "resolve_by": at + RESOLVE_WITHIN,
            "acknowledged_at": seen if state != "open" else None,
            "resolved_at": solved if state == "resolved" else None,
            "resolution_kind": told[0],
            "resolution": told[1],
            "version": 1,
        }
        self.complaints.add(row)
        if words := NOTED.get(state):
            note = {"id": self.notes.new_id(), "complaint_id": row["id"], "text": words, "by_id": None}
            self.notes.add(note | {"at": solved if state == "reopened" else seen})

    def _how_far(self, seen: datetime, solved: datetime) -> str:
        """The state of a complaint that is acknowledged and solved at these times, as of now."""
        if seen > self.now:
            return "open"
        if solved > self.now:
            return "waiting" if self.rng.random() < 0.4 else "acknowledged"
        lately = self.now - solved < timedelta(days=12)
        return "reopened" if lately and self.rng.random() < 0.15 else "resolved"
