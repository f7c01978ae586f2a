"""Runs the migrations on the database of the app."""

from alembic import context
from flask import current_app

from cms.db import db


def run() -> None:
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        driver = connection.connection.driver_connection
        if sqlite:
            # A table that is made anew is dropped first: with foreign keys on its children would go with it. Said to
            # the driver, since this setting is ignored inside a transaction and SQLAlchemy would begin one.
            driver.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
            if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(f"the migration would leave rows without their parents: {broken[:5]}")
            connection.commit()
        finally:
            connection.rollback()
            if sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


run()
