"""Dumps as they come: read to the last character where they are whole, refused in one sentence where they are not."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.original.dump import Dump
from cms.original.sql import BadDump, Reader
from tests.original.old import COLUMNS, ODD, TIDY
from tests.original.styles import STYLES, mysqldump, phpmyadmin, quoted

STAMPS = {"created_at", "return_date", "complaint_date"}
NOTHING = {table: [] for table in COLUMNS}
CUSTOMERS = "CREATE TABLE customers (customer_id varchar(9), customer_name text);\n"


def read(path, text):
    """The rows of a dump with this text, by table."""
    path = path / "dump.sql"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    dump, found = Dump(path), {}
    for table, _columns, row in dump.rows():
        found.setdefault(table, []).append(tuple(row))
    return found, dump


def as_text(table, row, zone="+00:00"):
    """A row as a dump must give it: all texts, timestamps with their zone."""
    return tuple(
        None if value is None else f"{value}{zone if name in STAMPS else ''}"
        for name, value in zip(COLUMNS[table].split(), row, strict=True)
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("rows", [TIDY, ODD], ids=["tidy", "odd"])
def test_every_hand_of_dump_gives_the_same_rows(tmp_path, style, rows):
    found, dump = read(tmp_path, STYLES[style](rows))
    assert found == {table: [as_text(table, row) for row in rows[table]] for table in rows}
    assert dump.lacking() == "" and not dump.notices


def one_text(text, name="dump"):
    """The text that comes back of a value written in this way."""
    return Reader(iter([b"(", text.encode("utf-8"), b")"]), name)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 7))
def test_any_text_comes_back_as_it_was_wherever_the_file_is_split(text, size):
    data = f"{quoted(text)}, NULL,\n {quoted(text)})".encode()
    pieces = iter([data[start : start + size] for start in range(0, len(data), size)])
    assert Reader(pieces, "dump").row() == [text, None, text]


@given(st.text(st.characters(codec="cp1252")))
def test_any_western_text_comes_back_from_a_latin1_dump(tmp_path_factory, text):
    found, _dump = read(tmp_path_factory.mktemp("w"), f"SET NAMES latin1;{western(text)}".encode("cp1252"))
    assert found["customers"] == [("CUST001", text)]


def western(text):
    return f"{CUSTOMERS}INSERT INTO customers VALUES ('CUST001',{quoted(text)});"


@pytest.mark.parametrize(
    "written, value",
    [
        (r"'It\'s'", "It's"),
        ("'It''s'", "It's"),
        ('"She said ""no"" \'twice\' \\"x\\""', 'She said "no" \'twice\' "x"'),
        (r"'a\nb\tc\\d\0e\Zf\%g\_h\q'", "a\nb\tc\\d\0e\x1af\\%g\\_hq"),
        ("'line\nbreak -- no comment; /* none */ # none'", "line\nbreak -- no comment; /* none */ # none"),
        ("0x41C3A9", "Aé"),
        ("X'41'", "A"),
        ("b'101'", "5"),
        ("_utf8mb4'é'", "é"),
        ("_binary 0x41", "A"),
        ("-1.50", "-1.50"),
        ("1e3", "1e3"),
        ("+7", "7"),
        ("true", "1"),
        ("null", None),
        ("/* why */ NULL -- or\n", None),
        ("'🙁 मीरा'", "🙁 मीरा"),
    ],
)
def test_every_way_to_write_a_value_is_understood(tmp_path, written, value):
    found, _dump = read(tmp_path, f"{CUSTOMERS}INSERT INTO `customers` VALUES ('C1', {written}),('C2', 'x');")
    assert found["customers"] == [("C1", value), ("C2", "x")]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO customers (customer_name, customer_id) VALUES ('Asha', 'C1')",
        "INSERT LOW_PRIORITY IGNORE INTO `shop`.`CUSTOMERS` (`Customer_Name`,`customer_id`) VALUE ('Asha','C1')",
        "REPLACE customers VALUES ('C1','Asha')",
        "insert into customers values ('C1','Asha') ON DUPLICATE KEY UPDATE customer_name='Ravi; really'",
    ],
)
def test_every_way_to_insert_is_understood(tmp_path, statement):
    found, dump = read(tmp_path, f"{CUSTOMERS}{statement};\n")
    columns = dump.columns["customers"]
    named = "Asha" if "(customer_name" not in statement.casefold().replace("`", "") else "C1"
    assert columns == ("customer_id", "customer_name") and named in found["customers"][0]
    assert set(found["customers"][0]) == {"C1", "Asha"}


def test_what_is_not_the_originals_is_gone_past(tmp_path):
    noise = (
        "CREATE TABLE `wp_posts` (id int, `a;b` text COMMENT 'it''s; (odd');\n"
        "INSERT INTO wp_posts VALUES (1,'INSERT INTO customers VALUES (1);'),(2,'half \\' quote;');\n"
        "/*!50001 CREATE VIEW `v` AS SELECT 'a;b' AS `customers` */;\n"
        "DELIMITER ;;\nCREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW BEGIN\n"
        "INSERT INTO customers VALUES ('C9','Nobody'); END ;;\nDELIMITER ;\n"
        "# INSERT INTO customers VALUES ('C8','Nobody');\n-- INSERT INTO customers VALUES ('C7','Nobody');\n"
        "/* INSERT INTO customers VALUES ('C6','Nobody'); */\n/*M!999999\\- enable the sandbox mode */\n"
    )
    found, _dump = read(tmp_path, f"{noise}{CUSTOMERS}{noise}INSERT INTO customers VALUES ('C1','Asha');\n{noise}")
    assert found == {"customers": [("C1", "Asha")]}


@pytest.mark.parametrize(
    "pack",
    [
        lambda text: gzip.compress(text.encode()),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
    ids=["gzip", "BOM", "UTF-16 of PowerShell", "CRLF"],
)
def test_a_file_may_be_packed_and_written_as_people_do(tmp_path, pack):
    found, _dump = read(tmp_path, pack(mysqldump(TIDY)))
    assert found["customers"] == [as_text("customers", row) for row in TIDY["customers"]]


def test_bytes_that_are_no_utf8_are_read_as_western_and_told(tmp_path):
    found, dump = read(tmp_path, western("Café").encode("cp1252"))
    assert found["customers"] == [("CUST001", "Café")]
    assert dump.notices == ["1 texts of dump.sql are not UTF-8; they were read as Western (cp1252)"]


@pytest.mark.parametrize("style", ["mysqldump", "one row a statement", "phpMyAdmin", "HeidiSQL"])
def test_a_dump_cut_anywhere_is_refused(tmp_path, style):
    text = STYLES[style](TIDY)
    for end in range(0, len(text.rstrip()) - 30, 11):
        try:
            _found, dump = read(tmp_path, text[:end])
        except BadDump as error:
            assert "dump.sql" in str(error) and not any(word in str(error) for word in ("admin123", "Asha"))
        else:
            assert dump.lacking(), f"cut at {end} was taken as whole"


@pytest.mark.parametrize("end", ["CREATE TABLE `custo", "CREATE TABLE `customers` (`cu", "INSERT INTO `", "INSE"])
def test_a_dump_cut_in_the_middle_of_a_name_is_said_to_be_cut(tmp_path, end):
    with pytest.raises(BadDump, match=r"dump\.sql is not whole: it breaks off in line 2"):
        read(tmp_path, f"SET NAMES utf8mb4;\n{end}")


@pytest.mark.parametrize(
    "text, why",
    [
        ("", "dump.sql is empty"),
        (" \n\t\n", "dump.sql is empty"),
        ("customer_ref,name\nC1,Asha\n", "dump.sql line 1 is not SQL as MySQL and MariaDB dump it"),
        ("<!DOCTYPE html><html></html>", "dump.sql line 1 is not SQL"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "dump.sql is not a text file"),
        (b"PK\x03\x04" + bytes(40), "dump.sql is a zip file; unpack it first"),
        (b"SQLite format 3\0" + bytes(90), "dump.sql is an SQLite database"),
        (gzip.compress(mysqldump(TIDY).encode())[:-30], "dump.sql is not a whole gzip file"),
        ("SET NAMES gbk;", "dump.sql is written in gbk; ask for a dump in utf8mb4"),
        ("SET sql_mode='NO_BACKSLASH_ESCAPES';", "NO_BACKSLASH_ESCAPES"),
        ("INSERT INTO customers VALUES ('C1','Asha');", "the columns of customers are not named"),
        (
            f"{CUSTOMERS}INSERT INTO customers VALUES ('C1');",
            "a row of customers has 1 values where there are 2 columns",
        ),
        (
            f"{CUSTOMERS}INSERT INTO customers SELECT * FROM x;",
            "line 2: the rows of customers are not written as VALUES",
        ),
        (f"{CUSTOMERS}INSERT INTO customers VALUES ('C1', NOW());", "line 2: there should be a value here"),
        (f"{CUSTOMERS}INSERT INTO customers VALUES ('C1' 'x');", "line 2: there should be a , here"),
        (western("x") + "UPDATE customers SET a='b';", "rows of customers are changed after they came"),
        (western("x") + "TRUNCATE TABLE `customers`;", "rows of customers are changed after they came"),
        (f"{CUSTOMERS}{CUSTOMERS}", "dump.sql has the table customers twice"),
        (f"USE a;{CUSTOMERS}USE b;{CUSTOMERS}", "dump.sql has customers in several databases"),
        (f"{CUSTOMERS}INSERT INTO customers VALUES ('C1','{'x' * 1_400_000}');", "longer than a million characters"),
    ],
)
def test_what_cannot_be_trusted_is_refused_in_one_sentence(tmp_path, text, why):
    with pytest.raises(BadDump) as refused:
        read(tmp_path, text)
    assert why in str(refused.value)


def test_a_huge_value_of_another_table_is_no_trouble(tmp_path):
    blob = f"INSERT INTO files VALUES (1,'{'x;' * 1_500_000}',0x{'41' * 700_000});\n"
    found, _dump = read(tmp_path, f"{blob}{CUSTOMERS}INSERT INTO customers VALUES ('C1','Asha');")
    assert found == {"customers": [("C1", "Asha")]}


def test_a_table_may_be_emptied_before_its_rows_come(tmp_path):
    found, _dump = read(
        tmp_path, f"DELETE FROM `customers`;TRUNCATE shop.customers;{western('x')}DELETE FROM wp_posts;"
    )
    assert found == {"customers": [("CUST001", "x")]}


def test_a_column_that_only_the_rows_name_is_read_too(tmp_path):
    rows = "SET time_zone='+00:00';INSERT INTO customers (customer_id, created_at) VALUES ('C1','2026-01-01');"
    found, _dump = read(tmp_path, f"{CUSTOMERS}{rows}")
    assert found == {"customers": [("C1", "2026-01-01")]}


def test_however_long_a_dump_is_only_a_piece_of_it_is_held():
    row = b"('C1','" + b"x" * 500 + b"'),"
    reader = Reader(iter([row * 500] * 80), "dump")  # 20 MB in one statement
    longest = rows = 0
    while reader.follows("("):
        reader.row()
        rows, longest = rows + 1, max(longest, len(reader.text))
        reader.follows(",")
    assert rows == 40_000 and longest < 2 * len(row) * 500


def test_another_applications_dump_is_named_by_its_tables(tmp_path):
    _found, dump = read(tmp_path, "CREATE TABLE wp_users (id int);INSERT INTO wp_posts VALUES (1);")
    assert "none of the original application's tables" in dump.lacking()
    assert dump.lacking().endswith("it has wp_posts, wp_users")


def test_a_zip_inside_is_not_unpacked(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("dump.sql", mysqldump(TIDY))
    with pytest.raises(BadDump, match="zip file"):
        read(tmp_path, packed.getvalue())


def test_times_of_a_dump_without_a_zone_are_the_shops(tmp_path):
    found, _dump = read(tmp_path, phpmyadmin(TIDY).replace('SET time_zone = "+00:00";', ""))
    assert found["returns"][0] == as_text("returns", TIDY["returns"][0], zone="")
