"""What an order's rows may say of discounts in money and of GST, checked before it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cms.errors import RuleError
from cms.imports.rules import difference_of, flag_of, hsn_of, one_of
from cms.models.shop import GST_MODES
from cms.money import parse_money_rounding, parse_percent_bp, percent_of
from cms.text import clean_text

NOUGHTS = ("", "0.00")
LINE = ("discount", "order_discount", "hsn", "gst_rate", "taxable", "cgst", "sgst", "igst")


@dataclass(slots=True)
class Sums:
    """What the lines of an order add up to; `on_top`: whether their tax is, None while none has any."""

    discount: int = 0
    tax: int = 0
    on_top: bool | None = None


def head_of(cells: Mapping[str, str], settled: bool, currency: str) -> dict[str, Any]:
    """What all rows of an order say beyond the usual columns. Raises RuleError."""
    flag = flag_of(cells["settled"], "settled")
    return {
        "settled_before": settled if flag is None else flag,
        "address": clean_text(cells["address"], 1000, "address", many_lines=True, what="address"),
        "note": clean_text(cells["note"], 4000, "note", many_lines=True, what="note"),
        "gst_mode": one_of(cells["gst_mode"], GST_MODES, "unregistered", "gst_mode"),
        "place_of_supply": clean_text(cells["place_of_supply"], 60, "place_of_supply", what="place of supply"),
        "round_off_paise": difference_of(cells["round_off"], currency, "round_off"),
    }


def amount_of(cells: Mapping[str, str], name: str, currency: str) -> int:
    """An amount of these cells, 0 for a blank. Raises RuleError."""
    text = cells[name]
    return 0 if text in NOUGHTS else parse_money_rounding(text, currency, name)[0]


def discounts_of(cells: Mapping[str, str], gross: int, discount_bp: int, currency: str) -> tuple[int, int]:
    """A line's own discount, by its amount where that is given, and its share of the order's. Raises RuleError."""
    own = amount_of(cells, "discount", currency) if cells["discount"] else percent_of(gross, discount_bp)
    share = amount_of(cells, "order_discount", currency)
    if own + share > gross:
        raise RuleError("The discounts are more than the line comes to", "discount")
    return own, share


def line_taxes(cells: Mapping[str, str], mode: str, total: int, has_code: bool, currency: str) -> dict[str, Any]:
    """A line's taxable value and taxes, and its code and rate if told. Raises RuleError unless they add up."""
    money = {name: amount_of(cells, name, currency) for name in LINE[4:]}
    taxes = money["cgst"] + money["sgst"] + money["igst"]
    if mode != "regular":
        if taxes or money["taxable"]:
            raise RuleError("Only an order with the gst_mode regular has taxes", "gst_mode")
    else:
        money["taxable"] = money["taxable"] if cells["taxable"] else total - taxes
        if money["cgst"] != money["sgst"]:
            raise RuleError("cgst and sgst are two equal halves", "sgst")
        if money["cgst"] and money["igst"]:
            raise RuleError("A line has either cgst and sgst or igst", "igst")
        if money["taxable"] not in (total, total - taxes):
            raise RuleError("taxable must be what the line comes to, or that without its taxes", "taxable")
    told: dict[str, Any] = {f"{name}_paise": paise for name, paise in money.items()}
    if has_code:
        told["hsn"] = hsn_of(cells["hsn"])
    if cells["gst_rate"]:
        told["gst_rate_bp"] = parse_percent_bp(cells["gst_rate"], "gst_rate")
    return told


def add_up(sums: Sums, line: Mapping[str, Any]) -> None:
    """Count a line in. Raises RuleError when its tax is within its price and that of another line is not."""
    tax = line["cgst_paise"] + line["sgst_paise"] + line["igst_paise"]
    if tax:
        on_top = line["taxable_paise"] == line["total_paise"]
        if sums.on_top not in (None, on_top):
            raise RuleError("Within one order the taxes are either in the prices or on top of them", "taxable")
        sums.on_top = on_top
    sums.tax += tax
    sums.discount += line["order_discount_paise"]
