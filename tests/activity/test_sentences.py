"""What happened, told as people say it."""

from datetime import date
from types import SimpleNamespace

import pytest

from cms.activity.rules import KINDS, PAGES, cell_of, href, passed_steps
from cms.activity.sentences import LONGEST, changes, sentence, shown
from tests.databases import app_without_data

TODAY = date(2026, 3, 14)


@pytest.mark.parametrize(
    "verb, before, after, says",
    [
        (
            "settings.changed",
            {"return_days": 10},
            {"return_days": 7},
            "Changed days to bring things back (was 10) to 7",
        ),
        (
            "settings.changed",
            {"simulate_payments": False},
            {"simulate_payments": True},
            "practise payments (was no) to yes",
        ),
        ("contact.changed", {"returns_policy": ""}, {"returns_policy": "Long"}, "Changed returns policy"),
        ("user.added", None, {"role": "staff"}, "Added as staff"),
        ("user.changed", {"disabled": False}, {"disabled": True}, "shut out (was no) to yes"),
        ("customer.edited", {"phone": "+919848022338"}, {"phone": ""}, "Changed phone (was 98480 22338) to empty"),
        ("product.edited", {"gst_rate_bp": 500}, {"gst_rate_bp": 1800}, "GST rate (was 5 %) to 18 %"),
        ("product.stock_counted", {"stock": None}, {"stock": 0}, "Stock set from not tracked to 0"),
        ("a_new.deed_done", None, None, "A new deed done"),
    ],
)
def test_an_entry_is_told_without_the_words_of_programmers(verb, before, after, says):
    told = sentence(verb, "X1", before, after, today=TODAY)
    assert says in told and "_" not in told and "paise" not in told and "True" not in told


def test_days_are_written_as_people_write_them():
    after = {"override_status": "Active", "override_until": "2026-04-01", "override_reason": "promised"}
    assert (
        sentence("customer.standing_set", "C", {}, after, today=TODAY) == "Status: Active by hand until 1 Apr: promised"
    )
    assert shown("override_until", "2027-04-01", today=TODAY) == "1 Apr 2027"
    assert shown("archived_at", "2026-03-14T20:00:00", today=TODAY, zone="Asia/Kolkata") == "15 Mar, 1:30 am"


def test_a_long_text_is_shortened_and_its_lines_joined():
    said = shown("note", "one\ntwo " + "x" * 500)
    assert said.startswith("one two x") and said.endswith("…") and len(said) == LONGEST


def test_money_is_shown_as_the_shop_shows_it():
    told = changes({"price_paise": 100}, {"price_paise": 250}, lambda paise: f"{paise} coins")
    assert told == [("Price", "100 coins", "250 coins")]
    assert changes(None, {"price_paise": 1}) == changes({"a": 1}, None) == []


def test_every_kind_of_thing_leads_somewhere_or_nowhere_but_never_astray():
    for thing in [*KINDS, "something new"]:
        address = href(thing, 3, None, None, True)
        assert address == (PAGES[thing].format(id=3) if thing in PAGES else "")
        assert href(thing, 3, 7, 1, False).startswith("/")
    assert href("notifications", 3, None, 5, True) == "/customers/5"


def test_every_page_that_an_entry_leads_to_is_there():
    adapter = app_without_data().url_map.bind("shop.example")
    for page in PAGES.values():
        assert adapter.match(page.format(id=3), method="GET")


def test_of_the_steps_of_an_order_only_the_latest_that_stands_is_the_last():
    def step(id, order_id, undone_at=None, undoes_id=None, verb="order.moved"):
        return SimpleNamespace(id=id, order_id=order_id, undone_at=undone_at, undoes_id=undoes_id, verb=verb)

    rows = [step(9, 1, undoes_id=8), step(8, 1, undone_at="now"), step(7, 1), step(6, 2), step(5, 1)]
    assert passed_steps([*rows, step(4, 2, verb="order.edited"), step(3, 2)]) == {5, 3}


def test_a_cell_is_named_only_where_one_field_of_it_changed():
    assert cell_of("customers", 7, {"phone": ""}) == ("customer-7-phone", "/customers/7/cells/phone?cancel")
    assert cell_of("customers", 7, {"segment": "Business", "gender": None})[0] == "customer-7-segment"
    assert cell_of("customers", 7, {"override_status": "", "override_until": ""})[0] == "customer-7-status"
    assert cell_of("customers", 7, {"phone": "", "email": ""}) is None
    assert cell_of("orders", 7, {"status": "Shipped"}) is None
