"""The index of orders by time also knows whose they are: who is searched by name is met without reading each order.

Down it knows the time alone, as before; nothing is lost.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

NAME, TABLE = "ix_orders_ordered_at", "orders"


def upgrade():
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["ordered_at", "id", "customer_id"])


def downgrade():
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["ordered_at", "id"])
