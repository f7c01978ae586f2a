"""The PDF: whole, the same every time, readable by eye, text search and phone, and nothing gets in or out."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image
from xhtml2pdf.config.resources import ResourceAccessError

from cms.invoices import pdf
from cms.invoices.letters import SCRIPTS, fonts_for, warnings
from cms.invoices.rules import COMPOSITION_WORDS
from tests.invoices.contents import invoice_of


def text_of(data: bytes, *options: str) -> str:
    made = subprocess.run(["pdftotext", *options, "-", "-"], input=data, capture_output=True, check=True)
    return made.stdout.decode()


def picture_of(data: bytes, page: int = 1, dpi: int = 150) -> bytes:
    ask = ["pdftoppm", "-png", "-r", str(dpi), "-f", str(page), "-l", str(page), "-"]
    return subprocess.run(ask, input=data, capture_output=True, check=True).stdout


def test_an_invoice_says_all_that_it_has_to():
    data = pdf.render(invoice_of(3, note="Goods can come back within 10 days.", discount_bp=1000))
    said = text_of(data, "-layout")
    for text in (
        "Lakshmi Stores",
        "GSTIN 36AAPFU0939F1ZW",
        "Tax invoice",
        "No. INV/26-27/00001",
        "Date 23 Nov 2026",
        "Order ORD057 of 20 Nov 2026",
        "Meera Rao",
        "Place of supply",
        "Tax payable on reverse charge: No",
        "Cotton saree, maroon",
        "PROD001",
        "5007",
        "Discount",
        "CGST",
        "SGST",
        "Goods can come back within 10 days.",
        "Page 1 of 1",
    ):
        assert text in said, text
    assert "₹3,24,896.40" in said and "Rupees Three Lakh Twenty Four Thousand Eight Hundred Ninety Six" in said


@pytest.mark.parametrize(
    "content, there, not_there",
    [
        (invoice_of(2, mode="unregistered"), ["Invoice"], ["GSTIN", "CGST", "IGST", "HSN", "Taxable", "supply"]),
        (
            invoice_of(2, mode="composition"),
            ["Bill of supply", COMPOSITION_WORDS, "GSTIN", "HSN 5007"],
            ["CGST", "IGST", "Tax invoice"],
        ),
        (invoice_of(2, state="Karnataka"), ["Tax invoice", "IGST", "Karnataka", "HSN"], ["CGST", "SGST"]),
        (invoice_of(2, inclusive=False), ["CGST"], ["Prices include GST"]),
    ],
)  # fmt: skip
def test_it_says_what_the_scheme_wants_and_no_more(content, there, not_there):
    said = " ".join(text_of(pdf.render(content)).split())
    assert [text for text in there if text not in said] == [] and [text for text in not_there if text in said] == []


def test_a_long_one_repeats_its_head_counts_its_pages_and_keeps_the_sums_together():
    pages = text_of(pdf.render(invoice_of(200)), "-layout").split("\f")[:-1]
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1)) and len(pages) == 6
    assert all("Amount ₹" in page for page in pages[:5])
    assert "Amount in words" in pages[-1] and "Taxable value" in pages[-1]


def test_the_same_content_is_the_same_bytes_whoever_asks_at_once():
    contents = [invoice_of(4, ["श्री गणेश", "తెలుగు", "Lamp"], name=f"Meera {n % 3}") for n in range(6)]
    once = [pdf.render(content) for content in contents]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(pdf.render, contents)) == once
    assert once[0] == once[3] != once[1]


@pytest.mark.parametrize("dpi", [100, 150])
@pytest.mark.parametrize("vpa", ["lakshmi.stores@okaxis", "lakshmi.stores.hyderabad.tilakroad.12@okhdfcbank"])
def test_the_code_on_it_is_the_link_to_pay_and_is_read_from_a_coarse_picture(vpa, dpi):
    content = invoice_of(2, vpa=vpa)
    picture = picture_of(pdf.render(content), dpi=dpi)
    read = subprocess.run(["zbarimg", "--quiet", "--raw", "-"], input=picture, capture_output=True)
    assert read.stdout.decode().strip() == content["upi"] != ""
    assert "am=996.00" in content["upi"] and "tr=INV262700001" in content["upi"]


@pytest.mark.parametrize("lines, pages", [(20, 1), (60, 2)])
def test_the_code_stands_beside_the_sums_it_asks_for(lines, pages):
    last = text_of(pdf.render(invoice_of(lines, vpa="lakshmi.stores@okaxis", note="Thank you."))).split("\f")[:-1]
    assert len(last) == pages and all(text in last[-1] for text in ("Total", "Amount in words", "Scan to pay"))


def test_markup_in_a_name_is_text():
    bold, script = "<b>bold</b> & co", "<script>alert(1)"
    said = text_of(pdf.render(invoice_of(2, [bold, script], name='<img src="file:///etc/passwd">', note="{{ 7 * 7 }}")))
    for text in (bold, script, "<img", "{{ 7 * 7 }}"):
        assert text in said
    assert "root:" not in said


def test_nothing_is_read_but_our_fonts():
    _pisa, policy, _options = pdf._library()
    policy.check_path(pdf.FONTS / "latin-400.woff2")
    for path in ("/etc/passwd", pdf.FONTS / "../app.css"):
        with pytest.raises(ResourceAccessError):
            policy.check_path(path)
    for url in ("http://127.0.0.1:8000/", "https://example.com/x.png", "ftp://example.com/"):
        with pytest.raises(ResourceAccessError):
            policy.check_url(url)


def test_the_logo_is_printed_small_and_a_broken_one_left_out():
    out = BytesIO()
    Image.new("RGBA", (3000, 1000), "red").save(out, "PNG")
    content = invoice_of()
    plain, with_logo = pdf.render(content), pdf.render(content, out.getvalue())
    corner = Image.open(BytesIO(picture_of(with_logo, dpi=50))).convert("RGB").crop((30, 30, 100, 60))
    assert (
        min(corner.getpixel((5, 5))[0], 250) == 250 > 10 > corner.getpixel((5, 5))[1]
        and len(with_logo) < len(plain) + 20_000
    )
    assert pdf.render(content, b"<svg onload=x>") == plain == pdf.render(content, out.getvalue()[:200])


@pytest.mark.parametrize(
    "script, letters",
    [
        ("devanagari", "श्रीमती क्षमा"),
        ("telugu", "స్త్రీ"),
        ("tamil", "கைத்தறி"),
        ("bengali", "শাড়ি"),
        ("gujarati", "સાડી"),
        ("gurmukhi", "ਪੰਜਾਬੀ"),
        ("kannada", "ಸ್ತ್ರೀ"),
        ("malayalam", "ക്ഷമ"),
        ("oriya", "ଓଡ଼ିଆ"),
        ("latin-ext", "Śāstrī"),
    ],
)
def test_every_script_has_its_font_and_no_more_are_loaded(script, letters):
    names = [name for name, _bold in fonts_for(letters)]
    assert set(names) == {"latin", "devanagari", script}
    assert all((pdf.FONTS / f"{name}-400.woff2").is_file() for name in names)
    fonts = subprocess.run(
        ["pdffonts", "-"], input=pdf.render(invoice_of(1, [letters])), capture_output=True, check=True
    )
    assert f"NotoSans{script.title()}" in fonts.stdout.decode() or script == "latin-ext"


@pytest.mark.parametrize("name", ["محمد خان", "گرم مسالہ (لال)", "ݨ کشمیری ٲ"])
def test_arabic_script_is_printed_and_can_be_searched(name):
    content = invoice_of(1, [name], name=name)
    said = text_of(pdf.render(content))
    assert all(said.count(word) == 2 for word in name.replace("(", "").replace(")", "").split())


def test_arabic_letters_are_joined():
    pdf.render(invoice_of(1, ["محمد"]))  # registers the fonts
    from reportlab.pdfbase import pdfmetrics

    from cms.invoices import shaping

    name = next(name for name in pdfmetrics.getRegisteredFontNames() if name.startswith("arabic_00"))
    first, alone = shaping.shaped("محمد", name)[-1], shaping.shaped("م", name)[-1]
    assert first != alone


def test_a_code_beside_arabic_script_keeps_its_digits_together():
    content = invoice_of(1, ["مسالہ 500 g"])
    content["lines"][0]["sku"] = "12-AB"
    assert "12-AB" in text_of(pdf.render(content))


def test_a_sign_that_no_font_has_is_a_box_and_the_draft_says_so():
    content = invoice_of(2, ["Tea ☕", "Lamp"], name="中文 👨\u200d👩\u200d👧 🇮🇳")
    said = text_of(pdf.render(content))
    assert "Tea □" in said and "□□ □ □" in said
    assert "Some characters of 中文 👨\u200d👩\u200d👧 🇮🇳, Tea ☕ cannot be printed" in warnings(content)[0]
    assert warnings(invoice_of(1, ["श्री محمد Śāstrī 𝓜"])) == []


def test_bold_fonts_are_there_where_they_are_promised():
    assert all((pdf.FONTS / f"{name}-700.woff2").is_file() for name, _letters, bold in SCRIPTS if bold)


def test_what_the_shaping_leans_on_is_still_there_and_letters_are_joined():
    pdf.render(invoice_of(1, ["श्री"]))  # registers the fonts
    from reportlab.pdfbase import pdfmetrics, ttfonts
    from reportlab.pdfgen.textobject import PDFTextObject

    from cms.invoices import shaping

    assert ttfonts.uharfbuzz and ttfonts.TTFont.stringWidth is shaping._width
    assert PDFTextObject._formatText is shaping._format
    name = next(name for name in pdfmetrics.getRegisteredFontNames() if name.startswith("devanagari_00"))
    font = pdfmetrics.getFont(name)
    joined, apart = font.stringWidth("श्री", 10), sum(font.stringWidth(letter, 10) for letter in "श्री")
    assert isinstance(shaping.shaped("श्री", name), ttfonts.ShapedStr)
    assert 0 < joined < apart * 0.8
    assert font.stringWidth("INV", 10) == shaping._plain_width(font, "INV", 10)


def test_shaped_letters_are_drawn_as_they_are_measured():
    """The ink of a word that is one ligature wide, told from the same letters drawn apart."""
    joined = ink(pdf.render(invoice_of(1, ["क्ष" * 8])))
    apart = ink(pdf.render(invoice_of(1, ["क\u200c्\u200cष" * 8])))
    assert 0 < joined < apart


def ink(data: bytes) -> int:
    """How wide the name of the first line is, in pixels."""
    page = Image.open(BytesIO(picture_of(data, dpi=100))).convert("L")
    row = page.crop((80, 335, 330, 360)).point(lambda shade: 255 if shade < 128 else 0)
    box = row.getbbox()
    return box[2] - box[0] if box else 0


@pytest.mark.parametrize("word", ["x" * 200, "W" * 60, "ക്ഷ" * 40, "क्" * 60])
def test_a_word_without_end_does_not_run_over_its_neighbours(word):
    assert max(map(len, pdf.broken(word).split())) <= 2 * pdf.LONGEST_WORD + 1
    assert pdf.broken(word).replace(" ", "") == word
    assert pdf.render(invoice_of(1, [word], name=word, address=word, note=word))


def test_twenty_lines_are_there_in_under_a_second():
    import time

    content = invoice_of(20)
    pdf.render(content)

    def took() -> float:
        start = time.perf_counter()
        pdf.render(content)
        return time.perf_counter() - start

    assert min(took() for _ in range(5)) < 1
