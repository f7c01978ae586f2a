"""What has a shape of its own: phone numbers, e-mail addresses, GSTINs, postcodes. Read strictly, shown plainly."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult
from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.in_ import gstin, pan

from cms.errors import RuleError
from cms.states import STATE_TODAY, STATES
from cms.text import clean_text, western_digits

LONGEST_EMAIL = 254

_GSTIN_SHAPE = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]")
_GSTIN_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_VPA = re.compile(r"[a-zA-Z0-9.\-_]{2,256}@[a-zA-Z]{2,64}")
_INDIAN_MOBILE = re.compile(r"\+91([6-9][0-9]{4})([0-9]{5})")
_LENGTH = {ValidationResult.TOO_SHORT: "short", ValidationResult.TOO_LONG: "long"}
_EXTENSION = r"(?:;\s*ext=|(?<![a-z])(?:extension|extn|ext|x)[.:]?)\s*[0-9]{1,7}\s*$"
_AROUND_PHONE = re.compile(rf"^\s*tel:|{_EXTENSION}", re.IGNORECASE)
_SPREADSHEET_NUMBER = re.compile(r"\s*[0-9]+\.(?:0+|[0-9]+E\+?[0-9]+)\s*", re.IGNORECASE)


def parse_phone(text: str, region: str = "IN", field: str = "phone") -> str:
    """Read a phone number as E.164, a number without a country code as one of `region`; an extension is dropped.

    Raises RuleError when it is no number that can be dialled.

    >>> parse_phone("098765 43210"), parse_phone("+44 7400 123456")
    ('+919876543210', '+447400123456')
    """
    if problem := _odd_phone(western_digits(text)):
        raise RuleError(problem, field)
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        raise RuleError(_unreadable_phone(text, error), field) from error
    if not phonenumbers.is_valid_number(number):
        raise RuleError(_undiallable_phone(number), field)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def show_phone(e164: str) -> str:
    """A number as people write it: Indian mobiles in two halves, Indian landlines with their STD code, others with +.

    What is not E.164 comes back unchanged.

    >>> show_phone("+919876543210"), show_phone("+918023456789"), show_phone("+16502530000"), show_phone("n/a")
    ('98765 43210', '080 2345 6789', '+1 650-253-0000', 'n/a')
    """
    if not _E164.fullmatch(e164):
        return e164
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException:
        return e164
    landline = number.country_code == 91 and phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE
    if not landline and (mobile := _INDIAN_MOBILE.fullmatch(e164)):
        return f"{mobile[1]} {mobile[2]}"
    shape = PhoneNumberFormat.NATIONAL if landline else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, shape)


def phone_digits(text: str) -> str:
    """Only the digits of a text, as 0 to 9, for search.

    >>> phone_digits("+९१ 98765-43210")
    '919876543210'
    """
    return "".join(filter(str.isdecimal, western_digits(text)))


def can_message(phone: str) -> bool:
    """Whether messages can go to it. What came from elsewhere and is no number is kept as it was, never with a +.

    >>> can_message("+919876543210"), can_message("041-4617817381"), can_message("")
    (True, False, False)
    """
    return phone.startswith("+")


def whatsapp_href(phone_e164: str, text: str = "") -> str:
    """The link that opens a WhatsApp message to the number, with the text in it; empty where none can go.

    >>> whatsapp_href("+919876543210", "A & B"), whatsapp_href("041-4617817381")
    ('https://wa.me/919876543210?text=A%20%26%20B', '')
    """
    if not can_message(phone_e164):
        return ""
    return f"https://wa.me/{phone_digits(phone_e164)}" + (f"?text={quote(text, safe='')}" if text else "")


def parse_email(text: str, field: str = "email") -> str:
    """Read one e-mail address: domain in lower case, the part before the @ as written. Raises RuleError on others.

    >>> parse_email(" Asha@Example.COM ")
    'Asha@example.com'
    """
    text = text.strip(" \t\u00a0")
    if len(text) > LONGEST_EMAIL:
        raise RuleError(f"Keep the e-mail address within {LONGEST_EMAIL} characters", field)
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        raise RuleError(_email_problem(text), field) from error
    if len(found.normalized) > LONGEST_EMAIL or "." not in found.domain:
        raise RuleError(_email_problem(text), field)
    return found.normalized


def email_key(email: str) -> str:
    """What two spellings of one address have in common."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def parse_gstin(text: str, field: str = "gstin") -> str:
    """Read a GSTIN: 15 capitals and digits without spaces. Raises RuleError when its parts or check character are off.

    >>> parse_gstin("27 aapfu 0939f 1zv")
    '27AAPFU0939F1ZV'
    """
    number = gstin.compact(text)
    if len(number) != 15:
        raise RuleError(f"A GSTIN has 15 letters and digits, this one has {len(number)}", field)
    if not _GSTIN_SHAPE.fullmatch(number):
        raise RuleError("A GSTIN looks like 27AAPFU0939F1ZV; check each letter and digit", field)
    if number[:2] not in STATES:
        raise RuleError(f"A GSTIN starts with a state code, and {number[:2]} is none", field)
    try:
        # stdnum's check of a whole GSTIN does not know the states 38 (Ladakh) and 97, so its parts are used
        pan.validate(number[2:12])
        luhn.validate(number, _GSTIN_DIGITS)
    except ValidationError as error:
        raise RuleError("This GSTIN has a letter or digit wrong; compare it with the certificate", field) from error
    return number


def state_of_gstin(number: str) -> str:
    """The code of the state a GSTIN is registered in, old codes as today's; empty when there is none.

    >>> state_of_gstin("27AAPFU0939F1ZV"), state_of_gstin("28AAACI1681G1ZN"), state_of_gstin("")
    ('27', '37', '')
    """
    code = number[:2]
    return STATE_TODAY.get(code, code) if code in STATES else ""


def parse_pincode(text: str, country: str = "IN", field: str = "postcode") -> str:
    """Read an Indian PIN code as 6 digits, a postcode elsewhere as up to 12 characters. Raises RuleError on others.

    >>> parse_pincode("110 001"), parse_pincode("SW1A 1AA", "GB")
    ('110001', 'SW1A 1AA')
    """
    if country != "IN":
        return clean_text(text, 12, field, what="postcode")
    pincode = re.sub(r"(?<=[0-9])[ \u00a0-](?=[0-9])", "", western_digits(text).strip())
    if not re.fullmatch(r"[1-9][0-9]{5}", pincode):
        raise RuleError("A PIN code has 6 digits and does not start with 0, like 560001", field)
    return pincode


def parse_vpa(text: str, field: str = "upi_vpa") -> str:
    """Read a UPI ID (a virtual payment address), as written. Raises RuleError on anything that is none.

    >>> parse_vpa(" ab.stores@okaxis ")
    'ab.stores@okaxis'
    """
    vpa = text.strip(" \t\u00a0")
    if not _VPA.fullmatch(vpa):
        raise RuleError(_vpa_problem(vpa), field)
    return vpa


def _odd_phone(text: str) -> str:
    """What is wrong with the writing of it, in the seller's words; empty when it can be read on."""
    if not text.strip():
        return "Type a phone number"
    if _SPREADSHEET_NUMBER.fullmatch(text):
        return "A spreadsheet has changed this phone number; type all its digits again"
    bare = _AROUND_PHONE.sub("", text)
    if sum(sum(map(str.isdecimal, part)) >= 6 for part in re.split(r"[,;/|&\n]|\bor\b|\band\b", bare)) > 1:
        return "Give one phone number here, not two"
    if any(char.isalpha() for char in bare):
        return "A phone number has only digits, and this one has letters in it"
    return ""


def _unreadable_phone(text: str, error: NumberParseException) -> str:
    if any(unicodedata.category(char) in ("Cf", "Cc") for char in text):
        return "There is an invisible character in this phone number; type it again by hand"
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return "No country has the code that this phone number starts with"
    if error.error_type == NumberParseException.TOO_LONG:
        return "This phone number is too long"
    return "Write the phone number like 98765 43210"


def _undiallable_phone(number: PhoneNumber) -> str:
    digits = len(phonenumbers.national_significant_number(number))
    if number.country_code == 91 and number.national_number and digits != 10:
        return f"This phone number is too {'short' if digits < 10 else 'long'}: it has {digits} digits instead of 10"
    length = phonenumbers.is_possible_number_with_reason(number)
    if length in _LENGTH:
        return f"This phone number is too {_LENGTH[length]}"
    return "There is no such phone number; check each digit"


def _email_problem(text: str) -> str:
    """What is wrong with an address that is no address, in the seller's words."""
    before, _, domain = text.rpartition("@")
    if not text:
        return "Type an e-mail address"
    if any(char.isspace() for char in text):
        return "An e-mail address has no spaces in it"
    if "@" not in text:
        return "An e-mail address has an @ in it, like asha@example.com"
    if "@" in before:
        return "An e-mail address has only one @; give one address here"
    if not before or not domain:
        return "Something is missing beside the @ of this e-mail address"
    if "." not in domain:
        return "The part after the @ has a dot in it, like example.com"
    if any(part.startswith(".") or part.endswith(".") or ".." in part for part in (before, domain)):
        return "A dot stands in the wrong place in this e-mail address"
    if len(before) > 64 or len(domain) > 253:
        return "This e-mail address is too long"
    return "This is not an e-mail address that can receive mail; check each character"


def _vpa_problem(vpa: str) -> str:
    """What is wrong with a UPI ID that is none, in the seller's words."""
    name, _, handle = vpa.partition("@")
    if not vpa:
        return "Type a UPI ID"
    if any(char.isspace() for char in vpa):
        return "A UPI ID has no spaces in it"
    if not name or not handle:
        return "A UPI ID has a name, an @ and the bank's handle, like ab.stores@okaxis"
    if "." in handle:
        return "This looks like an e-mail address; a UPI ID ends like @okaxis, without a dot"
    return "This is no UPI ID; compare it with your UPI app, it looks like ab.stores@okaxis"
