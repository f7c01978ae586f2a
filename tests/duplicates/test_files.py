"""A file of another program knows people by phones and e-mails that a merge left behind."""

from __future__ import annotations

from cms.db import db
from cms.models import Customer
from tests.duplicates.doing import make_pair, merge
from tests.factories import make_customer
from tests.imports.uploads import sent

HEAD = "name,phone,email,city\n"


def test_a_row_by_an_old_phone_or_mail_is_about_who_was_kept_and_brings_neither_back(app):
    one, two = make_pair(phone="+919848022339")
    merge(one, two)
    rows = "Asha Rao,9848022339,,Tenali\n", "Asha Rao,,ASHA@shop.example,Guntur\n"
    for row, city in zip(rows, ("Tenali", "Guntur"), strict=True):
        sent(HEAD + row, mode="both")
        db.session.rollback()
        kept = db.session.get_one(Customer, one.id)
        assert (kept.phone, kept.email, kept.city) == ("+919848022338", "", city)
    assert db.session.query(Customer).count() == 2


def test_an_old_phone_may_become_somebody_elses(app):
    one, two = make_pair(phone="+919848022339")
    merge(one, two)
    other = make_customer("Usha", email="usha@shop.example")
    sent(HEAD + "Usha,9848022339,usha@shop.example,\n", mode="both")
    db.session.rollback()
    assert db.session.get_one(Customer, other.id).phone == "+919848022339"
