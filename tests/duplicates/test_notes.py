"""What is typed of two customers is kept whole when they become one, or they stay two."""

from __future__ import annotations

import pytest

from cms.db import db
from cms.errors import RuleError
from cms.models import Customer
from tests.duplicates.doing import make_pair, merge
from tests.factories import make_customer


def test_nothing_of_two_long_notes_is_cut_off_and_the_kept_one_can_be_edited(client):
    one, two = make_pair(phone="+919848022339", note="y" * 1500)
    three = make_customer("Ashaa Rao", note="z" * 2500)
    merge(one, two)
    with pytest.raises(RuleError, match="Both notes together are longer than 4,000 characters"):
        merge(one, three)
    db.session.rollback()
    note = db.session.get_one(Customer, one.id).note
    assert note.splitlines() == ["y" * 1500, "Other phone: 98480 22339", "Other e-mail: asha@shop.example"]
    row = db.session.get_one(Customer, one.id)
    typed = {"name": row.name, "phone": row.phone, "segment": row.segment, "city": "Ongole", "note": row.note}
    answer = client.post_form(f"/customers/{row.id}", typed | {"version": row.version})
    assert answer.status_code == 303, answer.text
    db.session.rollback()
    kept = db.session.get_one(Customer, one.id)
    assert (kept.city, kept.note.splitlines()) == ("Ongole", note.splitlines())
