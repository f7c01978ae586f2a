from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cms.customers.actions import archive_customer, clear_standing, edit_customer, set_standing
from cms.customers.queries import customer_or_404
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.models import Activity, Customer, CustomerTerm, DayTotal
from tests.factories import make_customer, make_order, make_user, write
from tests.recount import assert_totals_right

TODAY = date(2026, 3, 14)


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def edit(customer: Customer, version: int | None = None, **values) -> None:
    with write():
        edit_customer(customer_or_404(customer.id), values, version or customer.version, None)


def hand(customer: Customer, status: str, reason: str = "moved away", until: date | None = None) -> None:
    with write():
        found = customer_or_404(customer.id)
        set_standing(found, status, reason, until, found.version, TODAY, None)


def last_entry() -> Activity:
    return db.session.scalars(select(Activity).order_by(Activity.id.desc()).limit(1)).one()


def test_customers_are_numbered_and_counted_on_the_day_of_the_shop(app, clock):
    clock.now += timedelta(hours=13)  # half past midnight in India
    assert [make_customer().ref, make_customer().ref] == ["CUST001", "CUST002"]
    assert db.session.get_one(DayTotal, date(2026, 3, 15)).customers == 2


def test_a_number_that_an_import_brought_is_not_given_again(app):
    imported = make_customer()
    with write():
        db.session.get_one(Customer, imported.id).ref = "CUST002"
    assert make_customer().ref == "CUST003"


@pytest.mark.parametrize("email", ["meera@example.com", "MEERA@Example.com"])
def test_an_email_is_one_customers_whatever_its_case(app, email):
    make_customer("Meera Rao", email="Meera@example.com")
    with pytest.raises(RuleError, match=r"Meera Rao \(CUST001\) already has this e-mail") as refused:
        make_customer("Other", email=email)
    assert refused.value.field == "email"


def test_a_phone_is_one_customers(app):
    make_customer("Meera Rao", phone="+919876543210")
    with pytest.raises(RuleError, match=r"Meera Rao \(CUST001\) already has the phone 98765 43210"):
        make_customer("Other", phone="+919876543210")


def test_a_refused_customer_leaves_nothing_behind(app):
    make_customer(phone="+919876543210")
    with pytest.raises(RuleError):
        make_customer(phone="+919876543210")
    assert [row.ref for row in db.session.scalars(select(Customer))] == ["CUST001"]
    assert make_customer().ref == "CUST002"


def test_many_customers_may_have_neither_email_nor_phone(app):
    assert make_customer().id != make_customer().id


def test_the_same_form_sent_again_gives_the_customer_it_made(app):
    first, second = (make_customer(phone="+919876543210", request_key="key") for _ in range(2))
    assert first.id == second.id


def test_a_segment_that_the_shop_does_not_have_is_refused(app):
    with pytest.raises(RuleError, match="Choose one of the list"):
        make_customer(segment="Martians")


@pytest.mark.parametrize("segment, kept", [("Individual", "Female"), ("Business", None)])
def test_only_an_individual_keeps_a_gender(app, segment, kept):
    assert make_customer(segment=segment, gender="Female").gender == kept


def test_a_gender_that_goes_with_the_segment_is_on_record(app):
    customer = make_customer(gender="Female")
    edit(customer, segment="Business")
    assert last_entry().before == {"segment": "Individual", "gender": "Female"}


def test_an_edit_counts_the_version_up_and_records_only_what_changed(app):
    user = make_user()
    customer = make_customer(city="Guntur")
    with write():
        edit_customer(customer_or_404(customer.id), {"city": "Nellore", "note": ""}, customer.version, user)
    assert customer_or_404(customer.id).version == customer.version + 1
    entry = last_entry()
    assert (entry.verb, entry.before, entry.after) == ("customer.edited", {"city": "Guntur"}, {"city": "Nellore"})
    assert (entry.by_name, entry.customer_id) == (user.name, customer.id)


def test_an_edit_of_an_older_version_is_told_what_was_saved_meanwhile(app):
    customer = make_customer(city="Guntur")
    edit(customer, city="Nellore")
    with pytest.raises(Conflict) as told:
        edit(customer, version=customer.version, city="Ongole")
    assert told.value.current == {"city": "Nellore"}
    assert customer_or_404(customer.id).city == "Nellore"


def test_an_edit_to_a_phone_that_another_has_is_refused_and_changes_nothing(app):
    make_customer("Asha", phone="+919876543210")
    customer = make_customer(phone="+919812345678")
    with pytest.raises(RuleError, match="Asha"):
        edit(customer, phone="+919876543210", city="Nellore")
    kept = customer_or_404(customer.id)
    assert (kept.phone, kept.city, kept.version) == ("+919812345678", "", customer.version)


def test_a_phone_that_was_given_up_is_free_again(app):
    customer = make_customer(phone="+919876543210")
    edit(customer, phone="")
    assert make_customer(phone="+919876543210").id


def test_after_an_edit_a_customer_is_found_by_the_new_words_only(app):
    customer = make_customer("Meera Rao", phone="+919876543210")
    edit(customer, name="Sita Devi", phone="+919812345678")
    terms = set(db.session.scalars(select(CustomerTerm.term).where(CustomerTerm.customer_id == customer.id)))
    assert {"sita", "devi", "5678", "cust001"} <= terms
    assert not {"meera", "rao", "3210"} & terms


def test_a_standing_set_by_hand_is_kept_with_its_reason_and_can_be_taken_away(app):
    customer = make_customer()
    hand(customer, "Active", "promised to order", TODAY + timedelta(7))
    found = customer_or_404(customer.id)
    assert (found.override_status, found.override_reason) == ("Active", "promised to order")
    with write():
        clear_standing(customer_or_404(customer.id), found.version, None)
    assert customer_or_404(customer.id).override_status is None


@pytest.mark.parametrize("status, after", [("Inactive", None), ("Active", "Active")])
def test_a_new_order_ends_an_inactive_set_by_hand_but_not_an_active(app, status, after):
    customer, user = make_customer(), make_user()
    hand(customer, status)
    make_order(customer, by=user)
    assert customer_or_404(customer.id).override_status == after


def test_whoever_placed_the_order_that_ended_it_stands_in_the_story(app):
    customer, user = make_customer(), make_user()
    hand(customer, "Inactive")
    make_order(customer, by=user)
    ended = db.session.scalars(select(Activity).where(Activity.verb == "customer.standing_set")).all()[-1]
    assert ended.by_name == user.name


def test_an_archived_customer_can_be_restored(app):
    customer = make_customer()
    for archived in (True, False):
        with write():
            found = customer_or_404(customer.id)
            archive_customer(found, archived, found.version, None)
        assert (customer_or_404(customer.id).archived_at is not None) == archived


def test_an_archived_customer_cannot_order(app):
    customer = make_customer("Meera Rao")
    with write():
        archive_customer(customer_or_404(customer.id), True, customer.version, None)
    with pytest.raises(RuleError, match="Meera Rao is archived"):
        make_order(customer)
