from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.errors import RuleError
from cms.feedback.forms import AnswerForm
from cms.feedback.rules import STARS, Spread, link_state, parse_stars

NOON = datetime(2026, 3, 14, 6, 30)


class Product:
    def __init__(self, number):
        self.product_id, self.product_name = number, f"Lamp {number}"


@pytest.mark.parametrize("text", ["1", "2", "3", "4", "5"])
def test_one_to_five_stars_are_read(text):
    assert parse_stars(text) == int(text) and int(text) in STARS


@pytest.mark.parametrize("text", ["", "0", "6", "-1", "1.0", "٣", "five", " 5", "1e0", "\0", "9" * 40])
def test_anything_else_is_no_rating(text):
    with pytest.raises(RuleError, match="Choose 1 to 5 stars"):
        parse_stars(text)


@given(st.lists(st.integers(1, 5), max_size=60))
def test_the_spread_adds_up(given_stars):
    spread = Spread({stars: given_stars.count(stars) for stars in range(1, 6)})
    assert spread.count == len(given_stars)
    if given_stars:
        mean = sum(given_stars) / len(given_stars)
        assert abs(spread.average - mean) <= 0.005 + 1e-9
        assert 98 <= sum(spread.share(stars) for stars in range(1, 6)) <= 102
    else:
        assert spread.average is None and spread.share(5) == 0


def test_half_a_hundredth_is_rounded_up():
    assert Spread({5: 1, 4: 7}).average == 4.13  # 4.125


def test_a_link_is_open_until_it_is_used_or_its_time_is_over():
    later = NOON + timedelta(seconds=1)
    assert link_state(None, later, NOON) == "open"
    assert link_state(None, NOON, NOON) == "over"
    assert link_state(NOON, later, NOON) == link_state(NOON, NOON, later) == "used"


def test_a_customer_may_leave_products_out_but_not_all():
    products = [Product(1), Product(2)]
    assert AnswerForm(products, {"rating-2": "4", "comment-2": " Good\r\nlamp "}).read() == {2: (4, "Good\nlamp")}
    empty = AnswerForm(products, {"rating-1": "", "rating-3": "5"})
    assert empty.read() == {} and empty.problem == "Tap the stars of at least one product."


@pytest.mark.parametrize(
    "posted, name, told",
    [
        ({"rating-1": "6"}, "rating", "Choose 1 to 5 stars"),
        ({"rating-1": "good"}, "rating", "Choose 1 to 5 stars"),
        ({"comment-1": "Nice"}, "rating", "Give stars too, or empty the comment"),
        ({"rating-1": "5", "comment-1": "x" * 5000}, "comment", "Keep the comment within 4,000 characters"),
        ({"rating-1": "5", "comment-1": "nul\0"}, "comment", "invisible character"),
    ],
)
def test_what_is_wrong_is_told_beside_its_product_and_nothing_is_taken(posted, name, told):
    form = AnswerForm([Product(1), Product(2)], posted | {"rating-2": "5"})
    assert form.read() == {} and told in form.rated[0].problems[name]
    assert form.rated[1].rating == "5" and not form.rated[1].problems
