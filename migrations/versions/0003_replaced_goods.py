"""Goods that go out to replace what came back are a move of the stock of their own kind.

Down calls those moves 'sold'.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

BEFORE = "reason IN ('counted', 'sold', 'given back', 'returned')"
NOW = "reason IN ('counted', 'sold', 'given back', 'returned', 'replaced')"


def upgrade():
    allow(BEFORE, NOW)


def downgrade():
    op.execute("UPDATE stock_moves SET reason = 'sold' WHERE reason = 'replaced'")
    allow(NOW, BEFORE)


def allow(old, new):
    """The rule with other words. SQLite changes no rule: a new table takes the rows, the name and the indexes."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER TABLE stock_moves DROP CONSTRAINT ck_stock_moves_reason")
        op.execute(f"ALTER TABLE stock_moves ADD CONSTRAINT ck_stock_moves_reason CHECK ({new})")
        return
    run = op.get_bind().exec_driver_sql
    sql = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'stock_moves'").scalar_one()
    found = run("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'stock_moves' AND sql IS NOT NULL")
    indexes = found.scalars().all()
    run(sql.replace("stock_moves", "stock_moves_new", 1).replace(old, new))
    run("INSERT INTO stock_moves_new SELECT * FROM stock_moves")
    run("DROP TABLE stock_moves")
    run("ALTER TABLE stock_moves_new RENAME TO stock_moves")
    for index in indexes:
        run(index)
