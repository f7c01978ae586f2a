"""What people send: read as it is written where that is sure, refused in a sentence where it is not."""

from __future__ import annotations

import errno
import gzip
import io
import zipfile

import pytest
from flask import Request

from cms.imports import look, sheets, workbooks
from cms.imports.files import BadFile
from cms.imports.look import look_at
from tests.imports.uploads import send, workbook

TEXT = 'customer_ref,name,city\n1,Renée Müller,"Orléans, price £2"\n2,José Ñandú,Cádiz\n'
MARK = "\ufeff"


def looked(data: bytes, name: str = "file.csv"):
    found, content = look_at(io.BytesIO(data), name)
    content.close()
    return found


@pytest.mark.parametrize(
    "data, encoding, separator",
    [
        (TEXT.encode(), "utf-8-sig", ","),
        ((MARK + TEXT).encode(), "utf-8-sig", ","),
        (TEXT.encode("cp1252"), "cp1252", ","),
        ((MARK + TEXT).encode("utf-16-le"), "utf-16", ","),
        ((MARK + TEXT).encode("utf-16-be"), "utf-16", ","),
        (TEXT.replace(",", ";").encode("cp1252"), "cp1252", ";"),
        (TEXT.replace(",", "\t").encode(), "utf-8-sig", "\t"),
        (TEXT.replace(",", "|").encode(), "utf-8-sig", "|"),
        (("sep=;\n" + TEXT.replace(",", ";")).encode(), "utf-8-sig", ";"),
        (TEXT.replace("\n", "\r").encode(), "utf-8-sig", ","),
        (TEXT.replace("\n", "\r\n").rstrip().encode(), "utf-8-sig", ","),
        (gzip.compress(TEXT.encode()), "utf-8-sig", ","),
    ],
)
def test_it_is_read_as_it_is_written(data, encoding, separator):
    found = looked(data, "file.csv.gz" if data[:2] == b"\x1f\x8b" else "file.csv")
    assert (found.encoding, found.separator, found.name) == (encoding, separator, "file.csv")
    assert found.headers == ["customer_ref", "name", "city"] and found.samples[0][1] == "Renée Müller"
    assert bool(found.said) == (encoding in ("cp1252", "utf-16") or separator != ",")


def test_letters_that_were_converted_twice_are_told():
    found = looked(TEXT.encode().decode("cp1252").encode())
    assert any("converted twice" in said for said in found.said)
    assert not any("twice" in said for said in looked("name\nమీరా రావు\nRenée\n".encode()).said)


BAD = {
    "": "is empty",
    "a,b\n": "nothing under it",
    "Rar!\x1a\x07": "is a RAR archive",
    "%PDF-1.7": "is a PDF",
    "<html><table><tr><td>name</td></tr></table>": "is a web page",
    '{"name": 1}\n': "is JSON",
    "name\nA\0b\n": "NUL byte in line 2",
    ",".join(f"c{n}" for n in range(1001)) + "\n1\n": "has 1,001 columns",
    "x" * 1_000_001 + "\n": "a line of over 1,000,000 characters (line 1)",
}


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:12] or "empty")
def test_what_is_no_table_is_refused_in_a_sentence(text):
    with pytest.raises(BadFile, match=BAD[text].replace("(", r"\(").replace(")", r"\)")):
        looked(text.encode("latin-1"))


def test_two_ways_of_writing_letters_in_one_file_are_refused_by_line():
    with pytest.raises(BadFile, match="mixes ways of writing letters: line 3"):
        looked(TEXT.encode().replace("José".encode(), "José".encode("cp1252")))
    with pytest.raises(BadFile, match="begins as UTF-16"):
        looked(b"\xff\xfea\0b")
    with pytest.raises(BadFile, match="old or password-protected"):
        looked(b"\xd0\xcf\x11\xe0" + b"\0" * 600)


def test_a_gzip_file_is_unpacked_within_bounds(monkeypatch):
    monkeypatch.setattr(look, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(BadFile, match="unpacks to far more"):
        looked(gzip.compress(b"a,b\n" * 1_000_000))
    with pytest.raises(BadFile, match="not a whole gzip file"):
        looked(gzip.compress(TEXT.encode())[:-20])


NUMBERS = {
    '<c r="A2"><v>9848022338</v></c>': "9848022338",
    '<c r="A2"><v>19.989999999999998</v></c>': "19.99",
    '<c r="A2"><v>1.1799999999999999E+3</v></c>': "1180",
    '<c r="A2" s="1"><v>46095</v></c>': "2026-03-14",
    '<c r="A2" s="1"><v>46095.604166666664</v></c>': "2026-03-14 14:30:00",
    '<c r="A2" s="2"><v>0.18</v></c>': "18",
    '<c r="A2" t="s"><v>0</v></c>': "మీరా",
    '<c r="A2" t="b"><v>1</v></c>': "yes",
    '<c r="A2" t="str"><f>1+1</f><v>2</v></c>': "2",
    '<c r="A2" t="e"><v>#N/A</v></c>': "",
    '<c r="A2" t="inlineStr"><is><t>a_x000D_b</t></is></c>': "a\rb",
}
STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs></styleSheet>'
)
TEXTS = (
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><t>మీ</t></r><r><t>రా</t></r>'
    "<rPh><t>meera</t></rPh></si></sst>"
)


@pytest.mark.parametrize("cell", NUMBERS)
def test_a_cell_of_a_workbook_says_what_people_see(cell):
    data = workbook([["name", "more"], [cell, "x"]], xl__styles=STYLES, xl__sharedStrings=TEXTS)
    assert looked(data, "book.xlsx").samples == [[NUMBERS[cell], "x"]]


BOOKS = {
    "xl__vbaProject.bin": "has macros in it",
    "xl__workbook.bin": "is a binary workbook",
}


@pytest.mark.parametrize("part", BOOKS)
def test_a_workbook_that_could_run_something_is_refused(part):
    with pytest.raises(BadFile, match=BOOKS[part]):
        looked(workbook([["name"], ["Asha"]], **{part: "x"}), "book.xlsm")


def test_a_zip_bomb_is_never_unpacked(monkeypatch):
    bomb = workbook([["name"], ["A" * 20_000_000]])
    assert len(bomb) < 50_000
    with pytest.raises(BadFile, match="unpacks to far more"):
        looked(bomb, "bomb.xlsx")
    monkeypatch.setattr(workbooks, "STEEPEST", 10**9)
    with pytest.raises(BadFile, match="more than 131,072 characters"):
        looked(bomb, "bomb.xlsx")
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 100_000)
    with pytest.raises(BadFile, match="unpacks to far more"):
        looked(bomb, "bomb.xlsx")


def test_what_is_only_like_a_workbook_is_refused(monkeypatch):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("customers.csv", TEXT)
    with pytest.raises(BadFile, match="is a zip file and not a workbook"):
        looked(out.getvalue(), "x.zip")
    with pytest.raises(BadFile, match="damaged"):
        looked(workbook([["name"], ["Asha"]])[:-300], "x.xlsx")
    with pytest.raises(BadFile, match="damaged"):
        looked(workbook([["name"], ["</is><a>"]]), "x.xlsx")
    doctype = '<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'
    with pytest.raises(BadFile, match="document type"):
        looked(workbook([["name"], ["Asha"]], **{"xl__workbook.xml": doctype}), "x.xlsx")
    monkeypatch.setattr(sheets, "MOST_LETTERS", 3)
    with pytest.raises(BadFile, match="more texts than can be read"):
        looked(workbook([["name"], ["x"]], xl__sharedStrings=TEXTS), "x.xlsx")
    with pytest.raises(BadFile, match="more than 1,000 columns"):
        looked(workbook([["name", '<c r="ZZZ1"><v>1</v></c>']]), "x.xlsx")


def test_the_sentence_stands_beside_the_field_and_nothing_is_kept(client, viewer):
    answer = send(client, b"Rar!\x1a\x07", "list.csv")
    assert (
        answer.status_code == 422
        and "list.csv is a RAR archive" in answer.text
        and 'aria-invalid="true"' in answer.text
    )
    assert client.get("/imports").text.count("Not imported yet") == 0
    assert send(client, TEXT.encode(), "../../etc/passwd").status_code == 303
    assert "passwd" in client.get("/imports").text and "etc" not in client.get("/imports").text
    assert send(viewer, TEXT.encode()).status_code == 403


def test_a_file_that_is_too_large_is_told_so(client, monkeypatch):
    view = client.application.view_functions["imports.upload"]
    monkeypatch.setattr(view, "most_bytes", 3_000_000)
    assert send(client, TEXT.encode() + b"x,y,z\n" * 400_000).status_code == 303  # beyond what other forms may send
    answer = send(client, b"x" * 3_100_000)
    assert answer.status_code == 413 and "larger than 256 MB" in answer.text


def test_a_full_disk_is_told_to_who_is_still_sending(client, monkeypatch):
    """A browser hears an answer only once it has sent all of its file: the rest is taken in and thrown away."""

    class Full(io.BytesIO):
        def write(self, _data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Request, "_get_file_stream", lambda *_args, **_more: Full())
    start = f'--cut\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.csrf_token()}\r\n'
    start += '--cut\r\nContent-Disposition: form-data; name="file"; filename="long.csv"\r\n\r\n'
    sending = io.BytesIO(start.encode() + b"name\n" * 600_000 + b"\r\n--cut--\r\n")
    length = len(sending.getvalue())
    how = {"content_type": "multipart/form-data; boundary=cut", "content_length": length}
    answer = client.post("/imports", input_stream=sending, **how)
    assert answer.status_code == 503 and "The disk of the server is full. Nothing was saved" in answer.text
    assert sending.tell() == length
