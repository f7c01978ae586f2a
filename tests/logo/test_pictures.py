"""What may be a logo, and what becomes of it."""

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cms.errors import RuleError
from cms.logo.pictures import as_logo


def sent(kind: str, size=(40, 20), mode="RGB", colour="#1e90ff", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def opened(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png))
    picture.load()
    return picture


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_that_says(width: int, height: int) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size, becomes", [((40, 20), (40, 20)), ((1200, 300), (600, 150)), ((500, 1000), (100, 200))])
def test_a_picture_becomes_a_small_png(kind, size, becomes):
    logo = opened(as_logo(sent(kind, size)))
    assert (logo.format, logo.size) == ("PNG", becomes)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16"])
def test_a_picture_of_any_mode_can_be_used(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(as_logo(sent(kind, mode=mode, colour=0))).mode in ("RGB", "RGBA")


def test_what_is_transparent_stays_so():
    assert opened(as_logo(sent("PNG", mode="RGBA", colour=(0, 0, 0, 0)))).getpixel((1, 1))[3] == 0


def test_nothing_written_into_a_picture_is_kept():
    words, exif = PngInfo(), Image.Exif()
    words.add_text("Comment", "secret place")
    exif[0x010E] = "secret place"
    for file in (sent("PNG", pnginfo=words, exif=exif, dpi=(72, 72)), sent("JPEG", exif=exif, comment="secret place")):
        png = as_logo(file)
        assert b"secret" not in png and not opened(png).info and not opened(png).getexif()


def test_a_photo_lying_on_its_side_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(as_logo(sent("JPEG", (40, 20), exif=exif))).size == (20, 40)


def frames(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, kind, save_all=True, append_images=[Image.new("RGB", (8, 8), "blue")])
    return out.getvalue()


@pytest.mark.parametrize(
    "file, says",
    [
        (b"", "Choose a picture first"),
        (b"hello", "no picture"),
        (sent("PNG")[:60], "no picture"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 500, "no picture"),
        (sent("BMP"), "no picture"),
        (sent("GIF"), "GIF"),
        (frames("GIF"), "GIF"),
        (frames("PNG"), "moves"),
        (frames("WEBP"), "moves"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
        (b"<?xml version='1.0'?><!DOCTYPE svg><svg/>", "SVG"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (png_that_says(5001, 5000), "25 million"),
        (png_that_says(60_000, 60_000), "25 million"),
        (png_that_says(12_000, 12_000), "25 million"),
        (b"x" * (2 * 1024 * 1024 + 1), "less than 2 MB"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(file, says):
    with pytest.raises(RuleError, match=says) as refused:
        as_logo(file)
    assert refused.value.field == "logo"
