"""What is typed about money that came or goes back."""

from __future__ import annotations

from collections.abc import Callable

from wtforms import BooleanField, HiddenField

from cms import fields
from cms.fields import Choice, Form, Read, Text
from cms.money import parse_money
from cms.payments.rules import METHODS

PLAIN = {"autocomplete": "off"}


class MoneyForm(Form):
    """An amount in the shop's currency."""

    amount = Read("Amount", parse_money, required=True, render_kw=PLAIN | {"inputmode": "decimal"})

    def trade_in(self, currency: str) -> None:
        """Amounts are typed in this currency."""
        self.amount.parse = lambda text: parse_money(text, currency)


class PaymentForm(MoneyForm):
    """Money that came."""

    method = Choice("Paid by")
    reference = Text("Reference", 80, render_kw=PLAIN)
    paid_on = fields.day("Day it came", render_kw={"type": "date"})
    note = Text("Note", 200, render_kw=PLAIN)
    seen = BooleanField("I have seen it in the bank account")
    sure = HiddenField()
    """The amount, in minor units, that was found to be more than due and is meant all the same."""
    request_key = HiddenField()

    waiting_paise = 0
    """What is said to be paid already."""

    def offer(self, credit_paise: int, waiting_paise: int, show_money: Callable[[int], str]) -> None:
        """The ways to pay; store credit only for who has some."""
        self.waiting_paise = waiting_paise
        ways = [(method, label) for method, label in METHODS.items() if method != "credit"]
        credit = [("credit", f"Store credit ({show_money(credit_paise)} left)")] if credit_paise > 0 else []
        self.method.choices = ways + credit


class RefundForm(MoneyForm):
    """Money that goes back."""

    method = Choice("Give back by", choices=list(METHODS.items()))
    reference = Text("Reference", 80, render_kw=PLAIN)
    note = Text("Note", 200, render_kw=PLAIN)
    request_key = HiddenField()


class ReasonForm(Form):
    """Why a payment is refused."""

    reason = Text("Why", 160, required=True, render_kw=PLAIN)
