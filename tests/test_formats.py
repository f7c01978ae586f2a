import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.errors import RuleError
from cms.formats import (
    STATES,
    email_key,
    parse_email,
    parse_gstin,
    parse_phone,
    parse_pincode,
    phone_digits,
    show_phone,
    state_of_gstin,
    whatsapp_href,
)


def rows(name):
    with (Path(__file__).parent / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PHONES, GSTINS, MAILS = rows("phones.csv"), rows("gstins.csv"), rows("isemail.csv")
MOST_ODD_TEXT = st.text(st.characters(), max_size=60) | st.text("+91 98765-()/,.@aE०९\u200e\n;x=", max_size=40)


@pytest.mark.parametrize("row", [row for row in PHONES if row["valid"] == "yes"], ids=lambda row: ascii(row["input"]))
def test_a_phone_number_is_read_however_it_is_written(row):
    assert parse_phone(row["input"]) == row["e164"]


@pytest.mark.parametrize("row", [row for row in PHONES if row["valid"] != "yes"], ids=lambda row: ascii(row["input"]))
def test_what_cannot_be_dialled_is_refused(row):
    with pytest.raises(RuleError) as refusal:
        parse_phone(row["input"])
    assert refusal.value.field == "phone" and "number" in refusal.value.message


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "Type a phone number"),
        ("987654321", "This phone number is too short: it has 9 digits instead of 10"),
        ("98765432101", "This phone number is too long: it has 11 digits instead of 10"),
        ("+1 555", "This phone number is too short"),
        ("9876543210" * 3, "This phone number is too long"),
        ("0000000000", "There is no such phone number; check each digit"),
        ("98765 4321O", "A phone number has only digits, and this one has letters in it"),
        ("98765abcde", "A phone number has only digits, and this one has letters in it"),
        ("98765 43210 / 98765 43211", "Give one phone number here, not two"),
        ("9876543210 or 9876543211", "Give one phone number here, not two"),
        ("9.876543E+09", "A spreadsheet has changed this phone number; type all its digits again"),
        ("9876543210.0", "A spreadsheet has changed this phone number; type all its digits again"),
        ("+999 1234567", "No country has the code that this phone number starts with"),
        ("+91\u200e9876543210", "There is an invisible character in this phone number; type it again by hand"),
        ("---", "Write the phone number like 98765 43210"),
    ],
)
def test_a_refused_phone_number_says_what_is_wrong(text, message):
    with pytest.raises(RuleError) as refusal:
        parse_phone(text)
    assert refusal.value.message == message


def test_a_shop_elsewhere_reads_its_own_local_numbers():
    assert parse_phone("(650) 253-0000", "US") == "+16502530000"


@pytest.mark.parametrize(
    "e164, shown",
    [
        ("+919876543210", "98765 43210"),
        ("+911123456789", "011 2345 6789"),
        ("+918023456789", "080 2345 6789"),
        ("+918848022338", "88480 22338"),
        ("+16502530000", "+1 650-253-0000"),
        ("041-4617817381", "041-4617817381"),
        ("+999123456789", "+999123456789"),
        ("", ""),
    ],
)
def test_phones_show_as_people_write_them_and_what_is_none_shows_as_it_is(e164, shown):
    assert show_phone(e164) == shown


@pytest.mark.parametrize("row", [row for row in PHONES if row["valid"] == "yes"], ids=lambda row: ascii(row["input"]))
def test_a_shown_phone_reads_back_as_the_same_number(row):
    assert parse_phone(show_phone(row["e164"])) == row["e164"]


@pytest.mark.parametrize("text, digits", [("+91 98765-43210", "919876543210"), ("९८७", "987"), ("½ a²", "")])
def test_only_the_digits_of_a_phone_are_searched(text, digits):
    assert phone_digits(text) == digits


@pytest.mark.parametrize(
    "phone, text, href",
    [
        ("+919876543210", "", "https://wa.me/919876543210"),
        ("+919876543210", "A & B: ₹5", "https://wa.me/919876543210?text=A%20%26%20B%3A%20%E2%82%B95"),
        ("+919876543210", "50% off?\n#1+1/2", "https://wa.me/919876543210?text=50%25%20off%3F%0A%231%2B1%2F2"),
    ],
)
def test_a_whatsapp_link_has_only_digits_and_a_fully_encoded_text(phone, text, href):
    assert whatsapp_href(phone, text) == href


def mail_of(row):
    """The address with real control characters in place of their pictures."""
    text = row["address_as_written"]
    if row["has_control_pictures"] == "yes":
        text = "".join(chr(ord(char) - 0x2400) if "\u2400" <= char <= "\u2420" else char for char in text)
    return text


MAIL_EXCEPTIONS = {
    "5": "test@io: a domain without a dot is a slip far more often than a mailbox at a country's own domain"
}
SPACES_AROUND = {"157", "158"}


@pytest.mark.parametrize("row", MAILS, ids=lambda row: row["id"] + row["category"][7:])
def test_the_is_email_set_is_accepted_where_plainly_valid_and_refused_elsewhere(row):
    plain = row["category"] in ("ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN") and row["id"] not in MAIL_EXCEPTIONS
    if plain or row["id"] in SPACES_AROUND:
        assert email_key(parse_email(mail_of(row))) == email_key(mail_of(row)) or "xn--" in mail_of(row)
        return
    with pytest.raises(RuleError):
        parse_email(mail_of(row))


@pytest.mark.parametrize(
    "text, kept",
    [
        (" Asha.K@Example.COM ", "Asha.K@example.com"),
        ("asha+orders@shop.test", "asha+orders@shop.test"),
        ("o'brien@example.ie", "o'brien@example.ie"),
        ("आशा@उदाहरण.भारत", "आशा@उदाहरण.भारत"),
        ("test@xn--hxajbheg2az3al.xn--jxalpdlp", "test@παράδειγμα.δοκιμή"),
    ],
)
def test_an_address_keeps_its_case_before_the_at_sign(text, kept):
    assert parse_email(text) == kept
    assert email_key(text) == email_key(text.upper()) == email_key(text.lower())


@pytest.mark.parametrize(
    "text, part",
    [
        ("", "Type an e-mail address"),
        ("asha", "has an @ in it"),
        ("asha@", "Something is missing"),
        ("a@example.com, b@example.com", "no spaces"),
        ("a@example.com;b@example.com", "only one @"),
        ("Asha <asha@example.com>", "no spaces"),
        ("asha@gmail", "has a dot in it"),
        ("a@test", "has a dot in it"),
        ("asha..k@example.com", "wrong place"),
        ("asha@example.com.", "wrong place"),
        ("a" * 65 + "@example.com", "too long"),
        ("a" * 250 + "@example.com", "within 254"),
        ("asha@localhost.localhost", "can receive mail"),
        ("asha@exa_mple.com", "can receive mail"),
    ],
)
def test_a_refused_address_says_what_is_wrong(text, part):
    with pytest.raises(RuleError, match=part) as refusal:
        parse_email(text)
    assert refusal.value.field == "email"


@pytest.mark.parametrize("row", GSTINS, ids=lambda row: ascii(row["gstin"]))
def test_gstins_are_told_apart_by_their_parts_and_their_check_character(row):
    if row["stdnum_result"] == "valid":
        number = parse_gstin(row["gstin"])
        assert len(number) == 15 and number.isascii() and number == number.upper()
        return
    with pytest.raises(RuleError) as refusal:
        parse_gstin(row["gstin"])
    assert refusal.value.field == "gstin" and "GSTIN" in refusal.value.message


@pytest.mark.parametrize(
    "text",
    [
        "24AAQCA8719H1ZC",
        "05AAACG2115R1ZN",
        "29AABCR1718E1ZL",
        "24AANFA2641L1ZF",
        "33AAAAR6720M1ZG",
        "27AAPFU0939F1ZV",
        "29AAHCM7727Q1ZI",
    ],
)
def test_published_gstins_are_accepted(text):
    assert parse_gstin(text) == text


@pytest.mark.parametrize("text", ["24AANFA2641L1ZK", "01AABCE2207R1Z5", "29AAFCA7488L1Z0"])
def test_published_gstins_with_a_wrong_check_character_are_refused(text):
    with pytest.raises(RuleError, match="letter or digit wrong"):
        parse_gstin(text)


@pytest.mark.parametrize("text, state", [("38AAPFU0939F1ZS", "Ladakh"), ("97AAPFU0939F1ZO", "Other Territory")])
def test_gstins_of_ladakh_and_of_other_territory_are_accepted(text, state):
    assert STATES[state_of_gstin(parse_gstin(text))] == state


def test_every_state_has_its_code_and_old_codes_count_as_todays():
    assert sorted(STATES) == [f"{code:02}" for code in (*range(1, 39), 97)]
    assert len(set(STATES.values())) == len(STATES)
    assert [state_of_gstin(code) for code in ("27AAPFU0939F1ZV", "25", "28", "99", "")] == ["27", "26", "37", "", ""]


@pytest.mark.parametrize("text", ["560001", " 560001 ", "560 001", "560-001", "५६०००१"])
def test_a_pincode_is_six_digits(text):
    assert parse_pincode(text) == "560001"


@pytest.mark.parametrize("text", ["", "056001", "56001", "5600011", "56000A", "5 6 0 0 0 1 2", "560\n001", "SW1A 1AA"])
def test_what_is_no_pincode_is_refused(text):
    with pytest.raises(RuleError, match="A PIN code has 6 digits") as refusal:
        parse_pincode(text)
    assert refusal.value.field == "postcode"


def test_postcodes_of_other_countries_are_free_but_short():
    assert parse_pincode(" SW1A 1AA ", "GB") == "SW1A 1AA"
    assert parse_pincode("", "AE") == ""
    with pytest.raises(RuleError, match="Keep the postcode within 12 characters"):
        parse_pincode("1234567890123", "GB")


@given(MOST_ODD_TEXT)
def test_any_text_is_read_or_refused_politely_and_always_shown(text):
    for parse in (parse_phone, parse_email, parse_gstin, parse_pincode):
        try:
            assert parse(parse(text)) == parse(text)
        except RuleError as refusal:
            assert refusal.message[0].isupper() and not refusal.message.endswith(("!", "."))
    assert isinstance(show_phone(text), str) and phone_digits(text).isascii()
