from datetime import date

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Payment
from cms.payments import queries
from cms.payments.filters import PaymentFilter, spans
from tests.factories import make_customer, make_order, make_product
from tests.payments.doing import UTR, back, pay

TODAY = date(2026, 3, 14)


@pytest.fixture
def some(app, clock):
    """Two customers, two days: PAY001 cash, PAY002 UPI claimed, PAY003 UPI, PAY004 cash given back."""
    meera, ravi = make_customer("Meera Rao", phone="+919848022338"), make_customer("Ravi Kumar")
    product = make_product(price_paise=100_000)
    first, second = make_order(meera, product), make_order(ravi, product)
    pay(first, 30_000)
    pay(first, 20_000, "upi", UTR)
    clock.forward(days=1)
    pay(second, 40_000, "upi", seen=True)
    back(second, 10_000)
    return first, second


def found(**wanted) -> list[str]:
    return [row.ref for row in queries.payments_matching(PaymentFilter.from_args(wanted), {}).rows]


@pytest.mark.parametrize(
    "wanted, refs",
    [
        ({}, [4, 3, 2, 1]),
        ({"state": "claimed"}, [2]),
        ({"state": "confirmed"}, [4, 3, 1]),
        ({"state": "refused"}, []),
        ({"method": "upi"}, [3, 2]),
        ({"method": "upi", "state": "confirmed"}, [3]),
        ({"method": "cash", "state": "claimed"}, []),
        ({"kind": "refund"}, [4]),
        ({"until": "2026-03-14"}, [2, 1]),
        ({"since": "2026-03-15"}, [4, 3]),
        ({"since": "2026-03-14", "until": "2026-03-15", "kind": "payment"}, [3, 2, 1]),
        ({"since": "2026-03-16", "until": "2026-03-14"}, []),
        ({"q": "4123 4567 8901"}, [2]),
        ({"q": "pay003"}, [3]),
        ({"q": "ORD002"}, [4, 3]),
        ({"q": "ravi"}, [4, 3]),
        ({"q": "98480 22338"}, [2, 1]),
        ({"q": "919848022338"}, [2, 1]),
        ({"q": "nobody"}, []),
        ({"q": "ravi", "method": "cash"}, [4]),
        ({"state": "gone", "method": "x", "kind": "y", "since": "z"}, [4, 3, 2, 1]),
    ],
)
def test_the_list_shows_what_is_asked_for(some, wanted, refs):
    assert found(**wanted) == [f"PAY{number:03d}" for number in refs]


def test_what_waits_longest_is_confirmed_first(some, clock):
    clock.forward(days=1)
    pay(some[1], 500, "bank")
    assert found(state="claimed") == ["PAY002", "PAY005"]


def test_pages_follow_one_another_without_gap_or_twin(some, clock):
    for _ in range(120):
        pay(some[0], 100)
    seen, cursor = [], {}
    while True:
        page = queries.payments_matching(PaymentFilter(), cursor)
        seen += [row.id for row in page.rows]
        if not page.after:
            break
        cursor = {"after": page.after}
    assert seen == list(db.session.scalars(select(Payment.id).order_by(Payment.paid_at.desc(), Payment.id.desc())))


def test_totals_by_method_are_of_the_days_shown(some):
    def told(first, last):
        return [(row.method, row.payments, row.received_paise, row.refunded_paise)
                for row in queries.totals_by_method(first, last)]  # fmt: skip

    assert told(TODAY, TODAY) == [("cash", 1, 30_000, 0)]
    assert told(None, None) == [("cash", 1, 30_000, 10_000), ("upi", 1, 40_000, 0)]
    assert told(date(2026, 3, 15), None) == [("cash", 0, 0, 10_000), ("upi", 1, 40_000, 0)]
    assert told(None, date(2026, 3, 13)) == []


def test_the_totals_shown_are_todays_unless_days_are_chosen(client, some):
    page = client.get("/payments").text  # the client's clock stands on the second day
    assert 'data-figure="payments.received">₹400.00<' in page and "₹100.00 given back" in page
    page = client.get("/payments?since=2026-03-14&until=2026-03-15").text
    assert 'data-figure="payments.received">₹700.00<' in page
    assert spans(TODAY)["This month"] == {"since": "2026-03-01", "until": "2026-03-14"}
