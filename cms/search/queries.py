"""Whatever the shop has of what was typed: numbers and products in one round trip, customers by the ends of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, String, and_, bindparam, cast, func, or_, select

from cms.customers import queries as customers
from cms.db import db
from cms.duplicates.queries import once_of
from cms.models import Complaint, CreditNote, Customer, Invoice, Merge, Order, Payment, Product, Return
from cms.search.rules import Asked, digits_of
from cms.together import Together

MOST = 5
"""Rows of each group."""
WORDS = 12
"""So many words of what was typed are looked for in products, the longest first."""
NUMBERS = 4
"""What was typed may be the number of so many of one kind: as typed, in capitals, as short forms of two years."""
NO_WORD = "\n"
"""Stands in no text that is searched."""

PERSON = (
    Customer.id,
    Customer.ref,
    Customer.name,
    Customer.phone,
    Customer.email,
    Customer.city,
    Customer.order_count,
    Customer.archived_at,
)
ORDER = (Order.id, Order.ref, Order.status, Order.ordered_on, Order.payable_paise, Customer.name.label("customer"))
PAPER = (
    select(Invoice.order_id.label("id"), Invoice.number, Invoice.issued_on, Invoice.payable_paise.label("paise"))
    .add_columns(Order.ref.label("order_ref"), Customer.name.label("customer"))
    .join(Order, Order.id == Invoice.order_id)
    .join(Customer, Customer.id == Invoice.customer_id)
)


@dataclass(frozen=True)
class Group:
    """What was found of one kind. `more` than is shown stands in its list; the first `exact` rows are those whose own
    number was typed. `of`: the one customer whose orders these are."""

    kind: str
    rows: Sequence[Any]
    more: bool = False
    exact: int = 0
    of: Any = None


def _named(column: Any, name: str) -> Any:
    # As many places in every search: a list of any length would have the statement written anew each time.
    return column.in_([bindparam(f"{name}{n}", type_=String) for n in range(NUMBERS)])


def _places(refs: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What stands in these places."""
    empty = [NO_WORD] * NUMBERS
    return {f"{name}{n}": [*meant, *empty][n] for name, meant in refs.items() for n in range(NUMBERS)}


_HAS_WORDS = [func.instr(Product.search_text, bindparam(f"word{n}", type_=String)) > 0 for n in range(WORDS)]
_IS_SKU = or_(_named(Product.sku, "products"), Product.sku == bindparam("text", type_=String))

NUMBERED = Together(
    customers=select(*PERSON)
    .where(or_(_named(Customer.ref, "customers"), Customer.phone_key == bindparam("phone", type_=String)))
    .order_by(Customer.id)
    .limit(MOST),
    merged=select(*PERSON)
    .join(Merge, Merge.kept_id == Customer.id)
    .where(_named(Merge.old_ref, "customers"))
    .order_by(Customer.id)
    .limit(MOST),
    orders=select(*ORDER)
    .join(Customer, Customer.id == Order.customer_id)
    .where(_named(Order.ref, "orders"))
    .order_by(Order.id)
    .limit(MOST),
    invoices=PAPER.where(_named(Invoice.number, "invoices")).order_by(Invoice.id.desc()).limit(MOST),
    invoices_of=PAPER.where(_named(Order.ref, "orders")).order_by(Invoice.id.desc()).limit(MOST),
    credit_notes=select(CreditNote.id, CreditNote.number, CreditNote.issued_on, CreditNote.total_paise.label("paise"))
    .add_columns(Customer.name.label("customer"))
    .join(Invoice, Invoice.id == CreditNote.invoice_id)
    .join(Customer, Customer.id == Invoice.customer_id)
    .where(_named(CreditNote.number, "credit_notes"))
    .order_by(CreditNote.id.desc())
    .limit(MOST),
    complaints=select(Complaint.id, Complaint.ref, Complaint.state, Complaint.opened_on)
    .add_columns(func.substr(Complaint.text, 1, 80).label("begins"), Customer.name.label("customer"))
    .join(Customer, Customer.id == Complaint.customer_id)
    .where(_named(Complaint.ref, "complaints"))
    .order_by(Complaint.id)
    .limit(MOST),
    returns=select(Return.id, Return.ref, Return.state, Return.refund_mode, Return.reason, Return.returned_on)
    .add_columns(Customer.name.label("customer"))
    .join(Customer, Customer.id == Return.customer_id)
    .where(_named(Return.ref, "returns"))
    .order_by(Return.id)
    .limit(MOST),
    payments=select(
        Payment.id, Payment.ref, Payment.kind, Payment.state, Payment.method, Payment.amount_paise, Payment.paid_on
    )
    .add_columns(Customer.name.label("customer"))
    .join(Customer, Customer.id == Payment.customer_id)
    .where(or_(_named(Payment.ref, "payments"), _named(Payment.utr, "references")))
    .order_by(Payment.id)
    .limit(MOST),
    products=select(Product.id, Product.sku, Product.name, Product.price_paise, Product.stock, Product.archived_at)
    .add_columns(cast(_IS_SKU, Integer).label("exact"))
    .where(or_(_IS_SKU, and_(Product.archived_at.is_(None), *_HAS_WORDS)))
    .order_by(cast(_IS_SKU, Integer).desc(), Product.sold_units.desc(), Product.id)
    .limit(MOST + 1),
)


def found(asked: Asked) -> list[Group]:
    """What fits, by kind; the kinds with a number that was typed whole come first, empty ones are left out."""
    if not asked:
        return []
    longest = sorted(asked.words, key=len, reverse=True)[:WORDS]
    words = longest + [""] * (WORDS - len(longest)) if longest else [NO_WORD] * WORDS
    phone = digits_of(asked.text)
    numbered = NUMBERED.ask(
        text=asked.text,
        phone=phone or NO_WORD,
        **_places(asked.refs),
        **{f"word{n}": word for n, word in enumerate(words)},
    )
    meant = _joined(numbered["customers"], numbered["merged"])
    people = _joined(meant, customers.customers_named(asked.words, MOST + 1, PERSON))
    if phone and not meant and (led := once_of(phone).get(phone)):  # a phone that went with a merge
        meant = people = [row for row in people if row.id in led]
    skus = sum(row.exact for row in numbered["products"])
    orders = Group("orders", numbered["orders"], exact=len(numbered["orders"]))
    if len(people) == 1 and not orders.rows:
        # Somebody is on the phone: what they ordered last is mostly what it is about.
        latest = db.session.execute(_latest(people[0].id)).all()
        orders = Group("orders", latest[:MOST], len(latest) > MOST, of=people[0])
    papers = _joined(numbered["invoices"], numbered["invoices_of"])
    groups = [
        Group("customers", people[:MOST], len(people) > MOST, len(meant)),
        orders,
        Group("invoices", papers[:MOST], False, len(numbered["invoices"])),
        _all_exact("credit_notes", numbered["credit_notes"]),
        Group("products", numbered["products"][:MOST], len(numbered["products"]) > MOST, skus),
        *(_all_exact(kind, numbered[kind]) for kind in ("complaints", "returns", "payments")),
    ]
    if orders.exact:
        groups.sort(key=lambda group: group.kind != "orders")  # a bare number is an order's more often than anything's
    return sorted((group for group in groups if group.rows), key=lambda group: not group.exact)


def _all_exact(kind: str, rows: list[Any]) -> Group:
    return Group(kind, rows[:MOST], False, len(rows[:MOST]))


def _joined(first: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """The first rows, then the others that are not among them."""
    known = {row.id for row in first}
    return [*first, *(row for row in others if row.id not in known)]


def _latest(customer_id: int) -> Any:
    query = select(*ORDER).join(Customer, Customer.id == Order.customer_id).where(Order.customer_id == customer_id)
    return query.order_by(Order.ordered_at.desc(), Order.id.desc()).limit(MOST + 1)
