"""The same questions put to the rows of the largest shop in plain SQL: what the kept totals spare."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import text

from bench.places import say
from bench.stand import Stand
from cms.db import db

_MONTH = "substr(ordered_on, 1, 7)"
QUESTIONS = {
    "home": f"""
        SELECT count(*), sum(total_paise), (SELECT sum(refund_paise) FROM returns WHERE state = 'refunded'),
               sum(CASE WHEN {_MONTH} = '2026-11' THEN total_paise END)
        FROM orders WHERE status <> 'Cancelled'""",
    "dashboards: sales, all days": f"""
        SELECT {_MONTH}, count(*), sum(total_paise) FROM orders WHERE status <> 'Cancelled' GROUP BY 1 ORDER BY 1""",
    "dashboards: products, all days": """
        SELECT product_id, sum(l.quantity), sum(l.total_paise) FROM order_lines l JOIN orders o ON o.id = l.order_id
        WHERE o.status <> 'Cancelled' GROUP BY product_id ORDER BY 3 DESC LIMIT 10""",
    "dashboards: statuses, all days": "SELECT status, count(*) FROM orders GROUP BY status",
    "dashboards: segments, all days": """
        SELECT segment, count(*), sum(total_paise) FROM orders o JOIN customers c ON c.id = o.customer_id
        WHERE status <> 'Cancelled' GROUP BY segment""",
    "dashboards: reasons, all days": """
        SELECT reason, count(*), sum(quantity) FROM returns WHERE state = 'refunded' GROUP BY reason""",
    "stats: top of the financial year": """
        SELECT customer_id, count(*), sum(total_paise) FROM orders
        WHERE status <> 'Cancelled' AND ordered_on >= '2026-04-01' GROUP BY customer_id ORDER BY 3 DESC LIMIT 5""",
    "cohorts, after a write": f"""
        SELECT began, {_MONTH}, count(DISTINCT o.customer_id), sum(total_paise)
        FROM orders o JOIN (SELECT customer_id, substr(min(ordered_on), 1, 7) AS began FROM orders
                            WHERE status <> 'Cancelled' GROUP BY customer_id) f ON f.customer_id = o.customer_id
        WHERE status <> 'Cancelled' GROUP BY began, {_MONTH}""",
    "groups (RFM), after a write": """
        SELECT r, f, count(*), sum(money) FROM (
          SELECT money, ntile(5) OVER (ORDER BY last) AS r, ntile(5) OVER (ORDER BY times) AS f FROM (
            SELECT max(ordered_on) AS last, count(*) AS times, sum(total_paise) AS money
            FROM orders WHERE status <> 'Cancelled' GROUP BY customer_id) one) scored
        GROUP BY r, f""",
}
"""By the name of the row that answers it."""


@dataclass(frozen=True)
class Plain:
    """Milliseconds that the rows take to answer what a row of the bench shows."""

    name: str
    ms: float


def ask_plainly(stand: Stand) -> list[Plain]:
    """Every question once, on the shop of this stand."""
    say("  plain SQL over the rows")
    with stand.inside.app.app_context(), db.engine.connect() as connection:
        found = []
        for name, query in QUESTIONS.items():
            start = time.perf_counter()
            connection.execute(text(query)).all()
            found.append(Plain(name, (time.perf_counter() - start) * 1000))
        return found
