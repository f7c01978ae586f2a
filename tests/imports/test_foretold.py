"""How it is said what would come of a file: every fault of a row, in the order of the file, in plain words."""

from __future__ import annotations

import pytest

from cms.imports import landing
from tests.factories import make_customer
from tests.imports.uploads import fresh, land, make_upload


@pytest.mark.parametrize("mode, missing", [("create", {2, 3, 5}), ("both", {2, 3, 5}), ("update", set())])
def test_a_missing_name_is_among_the_faults_of_whoever_is_not_known(client, mode, missing):
    make_customer("Ravi Stores", phone="+919848022339")
    rows = "name,email,phone,gender\n,no,,Robot\n,,12,\n,no,98480 22339,Robot\n,new@example.com,,Robot\nA,b\n"
    upload = make_upload(rows, check=True, mode=mode)
    problems = fresh(upload).report["problems"]
    lines = [line for line, _name, _why in problems]
    assert lines == sorted(lines) and {2, 3, 4, 6} <= set(lines)
    assert {line for line, name, _why in problems if name == "name"} == missing
    assert {name for line, name, _why in problems if line == 4} == {"email", "gender"}
    text = client.get(f"/imports/uploads/{upload}").text
    assert ("<b>Name</b> is needed" in text) == bool(missing) and "name is needed" not in text


def test_what_is_left_out_stands_in_the_order_of_its_lines_after_landing_too(app, monkeypatch):
    rows = "name,email\nAsha,a@example.com\nUma,a@example.com\nRavi,no\nMeera,b@example.com\nLast,b@example.com\n"
    monkeypatch.setattr(landing, "MOST_SHOWN", 2)
    upload = make_upload(rows, check=True)
    assert [line for line, *_why in fresh(upload).report["problems"]] == [3, 4]
    assert land(upload) and [line for line, *_why in fresh(upload).report["problems"]] == [3, 4]


def test_a_new_segment_is_foretold_and_then_told(app):
    upload = make_upload("name,segment\nAsha,Wholesale buyers\n", check=True)
    assert fresh(upload).report["notices"] == ["would add the segment Wholesale buyers"]
    assert land(upload) and fresh(upload).report["notices"] == ["added the segment Wholesale buyers"]


def test_the_way_to_other_columns_names_the_button(client):
    for text, button in (("name,phone\nAsha,98480 22337\n", "Check the file"), ("x,y\n1,2\n", "Show its columns")):
        page = client.get(f"/imports/uploads/{make_upload(text)}").text
        assert f"press {button} to see its columns" in page and f">{button}</button>" in page
