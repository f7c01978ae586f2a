"""What every room's routes share: page or fragment, toasts, headers, assets."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import brotli
from flask import Flask, Response, abort, current_app, flash, g, render_template, request
from markupsafe import Markup

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PACKED = (".css", ".js", ".svg", ".webmanifest")
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def is_htmx() -> bool:
    """Whether HTMX asks for a part. Going back in history asks for the whole page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def page_or_fragment(whole: str, fragment: str, /, shown_at: str = "", **context: Any) -> str:
    """The fragment for HTMX, the page that includes it for a browser. `shown_at`: the address of what is shown."""
    g.shown_at = shown_at
    return render_template(fragment if is_htmx() else whole, **context)


def toast(message: str, kind: str = "good", undo: int | None = None) -> None:
    """Tell the user in passing: on this answer for HTMX, on the next page for a plain form.

    `undo`: the entry of the trail that can be taken back right there.
    """
    if isinstance(message, Markup):  # a toast has no links of its own
        message = str(message.striptags())
    said: dict[str, Any] = {"message": message}
    if undo is not None:
        said["undo"] = f"/activity/{undo}/undo"
    if is_htmx():
        tell("toast", said | {"kind": kind})
    else:
        flash(said if undo is not None else message, kind)  # type: ignore[arg-type]


def tell(event: str, detail: dict[str, Any]) -> None:
    """Let something happen in the page when this HTMX answer arrives: static/app.js listens."""
    if "told" not in g:
        g.told = {}
    g.told[event] = detail


def refuse_broken_text() -> None:
    """Stops a form whose bytes are no UTF-8: Werkzeug would hand them on as the letters %FF."""
    if request.mimetype == "application/x-www-form-urlencoded":
        try:
            unquote_to_bytes(request.get_data()).decode()
        except UnicodeDecodeError:
            abort(400, "What was sent is damaged: some of it is no text. Go back, reload the page and type it again.")


def drain(most_bytes: int) -> None:
    """Read what is sent and throw it away: a browser hears that it is too much only once it has sent all of it."""
    left = min(request.content_length or 0, most_bytes)
    while left > 0 and (read := request.environ["wsgi.input"].read(min(left, 65_536))):
        left -= len(read)


def finish(response: Response) -> Response:
    """The headers of every answer, and the toast of an HTMX one."""
    if told := g.pop("told", None):
        response.headers["HX-Trigger"] = json.dumps(told)
    if is_htmx() and (shown_at := g.get("shown_at")):
        response.headers["HX-Replace-Url"] = shown_at
    for name, value in current_app.config["HEADERS"].items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "private, no-store")
    response.vary.add("HX-Request")
    return response


def pack_static(folder: Path) -> None:
    """Put a Brotli and a gzip copy beside each static text, anew when it has changed; served to who takes them.

    A folder that cannot be written to is served as it is.
    """
    for path in folder.rglob("*"):
        if path.suffix not in PACKED:
            continue
        for ending, pack in ((".br", lambda data: brotli.compress(data, quality=11)), (".gz", gzip.compress)):
            packed = path.with_name(path.name + ending)
            if packed.exists() and packed.stat().st_mtime >= path.stat().st_mtime:
                continue
            try:
                with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                    file.write(pack(path.read_bytes()))
                os.chmod(file.name, path.stat().st_mode)
                os.replace(file.name, packed)  # several workers may do this at once
            except OSError:
                return


class Assets:
    """Static files by versioned address, so that a browser may keep each for good."""

    def __init__(self, app: Flask):
        self.versions: dict[str, str] = {}
        root = Path(app.static_folder or "")
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix not in (".br", ".gz"):
                digest = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
                self.versions[path.relative_to(root).as_posix()] = digest

    def __call__(self, name: str) -> str:
        """`/static/app.css?v=1a2b3c`. Raises KeyError when there is no such file."""
        return f"/static/{name}?v={self.versions[name]}"
