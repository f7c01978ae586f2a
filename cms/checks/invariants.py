"""Every invariant of the data, each as a query for the rows that break it. A healthy shop gives none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from cms.checks import amounts, history, search, shape, totals
from cms.db import db, learn_sizes
from cms.models import Settings


@dataclass(frozen=True)
class Check:
    """One invariant: its sentence, and the search for what breaks it (at most some 20 lines)."""

    says: str
    failures: Callable[[], Iterator[str]]


def steady() -> None:
    """Let all queries of this transaction see the same moment, whatever others write meanwhile, and be planned well."""
    if db.engine.dialect.name != "sqlite":
        learn_sizes()
        db.session.rollback()
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def all_checks() -> list[Check]:
    """Every invariant, the quick and basic ones first."""
    zone = db.session.scalars(select(Settings.zone)).one()
    return [
        *(Check(f"Nothing in {name} names a row that is missing", do) for name, do in shape.orphans()),
        *(Check(f"{name} are unique", do) for name, do in shape.unique_refs()),
        *(Check(f"{name} add up to their moves" if moves else f"The totals kept in {name} are right", do)
          for name, moves, do in totals.kept()),
        Check("The totals kept by day are right", totals.days),
        Check("The totals kept by day and method of payment are right", totals.methods),
        Check("The ratings kept by day and stars are right", totals.ratings),
        Check("The totals kept of products by day and month are right", totals.products),
        Check("The totals kept of customers over time are right", totals.over_time),
        Check("Each line comes to quantity x price less discounts", amounts.lines),
        Check("Each order is payable at total + tax + rounding", amounts.payable),
        Check("Each order's discount is shared out among its lines", amounts.order_discounts),
        Check("No more came back of a line than was sold", amounts.returned_units),
        Check("No more was paid back than was paid", amounts.refunds),
        Check("Store credit was given and spent as the payments say", amounts.credit_moves),
        Check("Nothing came back of a cancelled order", amounts.returns_of_cancelled),
        Check("Taxable value and taxes of each line add up", amounts.line_taxes),
        Check("Tax on top of an order is that of its lines", amounts.order_taxes),
        Check("Invoices and credit notes are kept as they say, and invoices as their orders", amounts.invoices),
        Check("No more is credited than was invoiced, and all of it once the order is cancelled", amounts.credited),
        Check("Invoice and credit note numbers follow one another", amounts.serials),
        Check("Returns, payments, complaints and feedback belong to the customer of their order", shape.same_customer),
        Check("Nobody is there who was merged into another", shape.merged_away),
        Check("The product and order of a return are those of its line", shape.same_line),
        Check("Each step of an order follows the one before", history.chains),
        Check("Each step of an order was allowed, or takes one back", history.moves),
        Check("The last step of an order is its status", history.last_steps),
        Check("Each complaint's times fit its state", history.complaints),
        *(Check(f"The days in {name} are those of their times", do) for name, do in shape.days(zone)),
        Check("Nothing is dated later than tomorrow", lambda: shape.in_the_future(zone)),
        Check("Customers are found by what they are called", search.customers),
        Check("Products are found by what they are called", search.products),
    ]  # fmt: skip
