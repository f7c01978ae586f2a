"""Files as people save them: read where it is safe, refused in one sentence where it is not."""

import gzip

import pytest

from cms.imports.files import BadFile, CsvFile, find

HEADER = "customer_ref,name,email,phone,city,note\r\n"
ROWS = '1,Renée Müller,,,Orléans,"2.95, ""quoted"""\r\n2,José,,,Cádiz,"line one\r\nline two"\r\n3,Hugh,,,,\r\n'


def rows_of(path, table="customers"):
    return [row for chunk in CsvFile(path, table).chunks() for row in chunk]


def saved(path, content: bytes | str, name="customers.csv"):
    (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path / name


@pytest.mark.parametrize(
    "content",
    [
        HEADER + ROWS,
        (HEADER + ROWS).replace("\r\n", "\n"),
        (HEADER + ROWS).replace("\r\n", "\r"),
        "\ufeff" + HEADER + ROWS,
        (HEADER + ROWS).removesuffix("\r\n"),
        "\r\n" + HEADER + ",,,,,\r\n\r\n" + ROWS,
    ],
    ids=["crlf", "lf", "cr", "bom", "no final newline", "blank lines"],
)
def test_every_way_to_end_a_line_gives_the_same_rows(tmp_path, content):
    cells = [row for _line, row in rows_of(saved(tmp_path, content))]
    assert [row[1] for row in cells] == ["Renée Müller", "José", "Hugh"]
    assert cells[0][13] == '2.95, "quoted"'
    assert cells[1][13].split() == ["line", "one", "line", "two"]


def test_a_row_is_known_by_the_physical_line_it_starts_in(tmp_path):
    assert [line for line, _cells in rows_of(saved(tmp_path, HEADER + ROWS))] == [2, 3, 5]


def test_a_gzipped_file_reads_the_same(tmp_path):
    path = saved(tmp_path, gzip.compress((HEADER + ROWS).encode()), "customers.csv.gz")
    assert len(rows_of(path)) == 3


@pytest.mark.parametrize(
    "content, why",
    [
        ("", "customers.csv is empty: it has not even a header row"),
        (
            (HEADER + ROWS).encode("cp1252"),
            "customers.csv is not UTF-8: line 2 has the byte 0xE9. Save it as CSV UTF-8",
        ),
        ((HEADER + ROWS).encode("utf-16"), "customers.csv is written in UTF-16; save it as CSV UTF-8"),
        (HEADER + "1,A\0sha,,,,\r\n", "customers.csv has a NUL byte in line 2; it is damaged or not a CSV file"),
        (
            HEADER + '1,"never closed,,,,\r\n2,B,,,,\r\n',
            "has a quote in the row that starts in line 2 that is never closed",
        ),
        (HEADER + '1,"a"b,,,,\r\n', "has a quote in the wrong place in the row that starts in line 2"),
        (
            HEADER + f"1,{'a' * 140_000},,,,\r\n",
            "has a cell of more than 131,072 characters in the row that starts in line 2",
        ),
        ("customer_ref,name,Name\r\n1,a,b\r\n", "customers.csv has the column name twice"),
        ("customer_ref,email\r\n1,a\r\n", "customers.csv lacks the column name"),
        ("a,b\r\n1,a\r\n", "customers.csv lacks the columns customer_ref, name"),
        ("sep=;\r\n" + HEADER.replace(",", ";"), "starts with a sep= line"),
        (
            HEADER.replace(",", ";") + "1;a;;;;\r\n",
            "customers.csv separates its cells by semicolons; save it with commas",
        ),
        (HEADER.replace(",", "\t"), "customers.csv separates its cells by tabs; save it with commas"),
        (b"PK\x03\x04" + bytes(40), "customers.csv is a workbook or zip file"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_in_one_sentence(tmp_path, content, why):
    with pytest.raises(BadFile) as refused:
        rows_of(saved(tmp_path, content))
    assert why in str(refused.value)


def test_half_a_gzip_file_is_refused(tmp_path):
    path = saved(tmp_path, gzip.compress((HEADER + ROWS * 2000).encode())[:-40], "customers.csv.gz")
    with pytest.raises(BadFile, match="not a whole gzip file"):
        rows_of(path)


def test_a_header_alone_is_no_rows(tmp_path):
    assert rows_of(saved(tmp_path, HEADER)) == []


def test_rows_of_another_width_are_put_aside_with_their_lines(tmp_path):
    file = CsvFile(
        saved(tmp_path, HEADER + "8,too few\r\n3,Hugh,,,,\r\n9,too,many,fields,here,and,here\r\n"), "customers"
    )
    assert [cells[1] for chunk in file.chunks() for _line, cells in chunk] == ["Hugh"]
    assert file.ragged == [
        (2, "This row has 2 cells where the header has 6"),
        (4, "This row has 7 cells where the header has 6"),
    ]


def test_a_table_that_comes_twice_is_refused(tmp_path):
    saved(tmp_path, HEADER)
    saved(tmp_path, gzip.compress(HEADER.encode()), "customers.csv.gz")
    with pytest.raises(BadFile, match="take one of them away"):
        find(tmp_path, "customers")


def test_unknown_columns_are_named(tmp_path):
    file = CsvFile(saved(tmp_path, "Name , CUSTOMER_REF,loyalty\r\nAsha,1,7\r\n"), "customers")
    assert [cells[:2] for chunk in file.chunks() for _line, cells in chunk] == [["1", "Asha"]]
    assert file.unknown == ["loyalty"]
