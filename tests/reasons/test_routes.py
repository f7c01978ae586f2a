"""The shop's reasons for a return."""

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Activity, Return, ReturnReason
from cms.returns.queries import reasons
from tests.after_sale import make_return

URL = "/settings/return-reasons"


def last_entry() -> Activity:
    return db.session.scalars(select(Activity).order_by(Activity.id.desc())).first()


def test_a_reason_is_added_at_the_end_and_can_be_chosen(client):
    assert client.post_form(URL, {"name": "Colour differs", "any_time": "y"}).status_code == 303
    assert list(reasons().items())[-1] == ("Colour differs", True)
    assert last_entry().verb == "settings.reason_added"
    make_return()
    assert "<option>Colour differs</option>" in client.get("/returns/new?order=1").text


@pytest.mark.parametrize("name", ["", "Other", " other ", "ＯＴＨＥＲ", "x" * 81, "a\0b"])
def test_a_reason_needs_a_name_of_its_own(client, name):
    answer = client.post_form(URL, {"name": name})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text and len(reasons()) == 8


@pytest.mark.parametrize("name", ["Something else", "OTHER", "Öther", "ఇతర", "a/b?c#d&<i>"])
def test_returns_keep_their_words_when_a_reason_is_renamed(client, name):
    one = make_return(reason="Other")
    answer = client.post_form(f"{URL}/name", {"reason": "Other", "to-name": name, "to-any_time": "y"})
    assert answer.status_code == 303 and list(reasons().items())[-1] == (name, True)
    assert db.session.get(Return, one.id, populate_existing=True).reason == "Other"
    assert last_entry().before["name"] == "Other"


@pytest.mark.parametrize("name, says", [("Did not like it", "already a reason"), ("", "is needed"), ("x" * 81, "80")])
def test_a_reason_is_not_renamed_to_what_cannot_be(client, name, says):
    answer = client.post_form(f"{URL}/name", {"reason": "Other", "to-name": name})
    assert answer.status_code == 422 and says in answer.text and f'value="{name}"' in answer.text
    assert "Other" in reasons()


def test_a_reason_that_is_gone_cannot_be_changed(client):
    answer = client.post_form(f"{URL}/name", {"reason": "Gone", "to-name": "New"})
    assert answer.status_code == 422 and "no longer on the list" in answer.text


def test_whether_a_reason_is_bound_by_the_last_day_is_ticked(client):
    for ticked in (True, False):
        client.post_form(
            f"{URL}/name", {"reason": "Other", "to-name": "Other", **({"to-any_time": "y"} if ticked else {})}
        )
        assert reasons()["Other"] is ticked


def test_reasons_move_up_and_down_and_stay_at_the_ends(client):
    first, second, *_ = reasons()
    for name, to in ((second, "up"), (second, "up"), ("Other", "down"), ("Gone", "up")):
        assert client.post_form(f"{URL}/place", {"reason": name, "to": to}).status_code == 303
    assert list(reasons())[:2] == [second, first] and list(reasons())[-1] == "Other"


def test_only_a_reason_that_no_return_names_can_be_removed_and_one_stays(client):
    make_return(reason="Other")
    client.post_form(f"{URL}/removal", {"reason": "Other"})
    assert "1 return names Other" in client.get(URL).text
    for name in list(reasons()):
        client.post_form(f"{URL}/removal", {"reason": name})
    assert list(reasons()) == ["Other"]
    db.session.execute(Return.__table__.delete())
    db.session.commit()
    client.post_form(f"{URL}/removal", {"reason": "Other"})
    assert [one.name for one in db.session.scalars(select(ReturnReason))] == ["Other"]


def test_only_an_owner_keeps_the_list(staff):
    assert staff.get(URL).status_code == 403
