"""flask import-original, as it is typed: one sentence for whatever is wrong, and then the shop is as it was."""

import json

import pymysql
import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.models import Customer, Order, User
from cms.original.staging import Staging
from tests.factories import make_customer, make_user, the_shop
from tests.original.moves import dump_of
from tests.original.old import ODD, PLAIN_PASSWORDS, SCHEMA, TIDY, connected, fill
from tests.original.styles import mysqldump


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["import-original", *map(str, words)])


def how_many(table=Order):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table))


def refused(result):
    """The one sentence."""
    assert result.exit_code == 1 and result.stdout == "" and "Traceback" not in result.output
    assert how_many() == how_many(Customer) == 0
    return result.stderr.strip().removeprefix("Error: ").splitlines()[-1]


def test_the_report_says_what_came_what_needs_a_look_and_what_to_do(run, tmp_path, app):
    result = run(dump_of(tmp_path, ODD), "--list", tmp_path / "list.csv")
    assert result.exit_code == 0 and how_many() == 7
    assert "returns                  7  =         6  +         1" in result.stdout
    assert "Left out:\n  returns: 1 x There is no such order (RET003)" in result.stdout
    assert f"with all it said: {tmp_path / 'list.csv'}" in result.stdout
    assert "password-link NAME" in result.stdout and "Moved in: 33 rows." in result.stdout
    checked = app.test_cli_runner().invoke(args=["check"])
    assert checked.exit_code == 0, checked.stdout


def test_json_tells_the_same(run, tmp_path):
    said = json.loads(run(dump_of(tmp_path, ODD), "--json").stdout)
    assert said["landed"] and said["tables"]["returns"] == {"rows": 7, "kept": 6, "left": 1, "made": 0}
    assert said["users"] == ["admin", "admin.", "a.b.com"] and said["list"].endswith("import-original.csv")
    assert {"table", "kept", "what", "count", "first"} == set(said["look"][0])


def test_a_dry_run_says_all_and_stores_nothing(run, tmp_path):
    result = run(dump_of(tmp_path, TIDY), "--dry-run")
    assert result.exit_code == 0 and "A dry run: nothing was stored." in result.stdout
    assert how_many() == how_many(User) == 0


def test_a_second_time_changes_nothing(run, tmp_path):
    dump = dump_of(tmp_path, TIDY)
    run(dump)
    result = run(dump)
    assert result.exit_code == 1 and "This shop has customers already" in result.stderr
    assert (how_many(), how_many(Customer), how_many(User)) == (5, 3, 2)


def test_it_goes_only_into_an_empty_shop(run, tmp_path):
    make_customer()
    result = run(dump_of(tmp_path, TIDY))
    assert result.exit_code == 1 and "only into an empty shop" in result.stderr and how_many() == 0


def test_a_failure_in_the_middle_leaves_the_shop_as_it_was(run, tmp_path, monkeypatch):
    def fail():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cms.original.actions.rebuild", fail)
    assert "No space left on device" in refused(run(dump_of(tmp_path, TIDY)))
    assert how_many(User) == 0 and the_shop().version == 1


def test_a_full_disk_is_told_while_the_old_tables_are_read(run, tmp_path, monkeypatch):
    made = Staging.__init__

    def small(self):
        made(self)
        self.file.execute("PRAGMA max_page_count=20")

    monkeypatch.setattr(Staging, "__init__", small)
    many = TIDY | {"orders": [(f"ORD{n:05}", *TIDY["orders"][0][1:]) for n in range(3000)]}
    assert "database or disk is full" in refused(run(dump_of(tmp_path, many)))


def test_old_passwords_are_stored_and_shown_nowhere(run, migrated, mariadb, tmp_path):
    make_user("owner", "asha")
    fill(address := mariadb.schema("old_shop"), TIDY)
    for source in (dump_of(tmp_path, TIDY), address):
        result = run(source, "--list", tmp_path / "list.csv", *(["--dry-run"] if "://" not in source else []))
        kept = str(migrated.rows()) + result.output + (tmp_path / "list.csv").read_text("utf-8-sig")
        assert result.exit_code == 0 and "ravi.kumar" in kept
        assert not [word for word in (*PLAIN_PASSWORDS, "ravi@2024") if word in kept]


def test_a_password_does_not_even_come_into_the_file_of_old_tables():
    staging = Staging()
    list(staging.take_in(iter([("users", ("username", "password"), ["admin", "open sesame"])])))
    staging.file.execute("COMMIT")
    kept = staging.file.serialize()
    staging.close()
    assert b"admin" in kept and b"sesame" not in kept


def test_who_comes_over_cannot_sign_in_and_the_shop_can_still_be_set_up(run, stranger, app, tmp_path):
    run(dump_of(tmp_path, TIDY))
    admin = db.session.scalars(select(User).where(User.username == "admin")).one()
    assert (admin.role, admin.disabled_at is None, admin.password_hash) == ("staff", False, "none")
    assert "Set up the shop, once" in app.test_cli_runner().invoke(args=["setup-link"]).stdout
    make_user("owner", "asha")
    assert stranger.log_in("admin", PLAIN_PASSWORDS[0]).status_code == 422


def test_a_user_of_a_name_that_the_shop_has_is_left_out(run, tmp_path):
    make_user("owner", "admin")
    result = run(dump_of(tmp_path, TIDY))
    assert "users: 1 x There is a user of this name already (admin)" in result.stdout
    assert db.session.scalar(select(User.role).where(User.username == "admin")) == "owner"


@pytest.mark.parametrize(
    "source, why",
    [
        ("nothing.sql", "There is no file nothing.sql"),
        ("postgresql://a:secret@host/shop", "The original application ran on MySQL or MariaDB"),
        ("mysql+pymysql://a:secret@127.0.0.1:PORT", "The address names no database"),
        ("mysql+pymysql://a:secret@127.0.0.1:x/shop", "Write the address like mysql+pymysql://"),
        (
            "mysql+pymysql://cms:secret@127.0.0.1:PORT/old_shop",
            "does not let cms in: the user or the password is wrong",
        ),
        ("mysql+pymysql://cms:cms@127.0.0.1:PORT/no_such", "There is no database no_such on 127.0.0.1"),
        ("mysql+pymysql://cms:cms@127.0.0.1:1/old_shop", "No database server answers at 127.0.0.1"),
        ("mysql://no_rights:secret@127.0.0.1:PORT/old_shop", "no_rights has no right to read the database old_shop"),
        ("mysql://half:secret@127.0.0.1:PORT/old_shop", "has no tables products, orders, returns"),
        ("mysql://a:secret@no..such/shop", "The database at no..such cannot be reached this way"),
        ("mysql://a:secret@nowhere.invalid/shop", "No database server answers at nowhere.invalid"),
        ("mysql://cms:cms@127.0.0.1:PORT/empty_shop", "none of the original application's tables"),
    ],
)
def test_an_address_that_does_not_lead_there_is_told_in_one_sentence(run, mariadb, source, why):
    fill(mariadb.schema("old_shop"), TIDY)
    mariadb.schema("empty_shop")
    with pymysql.connect(unix_socket=mariadb.socket, user="root", ssl_disabled=True).cursor() as root:
        root.execute("CREATE OR REPLACE USER no_rights@'127.0.0.1' IDENTIFIED BY 'secret'")
        root.execute("CREATE OR REPLACE USER half@'127.0.0.1' IDENTIFIED BY 'secret'")
        root.execute("GRANT SELECT ON old_shop.customers TO half@'127.0.0.1'")
    said = refused(run(source.replace("PORT", str(mariadb.port))))
    assert why in said and "secret" not in said


def test_the_shops_own_database_is_no_original(run, database):
    url = db.engine.url.render_as_string(hide_password=False)
    said = refused(run(url))
    assert said.startswith(
        "This is the shop's own database" if database == "mariadb" else "The original application ran"
    )


def test_the_old_database_is_only_read(run, mariadb):
    fill(address := mariadb.schema("old_shop"), TIDY)
    with connected(address) as cursor:
        cursor.execute("CHECKSUM TABLE customers, orders, users")
        before = cursor.fetchall()
        assert run(address).exit_code == 0
        cursor.execute("CHECKSUM TABLE customers, orders, users")
        assert cursor.fetchall() == before


@pytest.mark.parametrize(
    "text, why",
    [
        ("DROP TABLE customers; DELETE FROM orders;", "none of the original application's tables"),
        (mysqldump({"customers": [], "orders": []}), "has no tables products, returns, complaints, feedback, users;"),
        ("CREATE TABLE customers (id int, email text);", "lacks the columns customer_id, customer_name; is it another"),
        (mysqldump(TIDY)[:4000], "old.sql is not whole: it breaks off in line"),
        ("just some words\n", "old.sql line 1 is not SQL"),
    ],
)
def test_a_dump_that_is_none_of_the_original_is_told_in_one_sentence(run, tmp_path, text, why):
    (tmp_path / "old.sql").write_text(text, encoding="utf-8")
    assert why in refused(run(tmp_path / "old.sql"))


def test_what_is_missing_can_be_done_without_when_somebody_says_so(run, tmp_path):
    dump = dump_of(tmp_path, {"customers": TIDY["customers"], "orders": TIDY["orders"]})
    assert "or go on without by --allow-missing" in refused(run(dump))
    result = run(dump, "--allow-missing")
    assert result.exit_code == 0 and how_many() == 5 and "There was no table returns" in result.stdout


def test_a_column_that_somebody_added_is_told_and_not_read(run, tmp_path):
    text = mysqldump(TIDY | {"loyalty_points": []})
    changed = text.replace(SCHEMA["loyalty_points"], f"{SCHEMA['loyalty_points']}, `tier` text")
    (tmp_path / "old.sql").write_text(changed, encoding="utf-8")
    result = run(tmp_path / "old.sql")
    assert "loyalty_points: the columns tier are none of the original's and were not read" in result.stdout
