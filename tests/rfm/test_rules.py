"""The map of recency and frequency has no hole, and equals score alike."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.config import ROOT
from cms.rfm import rules

REAL = ROOT / "tests/data/online_retail/expected_rfm.csv.gz"
SIZES = {
    "Hibernating": 4, "At risk": 4, "Can't lose": 2, "About to sleep": 2, "Need attention": 1, "Loyal": 4,
    "Promising": 1, "Potential loyalist": 4, "New": 1, "Champions": 2,
}  # fmt: skip


def test_each_of_the_25_cells_has_one_group():
    cells = [(r, f) for group in rules.GROUPS for r in group.recency for f in group.frequency]
    assert sorted(cells) == [(r, f) for r in rules.SCORES for f in rules.SCORES]
    assert Counter(rules.group_of(r, f).name for r, f in cells) == SIZES


def test_every_group_says_in_one_sentence_what_to_do_and_has_an_address_of_its_own():
    groups = [*rules.GROUPS, rules.PROSPECT]
    assert len({group.key for group in groups}) == len({group.name for group in groups}) == 11
    assert all(group.advice.endswith(".") and group.advice.count(".") == 1 for group in groups)


def test_the_scores_of_a_group_are_a_row_without_a_gap():
    for group in rules.GROUPS:
        for row in (group.recency, group.frequency):
            assert row == tuple(range(row[0], row[-1] + 1))


values = st.lists(st.integers(0, 12), min_size=1, max_size=60)


@given(values)
def test_a_score_is_what_its_definition_says(values):
    counts = Counter(values).items()
    worse, better = rules.scores(counts), rules.scores(counts, best_first=True)
    for value in values:
        assert worse[value] == 1 + int(Fraction(5 * sum(other < value for other in values), len(values)))
        assert better[value] == 5 - int(Fraction(5 * sum(other > value for other in values), len(values)))


@given(values)
def test_more_never_scores_less_and_the_cuts_tell_the_scores(values):
    for best_first in (False, True):
        scored = rules.scores(Counter(values).items(), best_first)
        ordered = [scored[value] for value in sorted(scored)]
        assert ordered == sorted(ordered)
        cuts = rules.cuts(scored)
        for value, score in scored.items():
            assert score == max(
                s for s, cut in zip(rules.SCORES, cuts, strict=True) if cut is not None and value >= cut
            )


def test_where_all_are_equal_the_last_order_is_recent_and_one_order_is_not_often():
    assert rules.scores([("today", 40)], best_first=True) == {"today": 5}
    assert rules.scores([(1, 40)]) == {1: 1}


@pytest.mark.parametrize("wanted", ["", "r0f1", "r6f1", "r1f", "r11f", "x5f4", "r٣f4", "Champions", "r5f4x"])
def test_what_is_no_group_means_nothing(wanted):
    assert rules.name_of(wanted) == ""


@pytest.fixture(scope="module")
def real():
    with gzip.open(REAL, "rt") as file:
        return list(csv.DictReader(file))


COLUMNS = (("recency_days", "r", True), ("frequency", "f", False), ("monetary_gross", "m", False))


@pytest.mark.parametrize("column, score, reverse", COLUMNS)
def test_ties_by_customer_number_give_the_published_scores_and_ours_differ_only_where_a_tie_is_cut(
    real, column, score, reverse
):
    """The data set's own scores cut a tie at the fifth by the customer's number, which says nothing of a customer."""
    sign = -1 if reverse else 1
    rows = sorted(real, key=lambda row: (sign * Fraction(row[column]), int(row["customer_ref"])))
    published: dict[Fraction, set[int]] = {}
    for rank, row in enumerate(rows):
        assert int(row[score]) == 1 + 5 * rank // len(rows)
        published.setdefault(sign * Fraction(row[column]), set()).add(int(row[score]))
    ours = rules.scores(Counter(sign * Fraction(row[column]) for row in rows).items(), best_first=reverse)
    for value, theirs in published.items():
        # From the other end the last of a fifth may be the first of the next: one customer where 5 do not divide all.
        assert ours[value] == (max(theirs) if reverse else min(theirs)), (value, theirs)
    agreed = sum(int(row[score]) == ours[sign * Fraction(row[column])] for row in rows)
    assert agreed > len(rows) * (0.6 if column == "frequency" else 0.97)
