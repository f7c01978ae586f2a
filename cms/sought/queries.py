"""Whom the words of a search lead to: by the ends of their words, and by what a merge took along."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import aliased

from cms.db import db
from cms.duplicates.queries import once_of
from cms.models import Customer, CustomerTerm, Merge
from cms.text import SHORTEST_TERM

FEW = 2000
"""Up to so many matches of a word are looked up and sorted; more are so common that walking the list is quicker."""

MANY = 12_000
"""Up to so many matches of a word it is worth seeing whom it leads to together with others."""

NEAR = 6_000
"""Up to so many matches of a word its customers are looked at one by one for the other words."""

LATEST = 30
"""Of so many customers, the last that were added, half have all the words: then a walk meets them soon."""

LAST = "\U0010ffff"
"""Behind every term that begins with what stands before it."""

_NUMBER = re.compile(r"[a-z]{2,8}\d+")


class Sought:
    """The words that were typed. What merges took along is asked for once, for all that is done with them."""

    def __init__(self, words: Sequence[str]):
        self.words = words
        self._led = {word: led for word in words if (led := _led_by(word))}

    def narrow(self, query: Select) -> Select:
        """Only customers in whose name, e-mail, phone or number, or in what a merge took along, each word is."""
        for word in self.words:
            found, led = _has(Customer.search_text, word), self._led.get(word)
            query = query.where(or_(found, Customer.id.in_(led)) if led else found)
        return query

    def ids(self, few: int, short: bool = False) -> Select | Sequence[int] | None:
        """At most `few` ids that one of the words leads to, or several together, for `in_`; None if it were more.

        `short`: also by words of one or two letters, which then are not found at the very end of a longer word.
        """
        # Not every place where a shorter word stands is among the terms.
        long = sorted((word for word in self.words if len(word) >= SHORTEST_TERM), key=len, reverse=True)[:4]
        long = long or list(self.words[:1] if short else [])
        if not long:
            return None
        for word in long:
            if led := self._led.get(word):
                return [*db.session.scalars(_having(word).limit(few)), *led]
        rare = [(_all_within(few, word), n) for n, word in enumerate(long)]
        common = [(self._most_have(), len(long))] if len(long) > 1 else []
        found = db.session.scalar(select(case(*common, *rare)))
        if found is None and len(long) > 1:
            return self._together(long, few)
        return None if found is None or found == len(long) else _having(long[found])

    def likely(self) -> Select | None:
        """Ids among which are all who fit, for a walk to know them by; None where it meets them soon without.

        For words that led to more than `ids` was to give.
        """
        long = [word for word in self.words if len(word) >= SHORTEST_TERM and word not in self._led][:4]
        if not long:
            return None
        near = db.session.scalar(select(case(*((_all_within(NEAR, word), n) for n, word in enumerate(long)))))
        return None if near is None else _having(long[near])

    def _most_have(self) -> ColumnElement[bool]:
        """Whether these words stand in so many customers that nobody needs to look how many each of them has."""
        latest = select(Customer.search_text).order_by(Customer.id.desc()).limit(LATEST).subquery()
        fitting = select(func.count()).where(*(_has(latest.c.search_text, word) for word in self.words))
        return fitting.scalar_subquery() * 2 >= LATEST

    def _together(self, long: Sequence[str], few: int) -> Select | Sequence[int] | None:
        """The same for words that lead to many each."""
        reaches = [case((_all_within(NEAR, word), 0), (_all_within(MANY, word), 1), else_=2) for word in long]
        known = zip(db.session.execute(select(*reaches)).one(), long, strict=True)
        (nearest, rarest), *others = sorted(known, key=lambda one: one[0])
        if nearest == 2:
            return None
        if nearest == 0:
            return self._among(rarest, few)
        joint = _having(rarest)
        for reach, word in others:
            if reach < 2:
                joint = joint.where(CustomerTerm.customer_id.in_(_having(word, aliased(CustomerTerm))))
        count = db.session.scalar(select(func.count()).select_from(joint.limit(few + 1).subquery())) or 0
        return joint if count <= few else None

    def _among(self, rarest: str, few: int) -> Sequence[int] | None:
        """Whom the rarest word leads to, as far as all words fit: "foods" and "pvt" stand in the same names."""
        query = select(Customer.id).select_from(CustomerTerm).join(Customer, Customer.id == CustomerTerm.customer_id)
        query = self.narrow(query.where(CustomerTerm.term >= rarest, CustomerTerm.term < rarest + LAST))
        query = query.distinct().prefix_with("STRAIGHT_JOIN", dialect="mysql")
        ids = db.session.scalars(query.limit(few + 1)).all()
        return ids if len(ids) <= few else None


def _has(text: Any, word: str) -> ColumnElement[bool]:
    return text.contains(word, autoescape=True)


def _having(word: str, terms: Any = CustomerTerm) -> Select:
    return select(terms.customer_id).where(terms.term >= word, terms.term < word + LAST)


def _all_within(reach: int, word: str) -> Any:
    """Whether a word has no match behind so many: quicker than to count them."""
    return _having(word).limit(1).offset(reach).scalar_subquery().is_(None)


def _led_by(word: str) -> set[int]:
    """Who was kept by a merge of somebody with this number, phone or e-mail, or a good part of the latter two."""
    if "@" in word or (len(word) > 4 and word.isdecimal()):
        return set().union(*once_of(word).values())
    if not _NUMBER.fullmatch(word):
        return set()
    return set(db.session.scalars(select(Merge.kept_id).where(Merge.old_ref.in_([word, word.upper()]))))
