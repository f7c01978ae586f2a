"""What the catalogue shows: shared by the page, its pager and its export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from cms.models import Product

SORTS = ("name", "newest", "stock", "sold")


@dataclass(frozen=True)
class ProductFilter:
    """Words, category, low stock only, archived only, and the order of the list."""

    q: str = ""
    category: str = ""
    low: str = ""
    archived: str = ""
    sort: str = "name"

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> ProductFilter:
        """Whatever is not a known value means its default."""
        sort = args.get("sort", "")
        return cls(
            q=args.get("q", "").strip()[:200],
            category=args.get("category", "").strip()[:80],
            low="1" if args.get("low") == "1" else "",
            archived="1" if args.get("archived") == "1" else "",
            sort=sort if sort in SORTS else "name",
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        wanted = vars(self) | changes
        return {name: value for name, value in wanted.items() if value and (name, value) != ("sort", "name")}

    def narrow(self, select: Select, low_stock: int) -> Select:
        """The select with these conditions, search words left to the query that knows how to find them."""
        select = select.where(Product.archived_at.is_not(None) if self.archived else Product.archived_at.is_(None))
        if self.category:
            select = select.where(Product.category == self.category)
        if self.low:
            select = select.where(Product.stock <= low_stock)
        return select
