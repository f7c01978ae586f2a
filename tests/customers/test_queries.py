from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from cms.customers import queries
from cms.customers.actions import archive_customer
from cms.customers.filters import SORTS, CustomerFilter
from cms.customers.queries import customers_matching, customers_named
from cms.db import db
from cms.models import Customer
from tests.endpoints import made_once
from tests.factories import make_customer, make_order, make_product, write

TODAY = date(2026, 3, 14)


def found(q: str = "", **wishes: str) -> list[str]:
    page = customers_matching(CustomerFilter(q=q, **wishes), TODAY, 90, {})
    return sorted(row.name for row in page.rows)


@pytest.fixture(params=["few", "many"])
def shop(app, clock, monkeypatch, request):
    """Six customers, who are found by their terms (few) or by walking the list (many): the same either way."""
    make_customer("Meera Rao", email="meera.rao@example.com", phone="+919876543210")
    make_customer("Ravi O'Brien", phone="+447400123456")
    make_customer("Café Noir", email="bonjour@cafe-noir.in", segment="Business")
    make_customer("మీరా రావు", phone="+919812345678")
    make_customer("आशा देवी")
    make_customer("100% Cotton_Co \\ Sons", segment="Enterprise")
    if request.param == "many":
        monkeypatch.setattr(queries, "FEW", 0)


MEERA, RAVI, CAFE, TELUGU, HINDI, SIGNS = (
    "Meera Rao", "Ravi O'Brien", "Café Noir", "మీరా రావు", "आशा देवी", "100% Cotton_Co \\ Sons",
)  # fmt: skip


@pytest.mark.parametrize(
    "q, names",
    [
        ("meera", [MEERA]),
        ("MEE", [MEERA]),
        ("eera", [MEERA]),
        ("ra", [MEERA, RAVI]),
        ("ao", [MEERA]),
        ("a", [MEERA, RAVI, CAFE]),
        ("rao meera", [MEERA]),
        ("meera ravi", []),
        ("o'brien", [RAVI]),
        ("obrien", []),
        ("cafe", [CAFE]),
        ("CAFÉ", [CAFE]),
        ("మీరా", [TELUGU]),
        ("రావు", [TELUGU]),
        ("आशा", [HINDI]),
        ("देवी आशा", [HINDI]),
        ("cotton_co", [SIGNS]),
        ("cust004", [TELUGU]),
    ],
)
def test_a_customer_is_found_by_any_part_of_the_name(shop, q, names):
    assert found(q) == sorted(names)


@pytest.mark.parametrize(
    "q",
    ["9876543210", "98765 43210", "+91 98765 43210", "098765-43210", "0091 9876543210", "(98765) 43210", "43210",
     "3210",
     "876", "९८७६५४३२१०", "meera 98765 43210", "meera.rao@example.com", "MEERA.RAO@", "rao@example", "@example.com"],
)  # fmt: skip
def test_a_customer_is_found_by_phone_and_email_in_any_form(shop, q):
    assert found(q) == [MEERA]


@pytest.mark.parametrize("q", ["%", "_", "\\", "'", '"', "%%", "' OR 1=1 --", "*", "()", "\0", "\ufffd", "x' --"])
def test_signs_alone_find_nobody_rather_than_everybody(shop, q):
    assert found(q) == [] or q == "x' --"


@pytest.mark.parametrize("q", ["", "   "])
def test_no_words_narrow_nothing(shop, q):
    assert len(found(q.strip())) == 6


@pytest.mark.parametrize("q, names", [("meera", [MEERA]), ("ra", [MEERA, RAVI]), ("%", []), ("3210", [MEERA])])
def test_picking_for_an_order_finds_the_same(shop, q, names):
    assert sorted(row.name for row in customers_named(q)) == names


def test_segment_narrows_the_list_and_words_narrow_it_further(shop):
    assert found(segment="Business") == [CAFE]
    assert found("meera", segment="Business") == []


def test_an_archived_customer_is_only_among_the_archived(shop):
    with write():
        meera = db.session.scalars(select(Customer).where(Customer.name == MEERA)).one()
        archive_customer(meera, True, meera.version, None)
    assert MEERA not in found() and found("meera") == []
    assert found(archived="1") == [MEERA] and found("meera", archived="1") == [MEERA]
    assert list(customers_named("meera")) == []


def test_a_customer_becomes_inactive_as_days_pass(app, clock):
    make_order(make_customer(MEERA))
    make_customer(RAVI)
    for day, active in ((TODAY, [MEERA]), (TODAY + timedelta(90), [MEERA]), (TODAY + timedelta(91), [])):
        page = customers_matching(CustomerFilter(status="Active"), day, 90, {})
        assert [row.name for row in page.rows] == active
        other = customers_matching(CustomerFilter(status="Inactive"), day, 90, {})
        assert len(page.rows) + len(other.rows) == 2


@pytest.fixture
def many(app, clock, migrated):
    """130 customers with the same names, days and sums again and again, a third without any order."""

    def fill() -> dict:
        product = make_product()
        for number in range(130):
            clock.now = datetime(2026, 1, 1 + number % 7, 6)
            customer = make_customer(f"Asha {number % 5}")
            for _ in range(number % 3):
                make_order(customer, product)
        return {"now": clock.now}

    clock.now = made_once(migrated, fill)["now"]


KEYS = {
    "name": lambda row: (row.name, row.id),
    "newest": lambda row: (-row.id,),
    "last_order": lambda row: (-(row.last_order_on or date.min).toordinal(), -row.id),
    "orders": lambda row: (-row.order_count, -row.id),
    "spent": lambda row: (-row.gross_paise, -row.id),
}


def walk(wanted: CustomerFilter) -> tuple[list[list[int]], list[list[int]]]:
    """The ids of all pages: going on to the last one, and back again to the first."""
    page = customers_matching(wanted, TODAY, 90, {})
    there = [[row.id for row in page.rows]]
    while page.after:
        page = customers_matching(wanted, TODAY, 90, {"after": page.after})
        there.append([row.id for row in page.rows])
    back = [there[-1]]
    while page.before:
        page = customers_matching(wanted, TODAY, 90, {"before": page.before})
        back.insert(0, [row.id for row in page.rows])
    return there, back


@pytest.mark.parametrize("q, few", [("", 0), ("asha", 0), ("asha", 2000)])
def test_paging_there_and_back_shows_every_customer_once_and_in_order(many, monkeypatch, q, few):
    monkeypatch.setattr(queries, "FEW", few)
    customers = db.session.scalars(select(Customer)).all()
    for sort in SORTS:
        there, back = walk(CustomerFilter(q=q, sort=sort))
        assert [id for ids in there for id in ids] == [row.id for row in sorted(customers, key=KEYS[sort])], sort
        assert back == there, sort
