"""After the sale: store credit, tax on top of what came back, return reasons, jobs, files, the contact page.

Down loses what stands in the new tables and columns.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"

TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_520_ci"}


def code(length):
    """Text compared byte for byte."""
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


# What tables that hold rows already get, in plain SQL; BINARY marks text compared byte for byte.
COLUMNS = {
    "settings": {
        "acknowledge_hours": "INTEGER NOT NULL DEFAULT 48",
        "resolve_days": "INTEGER NOT NULL DEFAULT 30",
        "feedback_days": "INTEGER NOT NULL DEFAULT 30",
        "simulate_payments": "BOOLEAN NOT NULL DEFAULT 0",
        "invoice_prefix": "VARCHAR(6) BINARY NOT NULL DEFAULT 'INV'",
        "credit_prefix": "VARCHAR(6) BINARY NOT NULL DEFAULT 'CN'",
        "invoice_note": "VARCHAR(300) NOT NULL DEFAULT ''",
        "logo_digest": "VARCHAR(64) BINARY NOT NULL DEFAULT ''",
    },
    "customers": {"credit_paise": "BIGINT NOT NULL DEFAULT 0"},
    "orders": {
        "gst_mode": "VARCHAR(12) NOT NULL DEFAULT 'unregistered'",
        "place_of_supply": "VARCHAR(60) NOT NULL DEFAULT ''",
        "returned_tax_paise": "BIGINT NOT NULL DEFAULT 0",
    },
    "returns": {"tax_paise": "BIGINT NOT NULL DEFAULT 0", "decision": "VARCHAR(200) NOT NULL DEFAULT ''"},
    "complaints": {"resolution_kind": "VARCHAR(12) NOT NULL DEFAULT ''"},
    "feedback": {"link_id": "INTEGER"},
    "payments": {"return_id": "INTEGER"},
    "activity": {"undoes_id": "INTEGER"},
    "message_templates": {"event": "VARCHAR(20) BINARY"},
    "notifications": {"batch": "VARCHAR(64) BINARY", "marketing": "BOOLEAN NOT NULL DEFAULT 0"},
}
RULES = {
    "settings": {
        "ck_settings_clocks": "CHECK (acknowledge_hours BETWEEN 1 AND 8760 AND resolve_days BETWEEN 1 AND 3650)",
        "ck_settings_feedback_days": "CHECK (feedback_days BETWEEN 1 AND 365)",
    },
    "customers": {"ck_customers_credit": "CHECK (credit_paise >= 0)"},
    "orders": {"ck_orders_gst_mode": "CHECK (gst_mode IN ('unregistered', 'composition', 'regular'))"},
    "returns": {"ck_returns_tax": "CHECK (tax_paise >= 0)"},
    "complaints": {
        "ck_complaints_resolution_kind": "CHECK (resolution_kind IN"
        " ('', 'refund', 'return', 'replacement', 'coupon', 'other'))"
    },
    "feedback": {"fk_feedback_link_id": "FOREIGN KEY(link_id) REFERENCES feedback_links (id)"},
    "payments": {"fk_payments_return_id": "FOREIGN KEY(return_id) REFERENCES returns (id)"},
    "activity": {
        "uq_activity_undoes_id": "UNIQUE (undoes_id)",
        "fk_activity_undoes_id": "FOREIGN KEY(undoes_id) REFERENCES activity (id)",
    },
    "message_templates": {"uq_message_templates_event": "UNIQUE (event)"},
    "notifications": {},
}
INDEXES = {
    "ix_returns_state": ("returns", "state", "returned_at", "id"),
    "ix_returns_reason": ("returns", "reason", "returned_at", "id"),
    "ix_complaints_opened": ("complaints", "opened_at", "id"),
    "ix_feedback_rating": ("feedback", "rating", "at", "id"),
    "ix_payments_at": ("payments", "paid_at", "id"),
    "ix_payments_method": ("payments", "method", "paid_at", "id"),
    "ix_payments_return_id": ("payments", "return_id"),
    "ix_activity_kind": ("activity", "thing", "id"),
    "ix_activity_by": ("activity", "by_id", "id"),
    "ix_notifications_batch": ("notifications", "batch"),
}
DUE_BEFORE = "payable_paise - returned_paise END"
DUE_NOW = "payable_paise - returned_paise - returned_tax_paise END"
GENERATED = {
    "due_paise": (
        "BIGINT",
        "CASE WHEN settled_before THEN 0 ELSE CASE WHEN status = 'Cancelled' THEN 0 ELSE {due} - paid_paise END",
    ),
    "unpaid": (
        "BOOL",
        "CASE WHEN settled_before OR CASE WHEN status = 'Cancelled' THEN 0 ELSE {due} - paid_paise <= 0"
        " THEN 0 ELSE 1 END",
    ),
}
REASONS = [
    ("Damaged or defective", True),
    ("Wrong item sent", True),
    ("Not as described", True),
    ("Arrived too late", True),
    ("Size does not fit", False),
    ("Did not like it", False),
    ("Ordered by mistake", False),
    ("Other", False),
]
TEMPLATES = [
    (
        "order_placed",
        "Order placed",
        "Your order {order} at {shop}",
        "Hello {customer}, thank you for your order {order} of {total}. We will tell you when it is on its way. {shop}",
        False,
    ),
    (
        "order_shipped",
        "Order shipped",
        "Your order {order} is on its way",
        "Hello {customer}, your order {order} is on its way to you. {shop}",
        False,
    ),
    (
        "payment_due",
        "Payment due",
        "Payment for your order {order}",
        "Hello {customer}, {due} of your order {order} is still open. You can pay by UPI to {upi}. Thank you. {shop}",
        False,
    ),
    (
        "return_decided",
        "Return decided",
        "Your return {return}",
        "Hello {customer}, your return {return} of order {order} is {return_state}. Refund: {refund}. {shop}",
        False,
    ),
    (
        "complaint_update",
        "Complaint update",
        "Your complaint {complaint}",
        "Hello {customer}, your complaint {complaint} is {complaint_state}. {shop}",
        False,
    ),
    (
        "feedback_request",
        "Ask for feedback",
        "How was your order {order}?",
        "Hello {customer}, how did you like your order {order}? Please tell us here: {feedback_link} {shop}",
        False,
    ),
    (
        "win_back",
        "We miss you",
        "{shop} misses you",
        "Hello {customer}, it has been a while since your last order. We would love to see you again. {shop}",
        True,
    ),
]


def upgrade():
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in COLUMNS.items():
        if sqlite:
            remake(table, lambda sql, table=table: grown(table, sql))
        else:
            parts = [f"ADD COLUMN {name} {in_mysql(what)}" for name, what in columns.items()]
            parts += [f"ADD CONSTRAINT {name} {rule}" for name, rule in RULES[table].items()]
            op.execute(f"ALTER TABLE {table} {', '.join(parts)}")
    if not sqlite:
        due_is(DUE_NOW)
    for name, (table, *columns) in INDEXES.items():
        op.create_index(name, table, columns)
    new_tables()
    seed()


def downgrade():
    for table in ("rating_totals", "method_totals", "jobs", "files", "contact_page", "return_reasons", "credit_moves"):
        op.drop_table(table)
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        for name in INDEXES:
            op.drop_index(name)
        for table in COLUMNS:
            remake(table, lambda sql, table=table: shrunk(table, sql))
        return
    due_is(DUE_BEFORE)
    for table, columns in COLUMNS.items():
        for name, rule in sorted(RULES[table].items()):  # foreign keys before the index that they lean on
            kind = {"C": "CONSTRAINT", "F": "FOREIGN KEY", "U": "INDEX"}[rule[0]]
            op.execute(f"ALTER TABLE {table} DROP {kind} {name}")
        gone = [f"DROP INDEX {name}" for name, (on, *_) in INDEXES.items() if on == table]
        if table == "activity":  # a foreign key has to keep an index
            gone.append("ADD INDEX fk_activity_by_id (by_id)")
        op.execute(f"ALTER TABLE {table} {', '.join([*gone, *(f'DROP COLUMN {name}' for name in columns)])}")


def in_mysql(what):
    """A column's SQL with the collation of texts that are codes."""
    return what.replace(" BINARY", " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")


def due_is(rule):
    """MySQL changes no generated column whose formula differs; it is made anew, and the index on it."""
    op.execute("ALTER TABLE orders DROP INDEX ix_orders_unpaid, DROP COLUMN unpaid, DROP COLUMN due_paise")
    columns = [
        f"ADD COLUMN {name} {kind} AS ({sql.format(due=rule)}) STORED" for name, (kind, sql) in GENERATED.items()
    ]
    op.execute(f"ALTER TABLE orders {', '.join(columns)}")
    op.create_index("ix_orders_unpaid", "orders", ["unpaid", "ordered_at", "id"])


def added(table):
    """What SQLite's words for a table get: its columns, and its rules."""
    columns = "".join(f"\n\t{name} {what.replace(' BINARY', '')}, " for name, what in COLUMNS[table].items())
    return columns, "".join(f", \n\tCONSTRAINT {name} {rule}" for name, rule in RULES[table].items())


def grown(table, sql):
    """SQLite's words for a table with what this step adds."""
    columns, rules = added(table)
    before, mark, after = sql.replace(DUE_BEFORE, DUE_NOW).partition("\n\tCONSTRAINT ")
    return before + columns + mark + after.rstrip().removesuffix(")").rstrip() + rules + "\n)"


def shrunk(table, sql):
    """And without it again."""
    for part in added(table):
        sql = sql.replace(part, "")
    return sql.replace(DUE_NOW, DUE_BEFORE)


def remake(table, change):
    """SQLite adds no rule to a table that stands: a new one takes its rows, its name and its indexes."""
    run = op.get_bind().exec_driver_sql
    sql = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    indexes = run("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,))
    remade = change(sql).replace(table, f"{table}_new", 1)
    indexes = indexes.scalars().all()
    run(remade)
    stored = {row[1] for row in run(f"PRAGMA table_xinfo({table}_new)") if row[6] == 0}
    columns = ", ".join(row[1] for row in run(f"PRAGMA table_xinfo({table})") if row[1] in stored)
    run(f"INSERT INTO {table}_new ({columns}) SELECT {columns} FROM {table}")  # noqa: S608
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE {table}_new RENAME TO {table}")
    for index in indexes:
        run(index)


def new_tables():
    op.create_table(
        "credit_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount_paise <> 0", name=op.f("ck_credit_moves_amount")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_credit_moves_by_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_credit_moves_customer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_credit_moves_order_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_credit_moves_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_moves")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_credit_moves_payment_id")),
        **TABLE,
    )
    op.create_index("ix_credit_moves_customer_id", "credit_moves", ["customer_id"])
    op.create_table(
        "return_reasons",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("any_time", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_return_reasons")),
        **TABLE,
    )
    op.create_table(
        "contact_page",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in LONG_TEXTS),
        *(sa.Column(name, sa.String(length=size), nullable=False) for name, size in SHORT_TEXTS.items()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_contact_page_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_page")),
        **TABLE,
    )
    op.create_table(
        "files",
        sa.Column("key", code(80), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("digest", code(64), nullable=False),
        sa.Column("data", sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb"), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_files")),
        **TABLE,
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("request_key", code(64), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_jobs_state")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_jobs_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("request_key", name=op.f("uq_jobs_request_key")),
        **TABLE,
    )
    op.create_index("ix_jobs_state", "jobs", ["state", "id"])
    op.create_table(
        "method_totals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("received_paise", sa.BigInteger(), nullable=False),
        sa.Column("refunded_paise", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("received_paise >= 0 AND refunded_paise >= 0", name=op.f("ck_method_totals_sums")),
        sa.PrimaryKeyConstraint("day", "method", name=op.f("pk_method_totals")),
        **TABLE,
    )
    op.create_table(
        "rating_totals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rating", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ratings", sa.Integer(), nullable=False),
        sa.CheckConstraint("ratings >= 0 AND rating BETWEEN 1 AND 5", name=op.f("ck_rating_totals_sums")),
        sa.PrimaryKeyConstraint("day", "rating", name=op.f("pk_rating_totals")),
        **TABLE,
    )


def seed():
    page = sa.table("contact_page", *map(sa.column, ("id", "version", *LONG_TEXTS, *SHORT_TEXTS)))
    op.bulk_insert(page, [{"id": 1, "version": 1} | dict.fromkeys((*LONG_TEXTS, *SHORT_TEXTS), "")])
    reasons = sa.table("return_reasons", *map(sa.column, ("name", "any_time", "position")))
    rows = [{"name": name, "any_time": late, "position": place} for place, (name, late) in enumerate(REASONS)]
    op.bulk_insert(reasons, rows)
    names = ("event", "name", "subject", "body", "marketing")
    templates = sa.table("message_templates", *map(sa.column, (*names, "version")))
    there = set(op.get_bind().scalars(sa.select(templates.c.name)))  # a step down leaves them
    rows = [dict(zip(names, row, strict=True)) | {"version": 1} for row in TEMPLATES]
    op.bulk_insert(templates, [row for row in rows if row["name"] not in there])
    for row in rows:
        if row["name"] in there:
            op.execute(templates.update().where(templates.c.name == row["name"]).values(event=row["event"]))
    # Confirmed payments and feedback that are there already are counted by day.
    op.execute(
        "INSERT INTO method_totals (day, method, payments, received_paise, refunded_paise)"
        " SELECT paid_on, method, COUNT(*), SUM(CASE WHEN kind = 'payment' THEN amount_paise ELSE 0 END),"
        " SUM(CASE WHEN kind = 'refund' THEN amount_paise ELSE 0 END)"
        " FROM payments WHERE state = 'confirmed' GROUP BY paid_on, method"
    )
    op.execute(
        "INSERT INTO rating_totals (day, rating, ratings)"
        " SELECT given_on, rating, COUNT(*) FROM feedback GROUP BY given_on, rating"
    )


LONG_TEXTS = (
    "phones",
    "emails",
    "hours",
    "returns_policy",
    "delivery_policy",
    "payment_policy",
    "privacy_policy",
)
SHORT_TEXTS = {
    "map_url": 500,
    "grievance_name": 120,
    "grievance_designation": 120,
    "grievance_phone": 32,
    "grievance_email": 254,
}
