"""Dumps by the tool that comes with the server, whatever it writes by its version."""

import os
import shutil
import subprocess

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from cms.db import db
from cms.models import Customer
from cms.original.dump import Dump
from cms.original.sql import BadDump
from tests.mariadb import PATH
from tests.original.moves import figures, moved
from tests.original.old import ODD, TIDY, connected, fill

NOISE = (
    "CREATE TABLE files (id int PRIMARY KEY, data longblob)",
    "INSERT INTO files VALUES (1, 0x00275C0A1A220D3B2D2D202A2F)",
    "CREATE VIEW buyers AS SELECT customer_name FROM customers",
    "CREATE TRIGGER counted BEFORE INSERT ON orders FOR EACH ROW SET NEW.quantity = COALESCE(NEW.quantity, 1)",
    "CREATE PROCEDURE tidy_up() BEGIN DELETE FROM orders; INSERT INTO customers VALUES ('x','y'); END",
)


@pytest.fixture
def dumped(mariadb, tmp_path):
    """Gives the dump of a database with these rows, made with these options."""
    tool = shutil.which("mariadb-dump", path=PATH) or shutil.which("mysqldump", path=PATH)
    assert tool, "mariadb-dump not found: apt-get install mariadb-client, or use make test"

    def make(rows, *options):
        url = make_url(mariadb.schema("old_shop"))
        fill(url.render_as_string(hide_password=False), rows)
        with connected(url.render_as_string(hide_password=False)) as cursor:
            for statement in NOISE:
                cursor.execute(statement)
        where = ["--no-defaults", "--host=127.0.0.1", f"--port={url.port}", "--user=cms", "--skip-ssl", *options]
        environ = os.environ | {"MYSQL_PWD": "cms"}
        made = subprocess.run([tool, *where, "old_shop"], env=environ, capture_output=True, check=True)
        (tmp_path / "real.sql").write_bytes(made.stdout)
        return tmp_path / "real.sql"

    return make


def rows_of(path):
    found = {}
    for table, _columns, row in Dump(path).rows():
        found.setdefault(table, []).append(row)
    return found


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--skip-extended-insert", "--complete-insert"),
        ("--skip-opt", "--create-options", "--quick"),
        ("--compatible=ansi",),
        ("--hex-blob", "--triggers", "--routines", "--events"),
        ("--compact",),
        ("--databases",),
        ("--replace", "--skip-quote-names", "--skip-comments"),
        ("--tz-utc", "--insert-ignore", "--net-buffer-length=4096"),
        ("--default-character-set=latin1",),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("rows", [TIDY, ODD], ids=["tidy", "odd"])
def test_the_tools_dump_gives_the_same_rows_with_whatever_options(dumped, options, rows):
    found = rows_of(dumped(rows, *options))
    assert {table: len(found[table]) for table in rows} == {table: len(rows[table]) for table in rows}
    if not {"--default-character-set=latin1", "--compatible=ansi"} & {*options}:  # these lose what is not Western
        names = sorted((row[1], row[4]) for row in found["customers"])
        assert names == sorted((row[1], row[4]) for row in rows["customers"])
    assert {row[3] for row in found["orders"]} == {row[3] for row in rows["orders"]}


def test_a_shop_moves_in_by_the_tools_dump(app, clock, dumped):
    report = moved(str(dumped(TIDY, "--routines")))
    assert not report.notices
    assert figures()["money"]["gross"] == "6348.37"
    assert set(db.session.scalars(select(Customer.ref))) == {"CUST001", "CUST002", "CUST017"}


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.995])
def test_half_of_the_tools_dump_is_refused(dumped, part):
    path = dumped(TIDY)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(BadDump, match=r"real\.sql is not whole"):
        rows_of(path)
