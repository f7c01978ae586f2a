"""What may stand on the contact page."""

from types import SimpleNamespace

import pytest

from cms.contact import rules
from cms.errors import RuleError


@pytest.mark.parametrize(
    "link",
    [
        "https://maps.app.goo.gl/abc123",
        "https://www.google.com/maps/place/X/@16.3,80.4,17z",
        "HTTPS://osm.org/go/xyz?m=",
        "https://maps.example:8443/x",
    ],
)
def test_a_link_to_a_map_is_kept_as_it_is(link):
    assert rules.parse_map_link(f" {link} ") == link


@pytest.mark.parametrize(
    "link",
    [
        "http://maps.example.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "//maps.example.com",
        "maps.example.com",
        "https://",
        "https://localhost",
        "https://user@maps.example.com",
        "https://good.example@evil.example/",
        "https://maps.example.com/a b",
        'https://maps.example.com/"onclick=',
        "https://maps.example.com/<script>",
        "https://maps.example.com:99999/",
        "https://[::1",
        "https://maps.example.com/\u202e",
        "https://maps.example.com/" + "x" * 500,
    ],
)
def test_any_other_link_is_refused(link):
    with pytest.raises(RuleError):
        rules.parse_map_link(link)


def test_numbers_and_addresses_stand_one_on_each_line():
    assert rules.parse_phones("98480 22338\n\n +91 98480-22338\n0863 222 3333") == "+919848022338\n+918632223333"
    assert rules.parse_emails("a@example.com\r\nb@example.com") == "a@example.com\nb@example.com"
    with pytest.raises(RuleError, match="Line 2: This phone number is too short"):
        rules.parse_phones("98480 22338\n123")
    with pytest.raises(RuleError, match="10 at most"):
        rules.parse_phones("\n".join(f"984802{n:04d}" for n in range(11)))


def test_an_officer_who_can_be_reached_has_a_name():
    rules.check_officer("", "", "", "")
    rules.check_officer("Asha", "", "", "")
    with pytest.raises(RuleError) as refused:
        rules.check_officer("", "", "+919848022338", "")
    assert refused.value.field == "grievance_name"


def test_what_the_law_wants_is_missing_until_it_is_there():
    names = ("phones", "emails", *(f"grievance_{part}" for part in ("name", "designation", "phone", "email")))
    page = SimpleNamespace(**dict.fromkeys((*names, *(name for name, _title in rules.POLICIES)), ""))
    shop = SimpleNamespace(address="", phone="", email="")
    assert len(rules.missing(shop, page)) == 4
    shop.address, shop.email = "1 Lake Road", "a@example.com"
    page.grievance_name, page.grievance_designation, page.grievance_phone = "Asha", "Owner", "+919848022338"
    page.returns_policy = page.delivery_policy = "Yes"
    assert rules.missing(shop, page) == ["your terms for payment, privacy"]
    page.grievance_designation = ""
    assert "the grievance officer's designation" in rules.missing(shop, page)
    page.grievance_designation = "Owner"
    page.payment_policy = page.privacy_policy = "Yes"
    assert not rules.missing(shop, page)
