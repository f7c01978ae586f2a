"""The settings of the shop: what the owner may, what others may not, and what follows at once."""

import re

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Activity, Product
from tests.factories import make_order, make_product, set_shop, the_shop


def shown(client, path: str = "/settings") -> dict[str, str]:
    """What the form of a page would send, by field."""
    page = client.get(path).text.partition('id="logo"')[0]
    inputs = [
        tag for tag in re.findall(r"<input [^>]*>", page) if "checked" in tag or not re.search("radio|checkbox", tag)
    ]
    fields = dict(re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', "\n".join(inputs)))
    fields |= {name: text.strip() for name, text in re.findall(r'<textarea [^>]*?name="(\w+)"[^>]*>([^<]*)<', page)}
    for name, options in re.findall(r'<select [^>]*?name="(\w+)">(.*?)</select>', page, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else re.search(r'<option value="([^"]*)"', options)[1]
    fields.pop("q", None)
    return fields


def save(client, path: str = "/settings", **changes: str):
    return client.post_form(path, shown(client, path) | changes)


def last_entry() -> Activity:
    return db.session.scalars(select(Activity).order_by(Activity.id.desc())).first()


def test_the_form_shows_the_shop_and_saves_it_unchanged(client):
    set_shop(name="Asha Stores", phone="+919876543210", zone="Asia/Calcutta", state="Telangana", low_stock=0)
    before = {name: getattr(the_shop(), name) for name in ("name", "phone", "zone", "state", "low_stock", "currency")}
    assert save(client).status_code == 303
    assert {name: getattr(the_shop(), name) for name in before} == before
    assert not db.session.scalars(select(Activity).where(Activity.verb == "settings.changed")).all()


def test_a_change_is_saved_shown_and_recorded(client):
    answer = save(client, name="Asha Stores", whatsapp="98765 43210", address="1 Lake Road\nGuntur")
    assert answer.status_code == 303
    shop = the_shop()
    assert (shop.name, shop.whatsapp, shop.version) == ("Asha Stores", "+919876543210", 2)
    assert "Asha Stores</title>" in client.get("/products").text and "wa.me/919876543210" in client.get("/").text
    entry = last_entry()
    assert (entry.verb, entry.after["name"], entry.before["name"]) == ("settings.changed", "Asha Stores", "My shop")


@pytest.mark.parametrize(
    "field, text, says",
    [
        ("name", "", "is needed"),
        ("phone", "12", "too short"),
        ("email", "asha", "@"),
        ("state", "Atlantis", "Choose one of the list"),
        ("currency", "XXX", "Choose one of the list"),
        ("zone", "Asia/Nowhere", "Choose one of the list"),
    ],
)
def test_what_cannot_be_is_told_beside_the_field_and_everything_typed_stays(client, field, text, says):
    answer = save(client, **{"name": "New name", field: text})
    assert answer.status_code == 422
    assert says in problem(answer, field)
    assert field == "name" or 'value="New name"' in answer.text
    assert the_shop().name == "My shop"


@pytest.mark.parametrize(
    "field, text, says",
    [
        ("active_days", "0", "from 1 to 3,650"),
        ("clv_months", "121", "from 1 to 120"),
        ("low_stock", "-1", "from 0 to 10,00,000"),
        ("undo_minutes", "10081", "from 0 to 10,080"),
        ("return_days", "9999", "from 0 to 3,650"),
        ("return_from", "never", "Choose one of the list"),
        ("acknowledge_hours", "0", "from 1 to 8,760"),
        ("resolve_days", "1e3", "from 1 to 3,650"),
        ("feedback_days", "366", "from 1 to 365"),
        ("session_idle_minutes", "4", "from 5 to 10,080"),
        ("session_hours", "", "is needed"),
    ],
)
def test_a_rule_out_of_bounds_is_told_beside_its_field(client, field, text, says):
    answer = save(client, "/settings/rules", **{"low_stock": "17", field: text})
    assert answer.status_code == 422 and says in problem(answer, field)
    assert field == "low_stock" or 'value="17"' in answer.text
    assert the_shop().low_stock == 5


def test_all_rules_are_saved_and_count_at_once(client):
    wanted = {
        "active_days": 30,
        "clv_months": 12,
        "low_stock": 3,
        "undo_minutes": 0,
        "return_days": 7,
        "return_from": "delivery",
        "acknowledge_hours": 24,
        "resolve_days": 14,
        "feedback_days": 60,
        "session_idle_minutes": 60,
        "session_hours": 8,
    }
    assert save(client, "/settings/rules", **{name: str(value) for name, value in wanted.items()}).status_code == 303
    assert {name: getattr(the_shop(), name) for name in wanted} == wanted
    assert shown(client, "/settings/rules")["return_from"] == "delivery"


def problem(answer, field: str) -> str:
    return re.search(rf'id="{field}-problem">.*?</p>', answer.text, re.S)[0]


def test_of_two_owners_the_second_sees_what_the_first_saved_and_may_save_again(client):
    typed = shown(client)
    save(client, name="First", phone="98765 43210")
    answer = client.post_form("/settings", typed | {"name": "Second"})
    assert answer.status_code == 422
    assert "Someone else saved: First" in answer.text and "Someone else saved: 98765 43210" in answer.text
    assert 'value="Second"' in answer.text and the_shop().name == "First"
    again = dict(re.findall(r'name="(version|seen)"[^>]*value="(\w+)"', answer.text))
    assert client.post_form("/settings", typed | {"name": "Second"} | again).status_code == 303


def test_owners_who_save_different_parts_do_not_stand_in_each_others_way(client):
    rules, payments = shown(client, "/settings/rules"), shown(client, "/settings/payments")
    assert save(client, name="First").status_code == 303
    assert client.post_form("/settings/rules", rules | {"low_stock": "9"}).status_code == 303
    assert client.post_form("/settings/payments", payments | {"upi_vpa": "asha@okaxis"}).status_code == 303
    shop = the_shop()
    assert (shop.name, shop.low_stock, shop.upi_vpa, shop.version) == ("First", 9, "asha@okaxis", 4)


def test_a_part_saves_its_own_fields_and_no_others(client):
    assert save(client, "/settings/payments", name="Stolen", low_stock="99", version="1").status_code == 303
    assert (the_shop().name, the_shop().low_stock) == ("My shop", 5)


def test_the_currency_can_be_chosen_until_the_first_order(client):
    assert save(client, currency="USD").status_code == 303
    make_order()
    page = client.get("/settings").text
    assert "Cannot change any more" in page and 'name="currency"' not in page
    answer = save(client, currency="EUR")
    assert answer.status_code == 422 and "The currency stays as it is" in answer.text
    assert save(client, name="Still saved").status_code == 303
    assert (the_shop().currency, the_shop().name) == ("USD", "Still saved")


@pytest.mark.parametrize("currency, paise", [("USD", 49_950), ("JPY", 499), ("KWD", 499_500)])
def test_prices_keep_their_figures_in_another_currency(client, currency, paise):
    product = make_product(price_paise=49_950)
    save(client, currency=currency)
    assert db.session.get(Product, product.id, populate_existing=True).price_paise == paise


def test_a_shorter_session_counts_at_once(clock, client):
    set_shop(session_idle_minutes=30)
    clock.forward(minutes=20)
    assert client.get("/settings").status_code == 200
    save(client, "/settings/rules", session_idle_minutes="5")
    clock.forward(minutes=6)
    assert client.get("/settings").location.startswith("/login")


@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_others_see_plain_facts_and_may_not_change_them(app, request, role):
    set_shop(name="Asha Stores", phone="+919876543210")
    browser = request.getfixturevalue(role)
    page = browser.get("/settings").text
    assert "98765\xa043210" in page and 'name="undo_minutes"' not in page and "/settings/users" not in page
    parts = ("taxes", "payments", "rules", "contact", "logo", "users", "users/new", "segments")
    for path in (f"/settings/{part}" for part in parts):
        assert browser.get(path).status_code == 403
    posts = ("", "/taxes", "/payments", "/rules", "/contact", "/logo", "/logo/removal", "/users", "/users/1/access")
    for path in (*posts, "/users/1/password", "/segments", "/segments/name"):
        assert browser.post_form(f"/settings{path}", {"name": "Mine"}).status_code == 403
    assert the_shop().name == "Asha Stores"
