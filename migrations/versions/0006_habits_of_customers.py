"""What customers do over time is kept: cohorts, days between orders, segments by day, customers by year, lifetime values.

Down loses these totals, which can be told anew from the orders, and the fits of the lifetime model.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_520_ci"}
LIVE = "FROM orders WHERE status <> 'Cancelled'"
KEPT = ("cohort_totals", "customer_years", "gap_totals", "segment_days")


def upgrade():
    op.execute("ALTER TABLE customers ADD COLUMN pace_paise BIGINT NOT NULL DEFAULT 0")
    op.create_index("ix_customers_first_order", "customers", ["first_order_on", "id"])
    op.create_index("ix_customers_pace", "customers", ["pace_paise", "id"])
    op.create_index("ix_customers_rfm", "customers", ["last_order_on", "order_count", "archived_at", "gross_paise"])
    op.create_index("ix_orders_day", "orders", ["ordered_on", "status", "customer_id", "total_paise"])
    op.drop_index("ix_orders_ordered_on", "orders")
    totals()
    values()
    count()


def downgrade():
    for table in ("customer_values", "clv_fits", *reversed(KEPT)):
        op.drop_table(table)
    op.create_index("ix_orders_ordered_on", "orders", ["ordered_on"])
    op.drop_index("ix_orders_day", "orders")
    op.drop_index("ix_customers_rfm", "customers")
    op.drop_index("ix_customers_pace", "customers")
    op.drop_index("ix_customers_first_order", "customers")
    op.execute("ALTER TABLE customers DROP COLUMN pace_paise")


def totals():
    def sums():
        yield sa.Column("orders", sa.Integer(), nullable=False)
        yield sa.Column("gross_paise", sa.BigInteger(), nullable=False)

    op.create_table(
        "cohort_totals",
        sa.Column("cohort", sa.Date(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        *sums(),
        sa.CheckConstraint(
            "customers >= 0 AND orders >= 0 AND gross_paise >= 0 AND month >= cohort",
            name=op.f("ck_cohort_totals_sums"),
        ),
        sa.PrimaryKeyConstraint("cohort", "month", name=op.f("pk_cohort_totals")),
        **TABLE,
    )
    op.create_table(
        "customer_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.Integer(), autoincrement=False, nullable=False),
        *sums(),
        sa.CheckConstraint("orders >= 0 AND gross_paise >= 0", name=op.f("ck_customer_years_sums")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_years_customer_id")),
        sa.PrimaryKeyConstraint("year", "customer_id", name=op.f("pk_customer_years")),
        **TABLE,
    )
    op.create_index("ix_customer_years_gross", "customer_years", ["year", "gross_paise", "customer_id"])
    op.create_index("ix_customer_years_orders", "customer_years", ["year", "orders", "customer_id"])
    op.create_table(
        "gap_totals",
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.CheckConstraint("gaps >= 0 AND days >= 0", name=op.f("ck_gap_totals_sums")),
        sa.PrimaryKeyConstraint("days", name=op.f("pk_gap_totals")),
        **TABLE,
    )
    op.create_table(
        "segment_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("segment", sa.String(length=60), nullable=False),
        *sums(),
        sa.CheckConstraint("orders >= 0 AND gross_paise >= 0", name=op.f("ck_segment_days_sums")),
        sa.ForeignKeyConstraint(
            ["segment"],
            ["segments.name"],
            name=op.f("fk_segment_days_segment"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("day", "segment", name=op.f("pk_segment_days")),
        **TABLE,
    )


def values():
    op.create_table(
        "clv_fits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(), nullable=False),
        sa.Column("fitted_on", sa.Date(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("repeaters", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("r", "alpha", "a", "b", "log_likelihood")),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("p", "q", "gamma")),
        sa.Column("calibration", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_clv_fits_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clv_fits")),
        **TABLE,
    )
    op.create_index("ix_clv_fits_finished_at", "clv_fits", ["finished_at"])
    op.create_table(
        "customer_values",
        sa.Column("fit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("expected_orders", sa.Double(), nullable=False),
        sa.Column("alive", sa.Double(), nullable=False),
        sa.Column("value_paise", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_values_customer_id")),
        sa.ForeignKeyConstraint(["fit_id"], ["clv_fits.id"], name=op.f("fk_customer_values_fit_id")),
        sa.PrimaryKeyConstraint("fit_id", "customer_id", name=op.f("pk_customer_values")),
        **TABLE,
    )
    op.create_index("ix_customer_values_value", "customer_values", ["fit_id", "value_paise", "customer_id"])


def count():
    """The totals of the orders that are there already."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    month = "date({0}, 'start of month')" if sqlite else "({0} - INTERVAL (DAYOFMONTH({0}) - 1) DAY)"
    year = "CAST(strftime('%Y', ordered_on) AS INTEGER)" if sqlite else "YEAR(ordered_on)"
    month_number = "CAST(strftime('%m', ordered_on) AS INTEGER)" if sqlite else "MONTH(ordered_on)"
    begins = f"({year} - CASE WHEN {month_number} < 4 THEN 1 ELSE 0 END)"
    between = "CAST(julianday({1}) - julianday({0}) AS INTEGER)" if sqlite else "DATEDIFF({1}, {0})"
    divide, days = "/" if sqlite else "DIV", between.format("first_order_on", "last_order_on")
    pace = f"CASE WHEN {days} = 0 THEN gross_paise ELSE (60 * gross_paise + {days}) {divide} (2 * {days}) END"
    cohort, bought_in = month.format("c.first_order_on"), month.format("ordered_on")
    before = "LAG(ordered_on) OVER (PARTITION BY customer_id ORDER BY ordered_on)"
    run = op.execute
    run(f"UPDATE customers SET pace_paise = {pace} WHERE order_count > 0")  # noqa: S608
    run(f"""INSERT INTO cohort_totals (cohort, month, customers, orders, gross_paise)
        SELECT {cohort}, m.month, COUNT(*), SUM(m.orders), SUM(m.gross) FROM (SELECT customer_id,
        {bought_in} AS month, COUNT(*) AS orders, SUM(total_paise) AS gross {LIVE} GROUP BY customer_id, {bought_in}) m
        JOIN customers c ON c.id = m.customer_id GROUP BY {cohort}, m.month""")  # noqa: S608
    financial = f"({begins} * 100 + ({begins} + 1) % 100)"
    for period in (year, financial):
        run(f"""INSERT INTO customer_years (year, customer_id, orders, gross_paise)
            SELECT {period}, customer_id, COUNT(*), SUM(total_paise) {LIVE} GROUP BY {period}, customer_id""")
    run(f"""INSERT INTO gap_totals (days, gaps) SELECT {between.format("p", "d")}, COUNT(*)
        FROM (SELECT ordered_on AS d, {before} AS p {LIVE}) g WHERE p IS NOT NULL GROUP BY {between.format("p", "d")}""")  # noqa: S608
    run(f"""INSERT INTO segment_days (day, segment, orders, gross_paise)
        SELECT ordered_on, c.segment, COUNT(*), SUM(total_paise) FROM orders JOIN customers c ON c.id = customer_id
        WHERE {LIVE.partition("WHERE ")[2]} GROUP BY ordered_on, c.segment""")  # noqa: S608
