"""The whole shop: every table, with the settings row, the counters and the first segments.

Down drops them all.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None

TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_520_ci"}


def code(length):
    """Text compared byte for byte."""
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


def upgrade():
    op.create_table(
        "counters",
        sa.Column("name", code(40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_counters_value")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
        **TABLE,
    )
    op.create_table(
        "day_totals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("shipped", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("gross_paise", sa.BigInteger(), nullable=False),
        sa.Column("return_count", sa.Integer(), nullable=False),
        sa.Column("returned_units", sa.BigInteger(), nullable=False),
        sa.Column("returned_paise", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "customers >= 0 AND line_count >= 0 AND units >= 0 AND gross_paise >= 0", name=op.f("ck_day_totals_sums")
        ),
        sa.CheckConstraint(
            "pending >= 0 AND shipped >= 0 AND delivered >= 0 AND cancelled >= 0", name=op.f("ck_day_totals_orders")
        ),
        sa.CheckConstraint(
            "return_count >= 0 AND returned_units >= 0 AND returned_paise >= 0", name=op.f("ck_day_totals_returns")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_totals")),
        **TABLE,
    )
    op.create_table(
        "login_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_hash", code(64), nullable=False),
        sa.Column("address", code(64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
        **TABLE,
    )
    op.create_index("ix_login_attempts_account", "login_attempts", ["account_hash", "at"], unique=False)
    op.create_index("ix_login_attempts_address", "login_attempts", ["address", "at"], unique=False)

    op.create_table(
        "message_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("marketing", sa.Boolean(), nullable=False),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_templates")),
        sa.UniqueConstraint("name", name=op.f("uq_message_templates_name")),
        **TABLE,
    )
    op.create_table(
        "products",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sku", code(64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("price_paise", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("hsn", sa.String(length=8), nullable=False),
        sa.Column("gst_rate_bp", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.Column("name_key", code(200), nullable=False),
        sa.Column("search_text", code(400), nullable=False),
        sa.Column("sold_units", sa.BigInteger(), nullable=False),
        sa.Column("sold_paise", sa.BigInteger(), nullable=False),
        sa.Column("returned_units", sa.BigInteger(), nullable=False),
        sa.Column("returned_paise", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("request_key", code(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('goods', 'service')", name=op.f("ck_products_kind")),
        sa.CheckConstraint("gst_rate_bp BETWEEN 0 AND 10000", name=op.f("ck_products_gst_rate")),
        sa.CheckConstraint("price_paise >= 0", name=op.f("ck_products_price")),
        sa.CheckConstraint("sold_units >= 0 AND returned_units >= 0", name=op.f("ck_products_totals")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_products_stock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("request_key", name=op.f("uq_products_request_key")),
        sa.UniqueConstraint("sku", name=op.f("uq_products_sku")),
        **TABLE,
    )
    op.create_index("ix_products_name", "products", ["name_key", "id"], unique=False)
    op.create_index("ix_products_sold_paise", "products", ["sold_paise", "id"], unique=False)
    op.create_index("ix_products_sold_units", "products", ["sold_units", "id"], unique=False)
    op.create_index("ix_products_stock", "products", ["stock", "id"], unique=False)

    op.create_table(
        "segments",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_segments")),
        **TABLE,
    )
    op.create_table(
        "settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("whatsapp", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("gst_mode", sa.String(length=12), nullable=False),
        sa.Column("gstin", sa.String(length=15), nullable=False),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=False),
        sa.Column("upi_vpa", sa.String(length=320), nullable=False),
        sa.Column("active_days", sa.Integer(), nullable=False),
        sa.Column("return_days", sa.Integer(), nullable=False),
        sa.Column("return_from", sa.String(length=10), nullable=False),
        sa.Column("clv_months", sa.Integer(), nullable=False),
        sa.Column("undo_minutes", sa.Integer(), nullable=False),
        sa.Column("low_stock", sa.Integer(), nullable=False),
        sa.Column("session_idle_minutes", sa.Integer(), nullable=False),
        sa.Column("session_hours", sa.Integer(), nullable=False),
        sa.Column("setup_token_hash", code(64), nullable=True),
        sa.Column("setup_done_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("gst_mode IN ('unregistered', 'composition', 'regular')", name=op.f("ck_settings_gst_mode")),
        sa.CheckConstraint("return_from IN ('order', 'delivery')", name=op.f("ck_settings_return_from")),
        sa.CheckConstraint("active_days BETWEEN 1 AND 3650", name=op.f("ck_settings_active_days")),
        sa.CheckConstraint("clv_months BETWEEN 1 AND 120", name=op.f("ck_settings_clv_months")),
        sa.CheckConstraint("id = 1", name=op.f("ck_settings_one_row")),
        sa.CheckConstraint("low_stock >= 0", name=op.f("ck_settings_low_stock")),
        sa.CheckConstraint("return_days BETWEEN 0 AND 3650", name=op.f("ck_settings_return_days")),
        sa.CheckConstraint(
            "session_idle_minutes BETWEEN 5 AND 10080 AND session_hours BETWEEN 1 AND 720",
            name=op.f("ck_settings_session"),
        ),
        sa.CheckConstraint("undo_minutes BETWEEN 0 AND 10080", name=op.f("ck_settings_undo_minutes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings")),
        **TABLE,
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", code(64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", code(200), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("theme", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'staff', 'viewer')", name=op.f("ck_users_role")),
        sa.CheckConstraint("theme IN ('auto', 'light', 'dark')", name=op.f("ck_users_theme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
        **TABLE,
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("thing", sa.String(length=20), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=True),
        sa.Column("thing_ref", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_activity_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        **TABLE,
    )
    op.create_index(op.f("ix_activity_at"), "activity", ["at"], unique=False)
    op.create_index("ix_activity_customer", "activity", ["customer_id", "id"], unique=False)
    op.create_index("ix_activity_order", "activity", ["order_id", "id"], unique=False)
    op.create_index("ix_activity_thing", "activity", ["thing", "thing_id", "id"], unique=False)

    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", code(64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("gender", sa.String(length=10), nullable=True),
        sa.Column("segment", sa.String(length=60), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("postcode", sa.String(length=12), nullable=False),
        sa.Column("country", sa.String(length=60), nullable=False),
        sa.Column("gstin", sa.String(length=15), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("marketing_at", sa.DateTime(), nullable=True),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.Column("override_status", sa.String(length=10), nullable=True),
        sa.Column("override_until", sa.Date(), nullable=True),
        sa.Column("override_reason", sa.String(length=200), nullable=False),
        sa.Column("name_key", code(120), nullable=False),
        sa.Column("email_key", code(254), nullable=True),
        sa.Column("phone_key", code(32), nullable=True),
        sa.Column("search_text", code(600), nullable=False),
        sa.Column("order_count", sa.Integer(), nullable=False),
        sa.Column("gross_paise", sa.BigInteger(), nullable=False),
        sa.Column("returned_paise", sa.BigInteger(), nullable=False),
        sa.Column("first_order_on", sa.Date(), nullable=True),
        sa.Column("last_order_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("request_key", code(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("gender IN ('Female', 'Male', 'Other')", name=op.f("ck_customers_gender")),
        sa.CheckConstraint("name_key <> ''", name=op.f("ck_customers_name")),
        sa.CheckConstraint("override_status IN ('Active', 'Inactive')", name=op.f("ck_customers_override_status")),
        sa.CheckConstraint("(order_count = 0) = (last_order_on IS NULL)", name=op.f("ck_customers_last_order")),
        sa.CheckConstraint(
            "order_count >= 0 AND gross_paise >= 0 AND returned_paise >= 0", name=op.f("ck_customers_totals")
        ),
        sa.ForeignKeyConstraint(["segment"], ["segments.name"], name=op.f("fk_customers_segment"), onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("email_key", name=op.f("uq_customers_email_key")),
        sa.UniqueConstraint("phone_key", name=op.f("uq_customers_phone_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_customers_ref")),
        sa.UniqueConstraint("request_key", name=op.f("uq_customers_request_key")),
        **TABLE,
    )
    op.create_index("ix_customers_gross", "customers", ["gross_paise", "id"], unique=False)
    op.create_index("ix_customers_last_order", "customers", ["last_order_on", "id"], unique=False)
    op.create_index("ix_customers_name", "customers", ["name_key", "id"], unique=False)
    op.create_index("ix_customers_orders", "customers", ["order_count", "id"], unique=False)
    op.create_index("ix_customers_segment", "customers", ["segment", "name_key", "id"], unique=False)

    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("digest", code(64), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_imports_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        **TABLE,
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", code(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
        **TABLE,
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)

    op.create_table(
        "customer_terms",
        sa.Column("term", code(24), nullable=False),
        sa.Column("customer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_terms_customer_id")),
        sa.PrimaryKeyConstraint("term", "customer_id", name=op.f("pk_customer_terms")),
        **TABLE,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", code(64), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("ordered_at", sa.DateTime(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("settled_before", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("discount_paise", sa.BigInteger(), nullable=False),
        sa.Column("total_paise", sa.BigInteger(), nullable=False),
        sa.Column("tax_paise", sa.BigInteger(), nullable=False),
        sa.Column("round_off_paise", sa.BigInteger(), nullable=False),
        sa.Column("payable_paise", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("paid_paise", sa.BigInteger(), nullable=False),
        sa.Column("returned_units", sa.Integer(), nullable=False),
        sa.Column("returned_paise", sa.BigInteger(), nullable=False),
        sa.Column(
            "due_paise",
            sa.BigInteger(),
            sa.Computed(
                "CASE WHEN settled_before THEN 0 ELSE CASE WHEN status = 'Cancelled' THEN 0 ELSE payable_paise - returned_paise END - paid_paise END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column(
            "unpaid",
            sa.Boolean(),
            sa.Computed(
                "CASE WHEN settled_before OR CASE WHEN status = 'Cancelled' THEN 0 ELSE payable_paise - returned_paise END - paid_paise <= 0 THEN 0 ELSE 1 END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("request_key", code(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('Pending', 'Shipped', 'Delivered', 'Cancelled')", name=op.f("ck_orders_status")),
        sa.CheckConstraint("payable_paise = total_paise + tax_paise + round_off_paise", name=op.f("ck_orders_payable")),
        sa.CheckConstraint("returned_units BETWEEN 0 AND units", name=op.f("ck_orders_returned")),
        sa.CheckConstraint("total_paise >= 0 AND discount_paise >= 0 AND tax_paise >= 0", name=op.f("ck_orders_money")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_orders_created_by_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_orders_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("ref", name=op.f("uq_orders_ref")),
        sa.UniqueConstraint("request_key", name=op.f("uq_orders_request_key")),
        **TABLE,
    )
    op.create_index("ix_orders_customer", "orders", ["customer_id", "ordered_at", "id"], unique=False)
    op.create_index("ix_orders_ordered_at", "orders", ["ordered_at", "id"], unique=False)
    op.create_index("ix_orders_ordered_on", "orders", ["ordered_on"], unique=False)
    op.create_index("ix_orders_status", "orders", ["status", "ordered_at", "id"], unique=False)
    op.create_index("ix_orders_unpaid", "orders", ["unpaid", "ordered_at", "id"], unique=False)

    op.create_table(
        "complaints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", code(64), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("priority", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("acknowledge_by", sa.DateTime(), nullable=False),
        sa.Column("resolve_by", sa.DateTime(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("request_key", code(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name=op.f("ck_complaints_resolved")),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high')", name=op.f("ck_complaints_priority")),
        sa.CheckConstraint(
            "state IN ('open', 'acknowledged', 'waiting', 'resolved', 'reopened')", name=op.f("ck_complaints_state")
        ),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_complaints_assignee_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_complaints_customer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_complaints_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_complaints_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("ref", name=op.f("uq_complaints_ref")),
        sa.UniqueConstraint("request_key", name=op.f("uq_complaints_request_key")),
        **TABLE,
    )
    op.create_index(op.f("ix_complaints_customer_id"), "complaints", ["customer_id"], unique=False)
    op.create_index(op.f("ix_complaints_order_id"), "complaints", ["order_id"], unique=False)
    op.create_index("ix_complaints_state", "complaints", ["state", "resolve_by", "id"], unique=False)

    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("request_key", code(64), nullable=True),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_feedback_rating")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_feedback_customer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_feedback_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_feedback_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("request_key", name=op.f("uq_feedback_request_key")),
        **TABLE,
    )
    op.create_index("ix_feedback_at", "feedback", ["at", "id"], unique=False)
    op.create_index(op.f("ix_feedback_customer_id"), "feedback", ["customer_id"], unique=False)
    op.create_index("ix_feedback_order", "feedback", ["order_id", "product_id"], unique=False)
    op.create_index(op.f("ix_feedback_product_id"), "feedback", ["product_id"], unique=False)

    op.create_table(
        "feedback_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", code(64), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_feedback_links_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feedback_links_token_hash")),
        **TABLE,
    )
    op.create_index(op.f("ix_feedback_links_order_id"), "feedback_links", ["order_id"], unique=False)

    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", code(16), nullable=False),
        sa.Column("series", code(10), nullable=False),
        sa.Column("financial_year", sa.String(length=5), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("taxable_paise", sa.BigInteger(), nullable=False),
        sa.Column("tax_paise", sa.BigInteger(), nullable=False),
        sa.Column("payable_paise", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_invoices_by_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_invoices_customer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_invoices_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("number", name=op.f("uq_invoices_number")),
        sa.UniqueConstraint("order_id", name=op.f("uq_invoices_order_id")),
        **TABLE,
    )
    op.create_index(op.f("ix_invoices_customer_id"), "invoices", ["customer_id"], unique=False)
    op.create_index(op.f("ix_invoices_issued_on"), "invoices", ["issued_on"], unique=False)
    op.create_index("uq_invoices_serial", "invoices", ["series", "financial_year", "serial"], unique=True)

    op.create_table(
        "notifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("request_key", code(64), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'whatsapp', 'sms')", name=op.f("ck_notifications_channel")),
        sa.CheckConstraint(
            "state IN ('outbox', 'sending', 'sent', 'opened', 'failed')", name=op.f("ck_notifications_state")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_notifications_by_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_notifications_customer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_notifications_order_id")),
        sa.ForeignKeyConstraint(["template_id"], ["message_templates.id"], name=op.f("fk_notifications_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("request_key", name=op.f("uq_notifications_request_key")),
        **TABLE,
    )
    op.create_index(op.f("ix_notifications_customer_id"), "notifications", ["customer_id"], unique=False)
    op.create_index("ix_notifications_state", "notifications", ["state", "id"], unique=False)

    op.create_table(
        "order_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("sku", code(64), nullable=False),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price_paise", sa.BigInteger(), nullable=False),
        sa.Column("discount_bp", sa.Integer(), nullable=False),
        sa.Column("discount_paise", sa.BigInteger(), nullable=False),
        sa.Column("order_discount_paise", sa.BigInteger(), nullable=False),
        sa.Column("total_paise", sa.BigInteger(), nullable=False),
        sa.Column("hsn", sa.String(length=8), nullable=False),
        sa.Column("gst_rate_bp", sa.Integer(), nullable=False),
        sa.Column("taxable_paise", sa.BigInteger(), nullable=False),
        sa.Column("cgst_paise", sa.BigInteger(), nullable=False),
        sa.Column("sgst_paise", sa.BigInteger(), nullable=False),
        sa.Column("igst_paise", sa.BigInteger(), nullable=False),
        sa.Column("stock_taken", sa.Boolean(), nullable=False),
        sa.Column("returned_quantity", sa.Integer(), nullable=False),
        sa.Column("returned_paise", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("cgst_paise = sgst_paise", name=op.f("ck_order_lines_halves")),
        sa.CheckConstraint("quantity > 0 AND unit_price_paise >= 0", name=op.f("ck_order_lines_quantity")),
        sa.CheckConstraint("returned_quantity BETWEEN 0 AND quantity", name=op.f("ck_order_lines_returned")),
        sa.CheckConstraint(
            "total_paise = quantity * unit_price_paise - discount_paise - order_discount_paise",
            name=op.f("ck_order_lines_total"),
        ),
        sa.CheckConstraint(
            "total_paise >= 0 AND discount_paise >= 0 AND order_discount_paise >= 0", name=op.f("ck_order_lines_money")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_order_lines_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        **TABLE,
    )
    op.create_index(op.f("ix_order_lines_product_id"), "order_lines", ["product_id"], unique=False)
    op.create_index("uq_order_lines_order_id", "order_lines", ["order_id", "line_no"], unique=True)

    op.create_table(
        "payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", code(64), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("utr", code(12), nullable=True),
        sa.Column("paid_at", sa.DateTime(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("request_key", code(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('payment', 'refund')", name=op.f("ck_payments_kind")),
        sa.CheckConstraint(
            "method IN ('cash', 'upi', 'card', 'bank', 'credit', 'other')", name=op.f("ck_payments_method")
        ),
        sa.CheckConstraint("state IN ('claimed', 'confirmed', 'refused')", name=op.f("ck_payments_state")),
        sa.CheckConstraint("amount_paise > 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_payments_by_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_payments_customer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payments_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("ref", name=op.f("uq_payments_ref")),
        sa.UniqueConstraint("request_key", name=op.f("uq_payments_request_key")),
        sa.UniqueConstraint("utr", name=op.f("uq_payments_utr")),
        **TABLE,
    )
    op.create_index(op.f("ix_payments_customer_id"), "payments", ["customer_id"], unique=False)
    op.create_index(op.f("ix_payments_order_id"), "payments", ["order_id"], unique=False)
    op.create_index("ix_payments_paid", "payments", ["paid_on", "id"], unique=False)
    op.create_index("ix_payments_state", "payments", ["state", "paid_at", "id"], unique=False)

    op.create_table(
        "status_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("old", sa.String(length=10), nullable=True),
        sa.Column("new", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "new IN ('Pending', 'Shipped', 'Delivered', 'Cancelled')", name=op.f("ck_status_changes_new")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_status_changes_by_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_status_changes_order_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["status_changes.id"], name=op.f("fk_status_changes_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_changes")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_status_changes_undoes_id")),
        **TABLE,
    )
    op.create_index("ix_status_changes_order", "status_changes", ["order_id", "id"], unique=False)

    op.create_table(
        "stock_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('counted', 'sold', 'given back', 'returned')", name=op.f("ck_stock_moves_reason")
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_moves_quantity")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_stock_moves_by_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_stock_moves_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_stock_moves_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_moves")),
        **TABLE,
    )
    op.create_index(op.f("ix_stock_moves_order_id"), "stock_moves", ["order_id"], unique=False)
    op.create_index(op.f("ix_stock_moves_product_id"), "stock_moves", ["product_id"], unique=False)

    op.create_table(
        "complaint_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_complaint_notes_by_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_notes_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_notes")),
        **TABLE,
    )
    op.create_index(op.f("ix_complaint_notes_complaint_id"), "complaint_notes", ["complaint_id"], unique=False)

    op.create_table(
        "credit_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", code(16), nullable=False),
        sa.Column("series", code(10), nullable=False),
        sa.Column("financial_year", sa.String(length=5), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("taxable_paise", sa.BigInteger(), nullable=False),
        sa.Column("tax_paise", sa.BigInteger(), nullable=False),
        sa.Column("total_paise", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_credit_notes_by_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_credit_notes_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_notes")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_notes_number")),
        **TABLE,
    )
    op.create_index(op.f("ix_credit_notes_invoice_id"), "credit_notes", ["invoice_id"], unique=False)
    op.create_index("uq_credit_notes_serial", "credit_notes", ["series", "financial_year", "serial"], unique=True)

    op.create_table(
        "returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", code(64), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("refund_paise", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("restocked", sa.Boolean(), nullable=False),
        sa.Column("refund_mode", sa.String(length=12), nullable=False),
        sa.Column("late_reason", sa.String(length=200), nullable=False),
        sa.Column("credit_note_id", sa.Integer(), nullable=True),
        sa.Column("credit_note_ref", sa.String(length=64), nullable=False),
        sa.Column("returned_at", sa.DateTime(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=False),
        sa.Column("refunded_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("request_key", code(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'refunded') = (refunded_on IS NOT NULL)", name=op.f("ck_returns_refunded")),
        sa.CheckConstraint(
            "refund_mode IN ('upi', 'cash', 'credit', 'replacement', 'other')", name=op.f("ck_returns_refund_mode")
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'received', 'refunded', 'refused')", name=op.f("ck_returns_state")
        ),
        sa.CheckConstraint("quantity > 0 AND refund_paise >= 0", name=op.f("ck_returns_quantity")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_returns_by_id")),
        sa.ForeignKeyConstraint(["credit_note_id"], ["credit_notes.id"], name=op.f("fk_returns_credit_note_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_returns_customer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_returns_order_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name=op.f("fk_returns_order_line_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_returns_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("ref", name=op.f("uq_returns_ref")),
        sa.UniqueConstraint("request_key", name=op.f("uq_returns_request_key")),
        **TABLE,
    )
    op.create_index(op.f("ix_returns_customer_id"), "returns", ["customer_id"], unique=False)
    op.create_index(op.f("ix_returns_order_id"), "returns", ["order_id"], unique=False)
    op.create_index(op.f("ix_returns_order_line_id"), "returns", ["order_line_id"], unique=False)
    op.create_index(op.f("ix_returns_product_id"), "returns", ["product_id"], unique=False)
    op.create_index("ix_returns_refunded", "returns", ["refunded_on"], unique=False)
    op.create_index("ix_returns_returned", "returns", ["returned_at", "id"], unique=False)
    fill()


def fill():
    """What a shop cannot start without."""
    settings = sa.table("settings", *(sa.column(name) for name in SETTINGS))
    op.bulk_insert(settings, [SETTINGS])
    counters = sa.table("counters", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in ("CUST", "ORD", "PROD", "RET", "PAY", "CMP")])
    segments = sa.table("segments", sa.column("name"), sa.column("position"))
    names = ("Individual", "Business", "Enterprise")
    op.bulk_insert(segments, [{"name": name, "position": place} for place, name in enumerate(names)])


SETTINGS = {
    "id": 1,
    "version": 1,
    "name": "My shop",
    "currency": "INR",
    "zone": "Asia/Kolkata",
    "country": "IN",
    "state": "",
    "address": "",
    "phone": "",
    "whatsapp": "",
    "email": "",
    "gst_mode": "unregistered",
    "gstin": "",
    "prices_include_tax": True,
    "upi_vpa": "",
    "active_days": 90,
    "return_days": 10,
    "return_from": "order",
    "clv_months": 6,
    "undo_minutes": 60,
    "low_stock": 5,
    "session_idle_minutes": 120,
    "session_hours": 12,
}


def downgrade():
    op.drop_table("returns")
    op.drop_table("credit_notes")
    op.drop_table("complaint_notes")
    op.drop_table("stock_moves")
    op.drop_table("status_changes")
    op.drop_table("payments")
    op.drop_table("order_lines")
    op.drop_table("notifications")
    op.drop_table("invoices")
    op.drop_table("feedback_links")
    op.drop_table("feedback")
    op.drop_table("complaints")
    op.drop_table("orders")
    op.drop_table("customer_terms")
    op.drop_table("sessions")
    op.drop_table("imports")
    op.drop_table("customers")
    op.drop_table("activity")
    op.drop_table("users")
    op.drop_table("settings")
    op.drop_table("segments")
    op.drop_table("products")
    op.drop_table("message_templates")
    op.drop_table("login_attempts")
    op.drop_table("day_totals")
    op.drop_table("counters")
