"""A line in the log for each request, and the counts for Prometheus: nobody's name in either."""

from __future__ import annotations

import json

import pytest
from prometheus_client import values
from sqlalchemy import text

from cms.db import db
from cms.metrics import _take_number, serve
from cms.watch import Watch
from tests.factories import make_customer


@pytest.fixture
def log(app, monkeypatch, tmp_path):
    """Reads back what was written of the requests, the file moved away in the middle as logrotate does it."""
    place = tmp_path / "requests.log"
    watch = Watch(str(place), believes=True)
    monkeypatch.setattr(app, "watch", watch)
    yield lambda: [json.loads(line) for line in place.read_text().splitlines()]
    watch.write.__self__.handlers[0].close()


def test_a_request_is_one_line_without_anything_that_was_typed(client, log):
    make_customer("Meera Nair", email="meera@example.in")
    client.get("/customers?q=meera")
    client.post_form("/customers", {"name": "Leela Nair", "segment": "Individual", "phone": "9876543210"})
    client.get("/nowhere/meera")
    lines = [line for line in log() if line["endpoint"] != "auth.account"]
    assert [(line["method"], line["endpoint"], line["status"]) for line in lines] == [
        ("GET", "customers.index", 200),
        ("POST", "customers.create", 303),
        ("GET", None, 404),
    ]
    assert {line["user"] for line in lines[:2]} == {client.user.id}
    assert not [word for word in ("meera", "Meera", "Leela", "98765") if word in json.dumps(lines)]
    assert set(lines[0]) == {"at", "id", "method", "endpoint", "status", "ms", "user"}


def test_an_error_page_shows_the_id_of_its_line(client, log, monkeypatch):
    monkeypatch.setattr("cms.orders.queries.orders_matching", lambda *_args: 1 / 0)
    page = client.get("/orders")
    assert log()[-1]["status"] == 500 and f"Reference {log()[-1]['id']}" in page.text


@pytest.mark.parametrize("believes", [True, False])
def test_an_id_is_taken_from_our_own_proxy_only(stranger, app, log, believes):
    app.watch.believes = believes
    stranger.get("/healthz", headers={"X-Request-ID": "0123456789ab"})
    assert (log()[-1]["id"] == "0123456789ab") is believes


@pytest.mark.parametrize("given", ["short", "x" * 65, "a b c d e f g", "<script>alert", "नमस्ते-नमस्ते"])
def test_an_id_of_another_shape_is_not_taken(stranger, log, given):
    stranger.get("/healthz", headers={"X-Request-ID": given.encode().decode("latin-1")})
    assert log()[-1]["id"] != given and len(log()[-1]["id"]) == 12


def test_a_log_that_was_moved_away_goes_on_in_a_new_file(stranger, log, tmp_path):
    stranger.get("/healthz")
    (tmp_path / "requests.log").rename(tmp_path / "requests.log.1")
    stranger.get("/login")
    assert [line["endpoint"] for line in log()] == ["auth.login"]


def test_an_error_of_the_database_is_logged_without_what_was_typed(client, monkeypatch, caplog):
    typed = {"name": "Meera Nair"}

    def refuse(*_args):
        db.session.execute(text("SELECT nothing FROM nowhere WHERE name = :name"), typed)

    monkeypatch.setattr("cms.orders.queries.orders_matching", refuse)
    client.get("/orders")
    assert "nowhere" in caplog.text and "Meera" not in caplog.text


class Socket:
    """The socket of a request, as gunicorn hands it on."""

    def __init__(self, name):
        self.name = name

    def getsockname(self):
        return self.name


def test_counts_are_told_on_their_own_port_only(app, stranger, monkeypatch, tmp_path):
    monkeypatch.setattr(app, "wsgi_app", app.wsgi_app)  # both as they were, after this test
    monkeypatch.setattr(app, "watch", Watch())
    serve(app, 9108, tmp_path)

    def get(path, came_by):
        return stranger.get(path, environ_overrides={"gunicorn.socket": Socket(came_by)})

    assert get("/login", ("127.0.0.1", 8000)).status_code == 200
    assert get("/metrics", ("127.0.0.1", 8000)).status_code == 404
    assert get("/metrics", "/run/cms/app.sock").status_code == 404
    assert get("/login", ("127.0.0.1", 9108)).status_code == 404
    told = get("/metrics", ("127.0.0.1", 9108)).text
    assert 'cms_requests_total{endpoint="auth.login",status="2xx"} 1.0' in told
    assert 'cms_requests_total{endpoint="none",status="4xx"} 2.0' in told
    assert 'cms_jobs{state="queued"} 0.0' in told and "cms_database_up 1.0" in told
    assert "cms_requests_in_flight 0.0" in told
    values.ValueClass.close_all_files()
    app.watch.counts.held.close()


def test_a_worker_goes_on_counting_where_the_one_before_it_stopped(tmp_path):
    first, second = _take_number(tmp_path), _take_number(tmp_path)
    assert (first[1], second[1]) == (0, 1)
    first[0].close()
    third = _take_number(tmp_path)
    assert third[1] == 0
    third[0].close()
    second[0].close()
