"""What most tests of payments begin with."""

import pytest

from cms.models import Order
from tests.factories import make_order, make_product
from tests.recount import assert_totals_right


@pytest.fixture
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


@pytest.fixture
def order(app, clock) -> Order:
    """An order of 1,000.00 by Meera Rao."""
    return make_order(None, make_product(price_paise=100_000))
