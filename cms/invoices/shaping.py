"""Letters of Indian scripts, joined as they are written, in every PDF.

ReportLab can shape a text by HarfBuzz, but only its own paragraphs ask for it, and xhtml2pdf brings its own. Whatever
is printed still goes through two functions of ReportLab, one that measures and one that draws; here both learn to
shape. The tests hold what this leans on, and the libraries are pinned to the exact version.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from reportlab.lib.abag import ABag
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfgen.textobject import PDFTextObject

INDIAN = re.compile("[\u0900-\u0dff]")
"""Devanagari to Sinhala."""
EM = 1000

_plain_width, _plain_format = ttfonts.TTFont.stringWidth, PDFTextObject._formatText


def install() -> None:
    """Shape from now on, in this process."""
    ttfonts.TTFont.stringWidth = _width
    PDFTextObject._formatText = _format


def shaped(text: str, font_name: str) -> Any:
    """The text as ReportLab's shaped string; as it is where shaping changes nothing."""
    return ttfonts.shapeFragWord([0, (ABag(fontName=font_name, fontSize=EM), text)])[1][1]


def _needs_shaping(font: Any, text: Any) -> bool:
    plain = isinstance(text, str) and not isinstance(text, ttfonts.ShapedStr)
    return plain and getattr(font, "shapable", False) and INDIAN.search(text) is not None


def _width(font: Any, text: Any, size: float, encoding: str = "utf8") -> float:
    text = text.decode(encoding) if isinstance(text, bytes) else text
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
    if _needs_shaping(pdfmetrics.getFont(drawing._fontname), text):
        text = shaped(text, drawing._fontname)
    return _plain_format(drawing, text)
