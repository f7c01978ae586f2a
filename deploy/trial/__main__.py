"""Tries docs/operations.md in an empty folder: `python -m deploy.trial` (make trial), some three minutes.

It installs the last commit with packages of its own by deploy/release.sh, starts it as the units say behind nginx with
TLS, and lets people place orders meanwhile: a reload, a killed process, a new version with a migration, a copy brought
back. What was acknowledged is counted against what is stored. Ends with 0 when nothing was lost or doubled.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pymysql

from cms.health.queries import known_revisions
from deploy.trial.load import Load, Place, Tally, say, told
from deploy.trial.machine import Machine, clone
from tests.databases import app_on
from tests.factories import make_customer, make_product
from tests.mariadb import MariaDB

PEOPLE = 4
PASSWORD = "seven green bottles on a wall"
MIGRATION = '''"""A migration of the trial: it changes the tables that are written to at that moment."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade():
    op.add_column("orders", sa.Column("trial", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_orders_trial", "orders", ["trial", "id"])
    op.add_column("order_lines", sa.Column("trial", sa.String(40), nullable=True))
    op.execute("UPDATE order_lines SET trial = 'seen'")


def downgrade():
    op.drop_column("order_lines", "trial")
    op.drop_index("ix_orders_trial", "orders")
    op.drop_column("orders", "trial")
'''


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venvs", type=Path, help="keep the installed packages here, for the next time")
    options = parser.parse_args()
    for needed in ("nginx", "openssl", "curl", "git"):
        if not shutil.which(needed, path=os.environ["PATH"] + ":/usr/sbin"):
            sys.exit(f"This needs {needed}: apt-get install nginx openssl curl git mariadb-server")
    top = Path(tempfile.mkdtemp(prefix="cms-trial-"))
    top.chmod(0o755)
    database = MariaDB().start()
    machine = Machine(top, database.schema("shop"))
    try:
        if options.venvs:
            options.venvs.mkdir(parents=True, exist_ok=True)
            (machine.srv / "venvs").rmdir()
            (machine.srv / "venvs").symlink_to(options.venvs.resolve())
        return tried(machine, database)
    except RuntimeError:
        say(machine.said())
        raise
    finally:
        machine.stop()
        database.stop()
        shutil.rmtree(top, ignore_errors=True)


def tried(machine: Machine, database: MariaDB) -> int:
    began = time.monotonic()
    clone(machine)
    machine.release("HEAD")
    machine.run("demo", "--customers", "50", "--orders", "300")
    machine.run("add-user", "asha", "--role", "owner", "--password-stdin", given=PASSWORD + "\n")
    customer, products = goods(machine)
    machine.start_nginx()
    tls = ssl.create_default_context(cafile=str(machine.top / "etc/cert.pem"))
    tls.check_hostname = False  # the certificate itself is the only one believed
    place = Place(machine.port, tls=tls)
    say(f"install and start            {time.monotonic() - began:.0f} s")

    wrong = nginx_serves(place)
    load = Load([place], PEOPLE, PASSWORD, customer, products)
    load.start(most=300)
    with told(load, "load, nothing else"):
        time.sleep(8)
    for name in ("reload", "reload again"):
        with told(load, name):
            machine.reload()
            time.sleep(1)
    quiet = load.all.errors.copy()
    with told(load, "kill -9 of a web process"):
        machine.kill_web_worker()
        time.sleep(5)
    killed = load.all.errors - quiet
    with told(load, "new version with a migration"):
        before = new_version(machine)
        time.sleep(4)
    with told(load, "back to the version before"):
        machine.release(before)
        time.sleep(4)
    everything = load.stop()
    lost = everything.errors - killed
    metrics = urllib.request.urlopen(f"http://127.0.0.1:{machine.metrics}/metrics", timeout=10).read().decode()

    wrong += counted(database, everything)
    if lost:
        wrong.append(f"requests lost besides those of the killed process: {dict(lost)}")
    if "cms_requests_total" not in metrics:
        wrong.append("no metrics")
    wrong += brought_back(machine, database)
    say(f"\n{everything.line()}")
    for problem in wrong:
        say(f"WRONG: {problem}")
    if wrong:
        say(machine.said())
    say("failed" if wrong else f"passed in {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def goods(machine: Machine) -> tuple[int, list[int]]:
    """A customer, and products of which there are enough."""
    app = app_on(machine.environ()["DATABASE_URL"], machine.top / "var/lib/cms")
    with app.app_context():
        return make_customer("Meera Nair").id, [make_product(f"Trial {n}", stock=90_000).id for n in range(5)]


def nginx_serves(place: Place) -> list[str]:
    """What nginx does not do as it should: packed static files for good, large forms refused, no metrics in public."""
    asked = http.client.HTTPSConnection("127.0.0.1", place.port, timeout=30, context=place.tls)

    def ask(method: str, path: str, size: int = 0) -> http.client.HTTPResponse:
        headers = {"Host": place.host, "Accept-Encoding": "br", "Content-Type": "application/x-www-form-urlencoded"}
        asked.request(method, path, b"x" * size, headers)
        answer = asked.getresponse()
        answer.read()
        return answer

    style = ask("GET", "/static/app.css")
    kept = (style.getheader("Content-Encoding"), style.getheader("Cache-Control"))
    wrong = [] if kept == ("br", "public, max-age=31536000, immutable") else [f"static files come as {kept}"]
    expected = {("GET", "/readyz", 0): 200, ("GET", "/metrics", 0): 404, ("POST", "/orders", 4_000_000): 413}
    for wanted, status in expected.items():
        if (came := ask(*wanted).status) != status:
            wrong.append(f"{wanted} answers {came}, not {status}")
    return wrong


def new_version(machine: Machine) -> str:
    """A commit with a migration more, put into service by deploy/release.sh; the commit before it."""
    repo = machine.srv / "repo"
    (repo / "migrations/versions/9999_trial.py").write_text(MIGRATION.format(head=known_revisions()[0]))
    git = ["git", "-C", str(repo), "-c", "user.name=trial", "-c", "user.email=trial@localhost"]
    subprocess.run([*git, "add", "migrations"], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "A version with a migration more"], check=True)
    before = (machine.srv / "current").resolve()
    machine.release("HEAD")
    after = (machine.srv / "current").resolve()
    assert machine.web is not None
    served = Path(f"/proc/{machine.web.pid}/cwd").resolve()
    if before == after or served != after:
        raise RuntimeError(f"{served} is served, not {after}")
    return before.name


def counted(database: MariaDB, told: Tally) -> list[str]:
    """What is wrong with the orders that are stored, after what people were told."""
    with pymysql.connect(unix_socket=database.socket, user="root", database="shop") as root, root.cursor() as cursor:
        cursor.execute("SELECT request_key, COUNT(*) FROM orders WHERE request_key IS NOT NULL GROUP BY request_key")
        stored: dict[str, int] = dict(cursor.fetchall())
        cursor.execute("SELECT COUNT(*), MAX(CAST(SUBSTR(ref, 4) AS INT)) FROM orders")
        count, newest = cursor.fetchone()  # type: ignore[misc]
        cursor.execute("SELECT version_num FROM alembic_version")
        (revision,) = cursor.fetchone()  # type: ignore[misc]
    lost, doubled = told.placed - stored.keys(), [key for key, times in stored.items() if times > 1]
    say(f"acknowledged {len(told.placed)}, stored {len(stored)}, lost {len(lost)}, doubled {len(doubled)}")
    wrong = [f"{len(keys)} {what}" for keys, what in ((lost, "lost"), (doubled, "doubled")) if keys]
    if stored.keys() - told.placed - told.given_up:
        wrong.append(f"{len(stored.keys() - told.placed - told.given_up)} stored that nobody was told of")
    if count != newest:
        wrong.append(f"{count} orders, but the newest has number {newest}")
    if revision != "9999":
        wrong.append(f"the migration did not run: {revision}")
    return wrong


def brought_back(machine: Machine, database: MariaDB) -> list[str]:
    """A backup taken and brought back into an empty database tells the same figures."""
    machine.release("HEAD")  # the database is of this version, and a backup goes back into none before it
    before = json.loads(machine.run("figures", "--json"))
    backup = str(machine.top / "shop.cmsbackup")
    machine.run("backup", backup)
    machine.env.write_text(
        machine.env.read_text().replace(machine.environ()["DATABASE_URL"], database.schema("restored"))
    )
    machine.run("restore", backup)
    after = json.loads(machine.run("figures", "--json"))
    checks = machine.run("check").strip().splitlines()[-1]
    say(f"brought back from a backup: figures {'the same' if before == after else 'DIFFER'}, {checks}")
    return [] if before == after else ["the figures of the restored shop differ"]


sys.exit(main())
