"""The sums of a year's invoices and credit notes come from an index, without their contents.

Down drops the two indexes.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

INDEXES = {
    "ix_invoices_sums": ("invoices", "issued_on", "taxable_paise", "tax_paise", "payable_paise"),
    "ix_credit_notes_sums": ("credit_notes", "issued_on", "taxable_paise", "tax_paise", "total_paise"),
}


def upgrade():
    for name, (table, *columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade():
    for name, (table, *_columns) in INDEXES.items():
        op.drop_index(name, table_name=table)
