"""Letters of Indian and Arabic scripts, joined as they are written, in every PDF.

ReportLab can shape a text by HarfBuzz, but only its own paragraphs ask for it, and xhtml2pdf brings its own. Whatever
is printed still goes through two functions of ReportLab, one that measures and one that draws; here both learn to
shape. The tests hold what this leans on, and the libraries are pinned to the exact version.

xhtml2pdf turns what is written from right to left around, line by line, and only then has it drawn: so it is measured
in the order of reading and drawn from the order of seeing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from reportlab.lib.abag import ABag
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfgen.textobject import PDFTextObject
from xhtml2pdf import context

from cms.invoices.letters import ARABIC, CONTROLS

SHAPED = re.compile(f"[\u0900-\u0dff]|{ARABIC.pattern}")
"""Devanagari to Sinhala, and Arabic."""
EM = 1000

_plain_width, _plain_format = ttfonts.TTFont.stringWidth, PDFTextObject._formatText


def install() -> None:
    """Shape from now on, in this process."""
    ttfonts.TTFont.stringWidth = _width
    PDFTextObject._formatText = _format
    context.shape_frag_text = _as_it_is  # it would join by letters that Urdu has too few of


def shaped(text: str, font_name: str) -> Any:
    """The text as ReportLab's shaped string; as it is where shaping changes nothing."""
    return ttfonts.shapeFragWord([0, (ABag(fontName=font_name, fontSize=EM), text)])[1][1]


def _needs_shaping(font: Any, text: Any) -> bool:
    plain = isinstance(text, str) and not isinstance(text, ttfonts.ShapedStr)
    return plain and getattr(font, "shapable", False) and SHAPED.search(text) is not None


def _width(font: Any, text: Any, size: float, encoding: str = "utf8") -> float:
    text = text.decode(encoding) if isinstance(text, bytes) else text
    if not isinstance(text, ttfonts.ShapedStr):
        text = CONTROLS.sub("", text)
    if not _needs_shaping(font, text):
        return _plain_width(font, text, size, encoding)
    return _width_of_em(font.fontName, text) * size


@lru_cache(maxsize=4096)
def _width_of_em(font_name: str, text: str) -> float:
    word = shaped(text, font_name)
    if isinstance(word, ttfonts.ShapedStr):
        return sum(glyph.x_advance for glyph in word.__shapeData__) / EM
    return _plain_width(pdfmetrics.getFont(font_name), word, 1)


def _format(drawing: Any, text: Any) -> Any:
    if not _needs_shaping(pdfmetrics.getFont(drawing._fontname), text):
        return _plain_format(drawing, text)
    read = text[::-1] if ARABIC.search(text) else text
    drawn = _plain_format(drawing, shaped(read, drawing._fontname))
    # Who searches or copies gets the letters. Readers turn what is right to left around themselves: so as it is seen.
    return f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex()}>>> BDC {drawn} EMC"


def _as_it_is(_text: str, _font_name: str | None = None) -> None:
    """For xhtml2pdf: there is nothing to join here."""
