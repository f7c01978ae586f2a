"""A backup in the browser: made by the worker, seen, taken away."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from cms.backups import kept
from cms.backups.archive import Backup
from tests.factories import PASSWORD, make_customer, make_order


def test_an_owner_backs_up_and_takes_the_file_home(page: Page, sign_in, tmp_path):
    make_order(make_customer("Meera Rao"))
    sign_in()
    for old in kept.all_kept():
        old.path.unlink()
    page.goto("/settings/backup")
    page.get_by_role("button", name="Back up now").click()
    expect(page.get_by_text("Backup ready")).to_be_visible()  # by itself, and its file with it
    expect(page.get_by_role("button", name="Back up now")).to_be_visible()
    page.locator("td.title a").click()
    expect(page.get_by_text("₹499.00")).to_be_visible()
    page.get_by_label("Your password").fill("not this one at all")
    page.get_by_role("button", name="Download").click()
    expect(page.get_by_text("This is not your password")).to_be_visible()
    page.get_by_label("Your password").fill(PASSWORD)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download").click()
    taken.value.save_as(tmp_path / "taken")
    with Backup(tmp_path / "taken") as found:
        assert found.manifest["figures"]["total"] == 1
