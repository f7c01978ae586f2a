"""The shop can be backed up every day by itself.

Down forgets when, and how many are kept; the backups themselves are files and stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_520_ci"}


def upgrade():
    op.create_table(
        "backup_plan",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("keep", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_backup_plan_one_row")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23 AND keep BETWEEN 1 AND 30", name=op.f("ck_backup_plan_bounds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_plan")),
        **TABLE,
    )
    op.execute("INSERT INTO backup_plan (id, daily, hour, keep, problem, version) VALUES (1, 0, 2, 7, '', 1)")


def downgrade():
    op.drop_table("backup_plan")
