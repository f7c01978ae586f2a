"""What tests of changed orders end with."""

import pytest

from cms.checks.invariants import all_checks
from tests.recount import assert_totals_right


@pytest.fixture
def all_is_right(app, clock):
    yield
    assert_totals_right()
    assert [line for check in all_checks() for line in check.failures()] == []
