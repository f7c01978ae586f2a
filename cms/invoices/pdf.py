"""An invoice or credit note as a PDF, from its content alone: the same content is the same bytes.

Nothing but our own fonts is read while rendering, from wherever: see the policy. The libraries are heavy (a second and
50 MB), so they come in with the first document of a process.
"""

from __future__ import annotations

import base64
import logging
import threading
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cms.config import ROOT
from cms.dates import show_date
from cms.invoices.letters import FONTS, apart, fonts_for, printable
from cms.money import CURRENCIES, show_money

LOGO_PIXELS = (600, 240)
NEVER = date(1, 1, 1)
IN_MEMORY = 64 * 2**20
"""Up to so many bytes nothing is put into a temporary file, where an invoice would be left lying about."""
LONGEST_WORD = 24
VIRAMA = 9
"""The combining class of the sign that joins two Indian consonants."""

_turn = threading.Lock()  # one document at a time: more would only share the same processor and twice the memory


def render(content: Mapping[str, Any], logo: bytes | None = None) -> bytes:
    """The PDF. Raises RuntimeError when the library cannot make one of it."""
    with _turn:
        pisa, policy, options = _library()
        html = page(content, logo)
        out, was = BytesIO(), options.invariant
        options.invariant = 1
        try:
            made = pisa.CreatePDF(
                html, dest=out, path=str(FONTS / "x"), encoding="utf-8", resource_policy=policy, capacity=IN_MEMORY
            )
        finally:
            options.invariant = was
    if made.err:
        raise RuntimeError(f"{content['number'] or 'the draft'} could not be rendered")
    return out.getvalue()


def page(content: Mapping[str, Any], logo: bytes | None = None) -> str:
    """The HTML that is rendered: the content put into templates/invoices/pdf.html."""
    content = printable(content)
    currency = content["currency"]
    symbol = CURRENCIES[currency].symbol
    return _template().render(
        paper=content,
        fonts=fonts_for(f"{content}{symbol}"),
        logo=_picture(_small(logo)) if logo else "",
        qr=_picture(qr_png(content["upi"])) if content["upi"] else "",
        money=lambda paise: show_money(paise, currency),
        bare=lambda paise: show_money(paise, currency).replace(symbol, ""),
        symbol=symbol.strip(),
        day=lambda text: show_date(date.fromisoformat(text), NEVER),
        broken=broken,
    )


def broken(text: str, most: int = LONGEST_WORD) -> str:
    """With gaps in words longer than that, which would else run over their neighbours; between letters if it can.

    >>> broken("a tiffinbox", 6)
    'a tiffin box'
    """
    out, run = [], 0
    for before, char in pairwise(f" {text}"):
        run = 0 if char.isspace() else run + 1
        inside = unicodedata.category(char)[0] == "M" or unicodedata.combining(before) == VIRAMA
        if run > most and (not inside or run > 2 * most):
            out.append(" ")
            run = 1
        out.append(char)
    return apart("".join(out))


def qr_png(text: str) -> bytes:
    """A QR code as a picture."""
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=4, border=4)
    code.add_data(text)
    out = BytesIO()
    code.make_image().save(out, "PNG")
    return out.getvalue()


def _small(logo: bytes) -> bytes:
    """The logo as a PNG of a size that prints well; nothing of a picture that cannot be read."""
    from PIL import Image

    try:
        with Image.open(BytesIO(logo), formats=("PNG", "JPEG")) as picture:
            flat = picture.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError):
        return b""
    flat.thumbnail(LOGO_PIXELS)
    white = Image.new("RGBA", flat.size, "white")
    out = BytesIO()
    Image.alpha_composite(white, flat).convert("RGB").save(out, "PNG")
    return out.getvalue()


def _picture(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""


@cache
def _library() -> tuple[Any, Any, Any]:
    """xhtml2pdf with its limits, and ReportLab's options; our shaping is in place after this."""
    from reportlab import rl_config
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import ResourceAccessPolicy

    from cms.invoices import shaping

    logging.getLogger("xhtml2pdf").setLevel(logging.ERROR)
    shaping.install()
    return pisa, ResourceAccessPolicy.server(FONTS, allow_remote=False, max_render_seconds=300), rl_config


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("invoices/pdf.html")
