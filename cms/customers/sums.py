"""How many customers a list holds in all, where figures lead to it: from the kept totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cms.customers.filters import CustomerFilter
from cms.dashboards.queries import active_and_inactive, customers_by
from cms.figures.filters import as_kept
from cms.habits.filters import BEFORE
from cms.rfm.queries import rfm_map
from cms.stats.queries import cohort_sums, loyalty


@dataclass(frozen=True)
class ListSum:
    """Customers, and what those of a group have bought for (None: of another list)."""

    customers: int
    paise: int | None = None


def sum_of(wanted: CustomerFilter, today: date, active_days: int) -> ListSum | None:
    """The sum of the whole list; None where no figure leads: they count archived customers too, but for groups."""
    named = set(wanted.besides_sort)
    if named == {"rfm"}:
        found = rfm_map(today).sum_of(wanted.rfm)
        return ListSum(found.customers, found.gross_paise)
    if wanted.archived != "all" or "q" in named:
        return None
    named.discard("archived")
    if not named:
        return ListSum(customers_by(as_kept(today), "segment").total())
    if named in ({"segment"}, {"gender"}):
        (name,) = named
        return ListSum(customers_by(as_kept(today), name)[getattr(wanted, name)])
    if named == {"status"}:
        active, inactive = active_and_inactive(as_kept(today), active_days)
        return ListSum(active if wanted.status == "Active" else inactive)
    if named == {"least"} and wanted.least in ("1", "2"):
        loyal = loyalty(today)
        return ListSum(loyal.buyers if wanted.least == "1" else loyal.repeaters)
    if wanted.first and named == {"first", "bought"}:
        return ListSum(_beginners(wanted.first, wanted.bought, today))
    if named == {"first"} and not wanted.first.startswith(BEFORE):
        return ListSum(_beginners(wanted.first, wanted.first, today))
    return None


def _beginners(first: str, bought: str, today: date) -> int:
    """Of the customers who began in a month, or before it, those who ordered in another one."""
    month, before = first.removeprefix(BEFORE), first.startswith(BEFORE)
    count = 0
    for one in cohort_sums(today):
        began = f"{one.cohort:%Y-%m}"
        if f"{one.month:%Y-%m}" == bought and (began < month if before else began == month):
            count += one.customers
    return count
