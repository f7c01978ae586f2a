"""The basis of a day gone by, worked out once for all figures of a sheet rather than for each of its lists."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, Table, insert, text

from cms.db import db
from cms.figures.filters import Basis


def worked_out(basis: Basis) -> Basis:
    """The same basis with its rows in temporary tables of this connection, which end with it."""
    named = (("customers", basis.customers), ("products", basis.products))
    customers, products = (_stored(f"{name}_then", rows) for name, rows in named)
    return Basis(basis.today, customers, products, recounted=True)


def _stored(name: str, rows: Any) -> Table:
    columns = [Column(column.name, column.type) for column in rows.c]
    table = Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])
    connection = db.session.connection()
    temporary = "" if connection.dialect.name == "sqlite" else "TEMPORARY"  # else MariaDB would end the transaction
    connection.execute(text(f"DROP {temporary} TABLE IF EXISTS {name}"))
    table.create(connection, checkfirst=False)
    connection.execute(insert(table).from_select([column.name for column in columns], rows.select()))
    return table
