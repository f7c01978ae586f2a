"""A picture that someone sent: looked at with suspicion, made small, written anew."""

from __future__ import annotations

import io

from cms.errors import RuleError

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 25_000_000
WIDTH, HEIGHT = 600, 200
TOO_LARGE = "This file is too large: choose a picture of less than 2 MB"
NO_PICTURE = "This is no picture, or a damaged one; choose a PNG, JPEG or WebP file"
KINDS = ("PNG", "JPEG", "WEBP")


def as_logo(sent: bytes) -> bytes:
    """The picture as a PNG of at most 600 x 200, without anything that was written into it besides.

    Raises RuleError for what is no still PNG, JPEG or WebP, or too large. The size is looked at before the pixels are
    read: a file of some kilobytes may stand for gigabytes.
    """
    if not sent:
        raise RuleError("Choose a picture first", "logo")
    if len(sent) > MOST_BYTES:
        raise RuleError(TOO_LARGE, "logo")
    if other := _other_kind(sent):
        raise RuleError(f"{other} cannot be used here; choose a PNG, JPEG or WebP file", "logo")
    try:
        return _redrawn(sent)
    except RuleError:
        raise
    except Exception as error:  # the decoders raise whatever the damage makes them stumble over
        raise RuleError(NO_PICTURE, "logo") from error


def _redrawn(sent: bytes) -> bytes:
    from PIL import Image, ImageOps

    try:
        picture: Image.Image = Image.open(io.BytesIO(sent), formats=KINDS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    with picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise _too_many_pixels()
        if getattr(picture, "n_frames", 1) > 1:
            raise RuleError("This picture moves; choose one that stands still", "logo")
        picture.draft("RGB", (2 * WIDTH, 2 * HEIGHT))  # a JPEG is read no larger than it is needed
        small = picture
        if picture.mode not in ("RGB", "RGBA") or picture.has_transparency_data:
            small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        small.thumbnail((WIDTH, WIDTH))  # first of all: turning 25 million dots takes memory again
        small = ImageOps.exif_transpose(small)
        small.thumbnail((WIDTH, HEIGHT))
        small.info = {}  # where it was taken, by whom, with what: none of that is for the customers
        drawn = io.BytesIO()
        small.save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def _too_many_pixels() -> RuleError:
    return RuleError("This picture has more than 25 million dots; make it smaller first", "logo")


def _other_kind(sent: bytes) -> str:
    """What this file is when it is something people take for a picture to use; empty for all else."""
    start = sent[:4096].lstrip().lower()
    if start.startswith((b"gif87a", b"gif89a")):
        return "A GIF"
    if b"<svg" in start or start.startswith(b"<?xml"):
        return "An SVG drawing"
    if start.startswith(b"%pdf"):
        return "A PDF"
    if sent[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        return "A HEIC or AVIF picture"
    return ""
