"""flask password-link"""

from __future__ import annotations

import click

from cms.auth import actions, queries
from cms.cli import told
from cms.db import db, writing
from cms.errors import RuleError


@click.command("password-link")
@click.argument("name")
@click.option("--base", default="http://127.0.0.1:8000", show_default=True, help="The address of the shop.")
@told
def password_link(name: str, base: str) -> None:
    """Print a one-time link by which the user NAME chooses a password. The password of now is void at once."""
    with writing():
        user = queries.user_named(name)
        if user is None:
            raise RuleError(f"There is no user called {name}")
        token = actions.new_password_link(user, None)
        db.session.commit()
    click.echo(f"For {user.username}, once and within three days: {base.rstrip('/')}/password/{token}")
