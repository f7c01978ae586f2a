"""Files are uploaded to be imported, imports can be taken back, and a job names its worker.

Down loses uploads that have not landed, and what imports changed: none of them can be taken back any more.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"

TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_520_ci"}


def code(length):
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


def upgrade():
    op.execute("ALTER TABLE jobs ADD COLUMN worker VARCHAR(120) NOT NULL DEFAULT ''")
    with op.batch_alter_table("imports") as table:
        table.add_column(sa.Column("spans", sa.JSON(), nullable=True))
        table.add_column(sa.Column("job_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("reverted_at", sa.DateTime(), nullable=True))
        table.create_foreign_key(op.f("fk_imports_job_id"), "jobs", ["job_id"], ["id"])
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("separator", sa.String(length=1), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("digest", code(64), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("headers", "samples", "said")),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("fills", sa.String(length=20), nullable=False),
        sa.Column("matching", sa.JSON(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("payments_follow", sa.Boolean(), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("request_key", code(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('csv', 'xlsx')", name=op.f("ck_uploads_kind")),
        sa.CheckConstraint("mode IN ('create', 'update', 'both')", name=op.f("ck_uploads_mode")),
        sa.CheckConstraint("step IN ('match', 'check', 'land')", name=op.f("ck_uploads_step")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_uploads_job_id")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_uploads_import_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_uploads_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("request_key", name=op.f("uq_uploads_request_key")),
        **TABLE,
    )
    op.create_index("ix_uploads_digest", "uploads", ["digest", "id"])
    op.create_index("ix_uploads_import_id", "uploads", ["import_id"])
    op.create_table(
        "upload_pieces",
        sa.Column("upload_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb"), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_upload_pieces_upload_id")),
        sa.PrimaryKeyConstraint("upload_id", "number", name=op.f("pk_upload_pieces")),
        **TABLE,
    )
    op.create_table(
        "import_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("thing", sa.String(length=20), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_changes_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_changes")),
        **TABLE,
    )
    op.create_index("ix_import_changes_import_id", "import_changes", ["import_id"])


def downgrade():
    for table in ("import_changes", "upload_pieces", "uploads"):
        op.drop_table(table)
    with op.batch_alter_table("imports") as table:
        table.drop_constraint(op.f("fk_imports_job_id"), type_="foreignkey")
        for name in ("reverted_at", "job_id", "spans"):
            table.drop_column(name)
    op.execute("ALTER TABLE jobs DROP COLUMN worker")
