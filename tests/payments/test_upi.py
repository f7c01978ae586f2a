"""The QR code, read by a real decoder."""

import re
import shutil
import subprocess
from html import unescape
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from cms.models import Order
from cms.payments.rules import upi_link
from tests.factories import make_order, make_product, set_shop
from tests.payments.doing import pay


@pytest.fixture
def order(app, clock) -> Order:
    """An order of 1,000.00 in a shop that takes UPI."""
    set_shop(name="A & B Stores", upi_vpa="ab.stores@okaxis")
    return make_order(None, make_product(price_paise=100_000))


def page_of(client, order: Order) -> str:
    return unescape(client.get(f"/orders/{order.id}/upi").text)


def decoded(page: str) -> str:
    """What a phone reads in the QR code of the page."""
    size = int(re.search(r'class="qr" viewBox="0 0 (\d+)', page)[1])
    image = Image.new("1", (size * 8, size * 8), 1)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", page):
        corner = int(x) * 8, int(y) * 8
        ImageDraw.Draw(image).rectangle((*corner, corner[0] + int(width) * 8 - 1, corner[1] + 7), fill=0)
    data = BytesIO()
    image.convert("L").save(data, "PNG")
    read = [shutil.which("zbarimg") or "zbarimg", "--raw", "--quiet", "-Sbinary=0", "-"]
    return subprocess.run(read, input=data.getvalue(), capture_output=True, check=True).stdout.decode().strip()


def test_the_qr_code_asks_for_exactly_what_is_due(client, order):
    start = "upi://pay?pa=ab.stores@okaxis&pn=A%20%26%20B%20Stores&am="
    page = client.get(f"/orders/{order.id}/upi").text
    assert decoded(page) == f"{start}1000.00&cu=INR&tr=ORD001&tn=Order%20ORD001"
    assert 'data-copy="1000.00"' in page and 'data-copy="ab.stores@okaxis"' in page and "style=" not in page
    path, typed = f"/orders/{order.id}/payments", {"method": "upi", "part": "upi"}
    part = client.htmx_post(path, typed | {"amount": "234.50", "seen": "y"}).text
    assert "<html" not in part and decoded(part).startswith(f"{start}765.50&")
    claimed = client.htmx_post(path, typed | {"amount": "100"}).text
    assert decoded(claimed).startswith(f"{start}765.50&") and "waits to be confirmed" in claimed
    wrong = client.htmx_post(path, typed | {"amount": "1", "reference": "12"})
    assert wrong.status_code == 422 and "this one has 2" in wrong.text and 'id="upi"' in wrong.text
    pay(order, 76_550)
    assert "Nothing is due" in page_of(client, order)


def test_without_a_upi_id_or_rupees_it_says_why_and_where_to_change_it(client, order):
    set_shop(upi_vpa="")
    shown = page_of(client, order)
    assert "UPI ID is not set yet" in shown and 'href="/settings"' in shown
    set_shop(upi_vpa="ab")
    assert "not one that UPI apps know" in page_of(client, order)
    set_shop(upi_vpa="ab@okaxis", currency="USD")
    assert "Indian rupees only, and this shop's prices are in USD" in page_of(client, order)


def test_more_than_a_lakh_comes_with_a_warning(client, order):
    for paise, warned in ((10_000_000, False), (10_000_001, True)):
        dear = make_order(None, make_product(price_paise=paise))
        assert ("at most ₹1,00,000" in page_of(client, dear)) is warned


@pytest.mark.parametrize("name", ["शारदा वस्त्र भंडार", "లక్ష్మి & సన్స్", "x" * 120])
def test_a_shop_of_any_name_is_read_by_phones(client, order, name):
    set_shop(name=name)
    assert decoded(page_of(client, order)) == upi_link("ab.stores@okaxis", name, 100_000, "ORD001", "Order ORD001")


def test_a_part_of_what_is_due_can_be_asked_for_by_a_code_of_its_own(client, order):
    whole, part = (unescape(client.get(f"/orders/{order.id}/upi{args}").text) for args in ("", "?amount=400.50"))
    assert "am=1000.00&" in decoded(whole) and "am=400.50&" in decoded(part) and "of ₹1,000.00 due" in part
    assert (
        'name="amount" value="400.50"' in part and part.count('value="400.50"') == 3
    )  # the part, what was paid, the code
    typed = {"part": "upi", "method": "upi", "asked": "400.50", "amount": "400.50", "reference": "123"}
    again = client.htmx_post(f"/orders/{order.id}/payments", typed)
    assert again.status_code == 422 and "am=400.50&" in decoded(unescape(again.text)), (
        "the customer still scans the part"
    )
    for wrong in ("0", "-5", "1000.01", "4.505", "much"):
        refused = unescape(client.get(f"/orders/{order.id}/upi?amount={wrong}").text)
        assert "am=1000.00&" in decoded(refused) and 'class="problem"' in refused and f'value="{wrong}"' in refused
