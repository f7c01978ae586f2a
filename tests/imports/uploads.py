"""Files sent through the browser, for tests: kept, checked and imported by the real actions and the real worker."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

from sqlalchemy import func, select

from cms.db import db
from cms.imports import uploading
from cms.imports.look import look_at
from cms.jobs import queries
from cms.jobs.runner import run_next
from cms.models import Import, Job, Upload
from tests.client import Browser
from tests.factories import make_user, write

SHOPIFY = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,"
    "Total Spent,Total Orders,Note,Tax Exempt,Tags\n"
    "'8779761975521,Asha,Rao,asha@example.com,yes,,12 Temple Road,Near the bank,Guntur,AP,IN,'522002,'+918632223344,"
    "'+919848022338,no,0.00,3,Likes silk,no,VIP\n"
    "'8779761975522,Ravi,Kumar,ravi@example,no,,5 Lake Road,,Chennai,TN,IN,'600001,,,no,0.00,0,,no,\n"
    "'8779761975523,,,stores@example.com,no,Meera Stores,7 Market,,Pune,MH,IN,411001,'+919822012345,,no,0.00,0,,no,\n"
)


def make_upload(text: str | bytes, name: str = "file.csv", check: bool = False, by: Any = None, **how: Any) -> int:
    """A file that was sent, matched as it seems to be; checked if asked. `how`: fills, matching, mode, follow."""
    data = text.encode() if isinstance(text, str) else text
    by = by or make_user()
    found, content = look_at(io.BytesIO(data), name)
    with uploading.packed(content) as pieces, write():
        upload_id = uploading.keep_upload(found, pieces, by, None).id
    if check:
        match(upload_id, by, **how)
    return upload_id


def match(upload_id: int, by: Any = None, **how: Any) -> None:
    """Match its columns as they are, or otherwise, and let the worker check it."""
    by = by or make_user()
    with write():
        upload = fresh(upload_id)
        uploading.match_upload(
            upload,
            how.get("fills", upload.fills),
            how.get("matching", upload.matching),
            how.get("mode", "create"),
            how.get("follow", False),
            upload.version,
            by,
        )
    work()


def land(upload_id: int, by: Any = None) -> int | None:
    """Import what was checked; gives the import's id, if anything came."""
    by = by or make_user()
    with write():
        upload = fresh(upload_id)
        uploading.begin_landing(upload, upload.version, by)
    work()
    return fresh(upload_id).import_id


def sent(text: str | bytes, name: str = "file.csv", **how: Any) -> dict[str, Any]:
    """The report of a file that was sent, checked and imported."""
    upload_id = make_upload(text, name, check=True, **how)
    report = fresh(upload_id).report
    assert report is not None
    if report["added"] or report["updated"]:
        assert land(upload_id) or job_of(upload_id).state == "failed"
        landed = fresh(upload_id).report
        counts = ("rows", "added", "updated", "known", "errors")
        assert {name: landed[name] for name in counts} == {name: report[name] for name in counts}, "as foretold"
    return dict(report)


def make_landed(name: str) -> int:
    """An import of one customer of this name."""
    upload_id = make_upload(f"name,phone\n{name},98120 00001\n", check=True)
    found = land(upload_id)
    assert found
    return found


def last_import() -> Import:
    return db.session.get_one(Import, db.session.scalar(select(func.max(Import.id))))


def fresh(upload_id: int) -> Upload:
    db.session.rollback()
    return db.session.get_one(Upload, upload_id, populate_existing=True)


def job_of(upload_id: int) -> Job:
    return db.session.get_one(Job, fresh(upload_id).job_id, populate_existing=True)


def work() -> None:
    """What waits, done by the worker: here, or by the one of the shop that is being served."""
    db.session.rollback()
    while run_next() or queries.open_jobs():
        time.sleep(0.01)
        db.session.rollback()


def send(client: Browser, data: bytes, name: str = "file.csv", to: str = "/imports", page: str = "") -> Any:
    """The form of the page. The body is made by hand: Werkzeug's own way leaves a file of a long one open."""
    parts = (
        f'--cut\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.csrf_token(page)}\r\n'
        f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    )
    body = parts.encode() + data + b"\r\n--cut--\r\n"
    return client.post(to, data=body, content_type="multipart/form-data; boundary=cut")


def workbook(rows: list[list[str]], **parts: str) -> bytes:
    """A workbook of one sheet; cells as XML `<c .../>` or texts. `parts`: more of its files, `__` for `/`."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    body = "".join(
        f'<row r="{at}">{"".join(_cell(text, at, column) for column, text in enumerate(row))}</row>'
        for at, row in enumerate(rows, 1)
    )
    files = {
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{relations}"><sheets><sheet name="One" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{body}</sheetData></worksheet>",
    } | {name.replace("__", "/"): text for name, text in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(name if "." in name.rpartition("/")[2] else f"{name}.xml", text)
    return out.getvalue()


def _cell(text: str, row: int, column: int) -> str:
    if text.startswith("<c"):
        return text
    return f'<c r="{chr(65 + column)}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
