"""Two customers become one with everything they have, and two again."""

from __future__ import annotations

import pytest
from sqlalchemy import UniqueConstraint, select

from cms import clock
from cms.checks.invariants import all_checks
from cms.customers.actions import edit_customer
from cms.db import db
from cms.duplicates import moving
from cms.duplicates.actions import merge_customers
from cms.duplicates.moving import HANDLED, place_of, places
from cms.errors import Conflict, RuleError
from cms.figures.sheet import figures, shop
from cms.models import Activity, Customer, CustomerTerm, CustomerYear, Invoice, Merge, Notification, Order
from tests.after_sale import make_message
from tests.duplicates.doing import apart, busy, everything, make_pair, merge, new_lamp, take_back
from tests.factories import make_customer, make_order, write
from tests.payments.doing import pay, spend
from tests.recount import assert_totals_right

TRAIL = ("activity",)


@pytest.fixture(autouse=True)
def sound(app):
    yield
    db.session.rollback()
    assert [f"{check.says}: {told}" for check in all_checks() for told in check.failures()] == []
    assert_totals_right()


def test_every_table_that_names_a_customer_is_moved_or_handled():
    customers = Customer.__table__
    naming = {
        place_of(column)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.name == "customer_id" or any(key.column.table is customers for key in column.foreign_keys)
    }
    handled = {name for name in naming if name.partition(".")[0] in {table.name for table in HANDLED}}
    moved = {place_of(column) for column in places()}
    assert naming == moved | handled
    for column in places():
        assert moving.row_key(column.table).type.python_type is int
        unique = [key for key in column.table.constraints if isinstance(key, UniqueConstraint)]
        unique += [index for index in column.table.indexes if index.unique]
        assert not [key for key in unique if column.name in key.columns], "two rows of one kind would meet"


def test_the_kept_one_has_what_both_had():
    lamp, (one, two) = new_lamp(), make_pair()
    for customer in (one, two):
        busy(customer, lamp)
    before = figures_now()
    merge(one, two, email=two)
    kept = db.session.get_one(Customer, one.id)
    assert db.session.get(Customer, two.id) is None
    assert (kept.name, kept.phone, kept.email, kept.order_count) == (
        "Asha Rao",
        "+919848022338",
        "asha@shop.example",
        2,
    )
    assert kept.credit_paise == 20_000
    for column in places():
        assert not db.session.execute(select(column).where(column == two.id)).first(), place_of(column)
    after = figures_now()
    assert after["customers.total"] == before["customers.total"] - 1
    about_sales = {name for name in before if "customers" not in name and not name.startswith(("rfm", "clv"))}
    assert {name for name in about_sales if after[name] != before[name]} == set()


def figures_now() -> dict:
    db.session.rollback()
    found = figures(clock.today(shop().zone), shop())
    return flat(found)


def flat(found, path: str = "") -> dict:
    if isinstance(found, dict):
        return {key: value for name, part in found.items() for key, value in flat(part, f"{path}{name}.").items()}
    return {path.removesuffix("."): found}


def test_undone_every_row_is_as_it_was():
    lamp, (one, two) = new_lamp(), make_pair()
    for customer in (one, two):
        busy(customer, lamp)
    apart(two, make_customer("Usha"))
    before, trail = everything(*TRAIL), everything()["activity"]
    entry = merge(one, two, name=two, segment=two, ref=two)
    assert everything(*TRAIL) != before
    take_back(entry)
    after = everything(*TRAIL)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert set(trail) <= set(everything()["activity"])


def test_the_older_number_leads_to_who_was_kept(client):
    one, two = make_pair()
    merge(one, two, ref=two)
    assert db.session.get_one(Customer, one.id).ref == two.ref
    assert db.session.get_one(Merge, two.id).old_ref == one.ref
    answer = client.get(f"/customers/{two.id}")
    assert (answer.status_code, answer.location) == (302, f"/customers/{one.id}")
    assert "was merged into Asha Rao" in client.get(f"/customers/{two.id}/edit").text


def test_the_last_id_is_never_given_again():
    one, two = make_customer("Asha"), make_customer("Aasha")
    merge(one, two)
    kept = db.session.scalars(select(Customer)).one()
    assert (kept.id, kept.name) == (two.id, "Asha")
    assert make_customer().id not in (one.id, two.id)


def test_issued_invoices_keep_the_name_they_were_issued_with():
    lamp, (one, two) = new_lamp(), make_pair()
    busy(two, lamp)
    before = db.session.scalars(select(Invoice.content)).all()
    merge(one, two)
    db.session.rollback()
    assert db.session.scalars(select(Invoice.content)).all() == before
    assert db.session.scalars(select(Invoice.customer_id)).all() == [one.id]


def test_phone_and_mail_that_do_not_stay_are_in_the_note():
    one, two = make_pair(phone="+919848022339")
    merge(one, two)
    note = db.session.get_one(Customer, one.id).note
    assert note.splitlines() == ["Likes blue", "Other phone: 98480 22339", "Other e-mail: asha@shop.example"]


def test_found_by_the_words_of_the_kept_one_only():
    one, two = make_pair()
    merge(one, two)
    owners = set(db.session.scalars(select(CustomerTerm.customer_id)))
    assert two.id not in owners
    assert not db.session.scalars(select(CustomerTerm.term).where(CustomerTerm.term == "aasha")).all()


def test_a_segment_that_changes_takes_its_days_along():
    lamp, (one, two) = new_lamp(), make_pair(segment="Business")
    make_order(one, lamp), make_order(two, lamp)
    take_back(merge(one, two, segment=two))
    merge(two, one, segment=one)


def test_what_came_since_stays_but_what_hangs_on_an_order_goes_with_it():
    lamp, (one, two) = new_lamp(), make_pair()
    theirs = make_order(two, lamp)
    entry = merge(one, two)
    mine = make_order(db.session.get_one(Customer, one.id), lamp)
    pay(theirs, 500), pay(mine, 700)
    take_back(entry)
    owners = dict(db.session.execute(select(Order.id, Order.customer_id)).all())
    assert owners == {theirs.id: two.id, mine.id: one.id}
    assert db.session.scalars(select(CustomerYear.customer_id).distinct()).all() == [one.id, two.id]


def test_a_merge_that_was_built_on_is_not_undone():
    one, two = make_pair()
    entry = merge(one, two)
    with write():
        row = db.session.get_one(Customer, one.id)
        edit_customer(row, {"phone": ""}, row.version, None)
    with pytest.raises(RuleError, match="was changed since"):
        take_back(entry)


def test_a_phone_that_another_has_by_now_is_told():
    one, two = make_pair()
    entry = merge(one, two)
    make_customer("Usha", email="asha@shop.example")
    with pytest.raises(RuleError, match="has the phone or e-mail of Aasha Rao"):
        take_back(entry)


def test_credit_that_was_spent_since_holds_the_merge():
    lamp, (one, two) = new_lamp(), make_pair()
    busy(two, lamp)
    entry = merge(one, two)
    spend(make_order(db.session.get_one(Customer, one.id), lamp), 10_000)
    with pytest.raises(RuleError, match="Store credit"):
        take_back(entry)


def test_merges_are_undone_from_the_last_one():
    first, second, third = make_customer("Asha"), make_customer("Aasha"), make_customer("Ashaa")
    make_customer("Usha"), make_order(second, new_lamp())
    before = everything(*TRAIL)
    early, late = merge(first, second), None
    late = merge(first, third)
    with pytest.raises(RuleError, match=f"{third.ref} was merged into {first.ref} after this"):
        take_back(early)
    take_back(late), take_back(early)
    assert everything(*TRAIL) == before
    with pytest.raises(RuleError, match="no longer stands"):
        take_back(early)


def test_a_chain_leads_to_the_last_one(client):
    first, second, third = make_customer("Asha"), make_customer("Aasha"), make_customer("Ashaa")
    make_customer("Usha"), make_order(third, new_lamp())
    inner = merge(second, third)
    outer = merge(first, second)
    assert client.get(f"/customers/{third.id}").location == f"/customers/{first.id}"
    with pytest.raises(RuleError):
        take_back(inner)
    take_back(outer)
    assert client.get(f"/customers/{third.id}").location == f"/customers/{second.id}"
    take_back(inner)


def test_an_edit_in_between_is_told():
    one, two = make_pair()
    with write(), pytest.raises(Conflict):
        merge_customers(one.id, two.id, {}, {one.id: one.version, two.id: two.version + 1}, None)


def test_the_trail_tells_of_it(client):
    one, two = make_pair()
    entry = merge(one, two)
    assert f"Merged with {two.ref}" in client.get(f"/customers/{one.id}").text
    answer = client.post_form(f"/activity/{entry}/undo", {"back": "/customers"})
    assert answer.status_code == 303
    assert db.session.get_one(Customer, two.id).name == "Aasha Rao"
    assert db.session.scalar(select(Activity.customer_id).where(Activity.thing_id == two.id)) == two.id


def test_an_offer_that_waits_is_not_sent_to_who_did_not_agree_after_all():
    one, two = make_pair()
    offer = make_message(db.session.get_one(Customer, two.id), "email")
    with write():
        db.session.get_one(Notification, offer.id).marketing = True
        db.session.get_one(Customer, two.id).marketing_at = clock.now()
    merge(one, two)
    assert db.session.get_one(Notification, offer.id).state == "failed"
