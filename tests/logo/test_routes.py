"""The logo: put up and taken down by the owner, seen by everyone."""

import io

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.models import Activity, StoredFile
from tests.factories import set_shop, the_shop
from tests.logo.test_pictures import frames, png_that_says, sent


def send(client, file: bytes, name: str = "logo.png"):
    data = {"csrf_token": client.csrf_token(), "logo": (io.BytesIO(file), name)}
    return client.post("/settings/logo", data=data, content_type="multipart/form-data")


def verbs() -> list[str]:
    return list(db.session.scalars(select(Activity.verb).where(Activity.verb.like("settings.%")).order_by(Activity.id)))


def test_a_logo_is_put_up_and_everyone_sees_it(client, stranger):
    set_shop(name="Asha Stores")
    assert send(client, sent("JPEG", (1200, 300))).status_code == 303
    address = f"/logo/{the_shop().logo_digest}.png"
    assert address in client.get("/settings").text and address in stranger.get("/login").text
    assert address in stranger.get("/contact").text and address in client.get("/contact").text
    answer = stranger.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data.startswith(b"\x89PNG") and "Set-Cookie" not in answer.headers


def test_another_logo_takes_its_place_and_the_old_address_is_gone(client, stranger):
    send(client, sent("PNG", colour="red"))
    old = the_shop().logo_digest
    send(client, sent("PNG", colour="blue"))
    assert the_shop().logo_digest != old
    assert stranger.get(f"/logo/{old}.png").status_code == 404
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 1
    assert send(client, sent("PNG", colour="blue")).status_code == 303
    assert verbs() == ["settings.logo_set", "settings.logo_set"]


def test_a_logo_is_taken_down(client, stranger):
    send(client, sent("PNG"))
    address = f"/logo/{the_shop().logo_digest}.png"
    for _ in range(2):
        assert client.post_form("/settings/logo/removal").status_code == 303
    assert the_shop().logo_digest == "" and stranger.get(address).status_code == 404
    assert verbs() == ["settings.logo_set", "settings.logo_removed"]


@pytest.mark.parametrize(
    "file, says",
    [
        (b"", "Choose a picture first"),
        (b"<svg><script>alert(1)</script></svg>", "An SVG drawing cannot be used"),
        (frames("GIF"), "A GIF cannot be used"),
        (png_that_says(50_000, 50_000), "25 million"),
        (b"PK\x03\x04 a zip", "This is no picture"),
    ],
)
def test_what_is_no_logo_is_told_beside_the_field_and_the_old_one_stays(client, file, says):
    send(client, sent("PNG"))
    before = the_shop().logo_digest
    answer = send(client, file)
    assert answer.status_code == 422 and says in answer.text and 'aria-invalid="true"' in answer.text
    assert the_shop().logo_digest == before


def test_no_file_at_all_is_told_too(client):
    answer = client.post_form("/settings/logo", {"logo": "just text"})
    assert answer.status_code == 422 and "Choose a picture first" in answer.text


def test_a_file_that_is_too_large_is_told_beside_the_field(client):
    client.csrf_token()
    body = b'--x\r\nContent-Disposition: form-data; name="logo"; filename="l.png"\r\n\r\n' + b"x" * 3_000_000
    answer = client.post("/settings/logo", data=body + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413 and "less than 2 MB" in answer.text and 'id="logo-problem"' in answer.text


def test_a_stranger_with_a_large_file_is_only_sent_to_sign_in(stranger, client):
    answer = stranger.post("/settings/logo", data=b"x" * 3_000_000, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/login")


@pytest.mark.parametrize("digest", ["x", "0" * 64, "../logo", "a" * 500, "%00"])
def test_an_address_that_is_no_logo_is_not_found(client, digest):
    assert client.get(f"/logo/{digest}.png").status_code == 404
