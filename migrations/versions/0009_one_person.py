"""Customers who are one person are found, merged and taken apart again, and a person can be forgotten.

Down loses what merges had noted for undoing them, who was told apart, and when somebody was forgotten. What was merged
stays merged, and who was forgotten stays forgotten.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"

TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_520_ci"}
KEYS = {"phone_tail": 10, "mailbox": 254, "name_place": 120, "name_alike": 80}
SAID = ("name", "email", "phone", "city", "postcode")
AT_ONCE = 5000


def upgrade():
    for name, length in KEYS.items():
        op.add_column("customers", sa.Column(name, code(length), nullable=True))
    op.add_column("customers", sa.Column("forgotten_at", sa.DateTime(), nullable=True))
    fill()
    for name in ("phone_tail", "mailbox", "name_place"):
        op.create_index(f"ix_customers_{name}", "customers", [name])
    op.create_index("ix_customers_alike", "customers", ["name_alike", "name_place", "phone_key"])
    persons()


def downgrade():
    for table in ("apart", "merge_moves", "merges"):
        op.drop_table(table)
    for name in ("alike", "name_place", "mailbox", "phone_tail"):
        op.drop_index(f"ix_customers_{name}", "customers")
    for name in ("forgotten_at", *reversed(KEYS)):
        op.execute(f"ALTER TABLE customers DROP COLUMN {name}")


def code(length):
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


def persons():
    op.create_table(
        "merges",
        sa.Column("gone_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("old_ref", code(64), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_merges_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["activity.id"], name=op.f("fk_merges_entry_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["customers.id"], name=op.f("fk_merges_kept_id")),
        sa.PrimaryKeyConstraint("gone_id", name=op.f("pk_merges")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_merges_entry_id")),
        sa.UniqueConstraint("old_ref", name=op.f("uq_merges_old_ref")),
        **TABLE,
    )
    op.create_index("ix_merges_kept_id", "merges", ["kept_id"])
    op.create_table(
        "merge_moves",
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("place", code(60), nullable=False),
        sa.Column("row_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["gone_id"], ["merges.gone_id"], name=op.f("fk_merge_moves_gone_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("gone_id", "place", "row_id", name=op.f("pk_merge_moves")),
        sqlite_with_rowid=False,
        **TABLE,
    )
    op.create_table(
        "apart",
        sa.Column("low_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("high_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_apart_order")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_apart_by_id")),
        sa.ForeignKeyConstraint(["high_id"], ["customers.id"], name=op.f("fk_apart_high_id")),
        sa.ForeignKeyConstraint(["low_id"], ["customers.id"], name=op.f("fk_apart_low_id")),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_apart")),
        **TABLE,
    )
    op.create_index("ix_apart_high", "apart", ["high_id"])


def fill():
    """The keys of the customers that are there, as the program tells them: `flask check` compares the two."""
    from cms.duplicates.rules import alike_keys

    table = sa.table("customers", *(sa.column(name) for name in ("id", *SAID, *KEYS)))
    put = sa.update(table).where(table.c.id == sa.bindparam("key"))
    put = put.values({name: sa.bindparam(f"new_{name}") for name in KEYS})
    last = 0
    while (
        rows := op.get_bind()
        .execute(
            sa.select(table.c.id, *(table.c[name] for name in SAID))
            .where(table.c.id > last)
            .order_by(table.c.id)
            .limit(AT_ONCE)
        )
        .all()
    ):
        new = [{f"new_{name}": key for name, key in alike_keys(*row[1:]).items()} | {"key": row.id} for row in rows]
        op.get_bind().execute(put, new)
        last = rows[-1].id
