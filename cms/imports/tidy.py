"""What is put right in the cells of files that other programs wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from cms.states import STATES


def unmarked(text: str) -> str:
    """Without the mark that keeps digits from being reckoned with: '98480 22338."""
    return text[1:] if text[:1] == "'" and text[1:2] in "+0123456789" else text


def _first(text: str) -> str:
    """The first of several in one cell, as Google writes them."""
    return unmarked(text.partition(":::")[0].strip()) if ":" in text else unmarked(text)


def _rate(text: str) -> str:
    """The percentage in a text such as GST@18%.

    >>> _rate("GST@18%"), _rate("12.5 %"), _rate("18"), _rate("None"), _rate("Exempt")
    ('18', '12.5', '18', '0', '0')
    """
    found = re.search(r"(\d+(?:\.\d+)?)\s*%", text)
    if found:
        return found[1]
    return "0" if text.casefold() in ("none", "exempt", "exempted", "nil", "nil rated") else text


def _stock(text: str) -> str:
    """Whole units; less than none is none.

    >>> _stock("12.0"), _stock("-3"), _stock("1.5")
    ('12', '0', '1.5')
    """
    if found := re.fullmatch(r"(-?)(\d+)(?:\.0*)?", text):
        return "0" if found[1] else found[2].lstrip("0") or "0"
    return text


def _category(text: str) -> str:
    """The innermost of the first of several: Clothing > Sarees, Sale.

    >>> _category("Clothing > Sarees, Sale"), _category("Lamps")
    ('Sarees', 'Lamps')
    """
    return text.split(",")[0].rpartition(">")[2].strip()


# As Shopify and WooCommerce write them (ISO 3166-2:IN), which is mostly as vehicles are registered.
_CODES = {
    "AN": "35", "AP": "37", "AR": "12", "AS": "18", "BR": "10", "CH": "04", "CT": "22", "CG": "22", "DH": "26",
    "DN": "26", "DD": "26", "DL": "07", "GA": "30", "GJ": "24", "HR": "06", "HP": "02", "JK": "01", "JH": "20",
    "KA": "29", "KL": "32", "LA": "38", "LD": "31", "MP": "23", "MH": "27", "MN": "14", "ML": "17", "MZ": "15",
    "NL": "13", "OR": "21", "OD": "21", "PY": "34", "PB": "03", "RJ": "08", "SK": "11", "TN": "33", "TG": "36",
    "TS": "36", "TR": "16", "UP": "09", "UT": "05", "UK": "05", "WB": "19",
}  # fmt: skip


def _state(text: str) -> str:
    """An Indian state by its code.

    >>> _state("MH"), _state("IN-TN"), _state("Kerala"), _state("CA")
    ('Maharashtra', 'Tamil Nadu', 'Kerala', 'CA')
    """
    code = text.removeprefix("IN-").upper()
    return STATES[_CODES[code]] if code in _CODES else text


def _country(text: str) -> str:
    return "India" if text.upper() in ("IN", "IND") else text


TIDY: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    "customers": {"customer_ref": unmarked, "phone": _first, "email": _first, "postcode": unmarked, "state": _state,
                  "country": _country},
    "products": {"sku": unmarked, "hsn": unmarked, "gst_rate": _rate, "stock": _stock},
    "orders": {"order_no": unmarked, "customer_ref": unmarked, "sku": unmarked},
}  # fmt: skip
"""What is put right in cells of these columns before they are read."""
OF_SOURCE: Mapping[str, Mapping[str, Callable[[str], str]]] = {"woo-products": {"category": _category}}
"""The same, only in files of these programs."""
