"""What was sold and refunded of each product is kept by day and by month.

Both tables are filled from the orders and returns that are there. The indexes of lines by product and of returns by
product and day hold what is asked of them besides; customers are counted by gender, and those set by hand are found. Down loses nothing: what the tables say stands in the rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TABLE = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_520_ci",
    "sqlite_with_rowid": False,
}
MONTH = {
    "sqlite": "date({day}, 'start of month')",
    "mysql": "DATE_SUB({day}, INTERVAL DAYOFMONTH({day}) - 1 DAY)",
}
FILL = """
    INSERT INTO {table} ({name}, product_id, units, gross_paise, returned_units, returned_paise)
    SELECT t, p, SUM(u), SUM(g), SUM(ru), SUM(rg) FROM (
        SELECT {sold} AS t, l.product_id AS p, SUM(l.quantity) AS u, SUM(l.total_paise) AS g, 0 AS ru, 0 AS rg
        FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.status <> 'Cancelled' GROUP BY 1, 2
        UNION ALL
        SELECT {back}, product_id, 0, 0, SUM(quantity), SUM(refund_paise)
        FROM returns WHERE state = 'refunded' GROUP BY 1, 2
    ) parts GROUP BY t, p
"""


def upgrade():
    # The new index comes first: MySQL wants one behind a foreign key at all times.
    op.create_index("ix_order_lines_product", "order_lines", ["product_id", "order_id"])
    op.drop_index("ix_order_lines_product_id", "order_lines")
    op.create_index("ix_returns_product", "returns", ["product_id", "refunded_on", "reason", "quantity"])
    op.drop_index("ix_returns_product_id", "returns")
    op.drop_index("ix_returns_refunded", "returns")
    op.create_index("ix_returns_refunded", "returns", ["refunded_on", "reason"])
    op.create_index("ix_customers_gender", "customers", ["gender", "name_key", "id"])
    op.create_index("ix_customers_override", "customers", ["override_status", "override_until", "last_order_on"])
    dialect = "sqlite" if op.get_bind().dialect.name == "sqlite" else "mysql"
    for name in ("day", "month"):
        table = f"product_{name}s"
        op.create_table(
            table,
            sa.Column(name, sa.Date(), nullable=False),
            sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("units", sa.BigInteger(), nullable=False),
            sa.Column("gross_paise", sa.BigInteger(), nullable=False),
            sa.Column("returned_units", sa.BigInteger(), nullable=False),
            sa.Column("returned_paise", sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f(f"fk_{table}_product_id")),
            sa.PrimaryKeyConstraint(name, "product_id", name=op.f(f"pk_{table}")),
            **TABLE,
        )
        op.create_index(f"ix_{table}_product", table, ["product_id", name])
        part = MONTH[dialect] if name == "month" else "{day}"
        days = {"sold": part.format(day="o.ordered_on"), "back": part.format(day="refunded_on")}
        op.execute(sa.text(FILL.format(table=table, name=name, **days)))


def downgrade():
    op.drop_table("product_months")
    op.drop_table("product_days")
    op.drop_index("ix_customers_override", "customers")
    op.drop_index("ix_customers_gender", "customers")
    op.drop_index("ix_returns_refunded", "returns")
    op.create_index("ix_returns_refunded", "returns", ["refunded_on"])
    op.create_index("ix_returns_product_id", "returns", ["product_id"])
    op.drop_index("ix_returns_product", "returns")
    op.create_index("ix_order_lines_product_id", "order_lines", ["product_id"])
    op.drop_index("ix_order_lines_product", "order_lines")
