"""Stars and comments as they are typed: by the shop for an order, by a customer for each product of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wtforms import HiddenField

from cms.errors import RuleError
from cms.feedback.rules import LONGEST_COMMENT, parse_stars
from cms.fields import Form, LongText, ProductOf, Read, Text
from cms.text import clean_text


class FeedbackForm(Form):
    """What somebody said of an order."""

    order = Text("Order number", 64, required=True, render_kw={"autocomplete": "off", "autocapitalize": "characters"})
    product = ProductOf("What is rated")
    rating = Read("Rating", parse_stars, required=True)
    comment = LongText("Comment", LONGEST_COMMENT, render_kw={"rows": 3})
    request_key = HiddenField()


@dataclass
class Rated:
    """One product on a customer's page: the texts as sent, and what is wrong with them."""

    product: Any
    rating: str = ""
    comment: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    def read(self) -> tuple[int, str] | None:
        """Stars and comment, None when it was left out or cannot be read."""
        try:
            comment = clean_text(self.comment, LONGEST_COMMENT, "comment", many_lines=True, what="comment")
            if not self.rating:
                if comment:
                    raise RuleError("Give stars too, or empty the comment", "rating")
                return None
            return parse_stars(self.rating), comment
        except RuleError as error:
            self.problems[error.field or "rating"] = error.message
            return None


class AnswerForm:
    """What a customer says of the products of an order. Only these are looked up in what was sent."""

    def __init__(self, products: Sequence[Any], posted: Mapping[str, str]):
        self.problem = ""
        self.rated = [
            Rated(product, posted.get(f"rating-{id}", ""), posted.get(f"comment-{id}", ""))
            for id, product in ((product.product_id, product) for product in products)
        ]

    def read(self) -> dict[int, tuple[int, str]]:
        """Stars and comment by product id; empty, with the problems told, when something needs another look."""
        answers = {one.product.product_id: answer for one in self.rated if (answer := one.read())}
        if any(one.problems for one in self.rated):
            self.problem = "Something needs another look below. Nothing was sent yet."
            return {}
        if not answers:
            self.problem = "Tap the stars of at least one product."
        return answers
