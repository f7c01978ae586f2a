"""Who may only look is offered nothing that would be refused."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from cms.access import PERMISSIONS
from tests.endpoints import endpoints, made_once, page_of

SEARCHES = re.compile(r'<form\b(?![^>]*method="post")[^>]*>')
OFFERED = re.compile(r'\s(href|action|formaction|hx-get|hx-post)="(/[^"]*)"')


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ["viewer", "staff"])
def test_no_page_offers_what_its_reader_may_not_do(app, clock, migrated, request, role):
    values = made_once(migrated)
    browser, addresses = request.getfixturevalue(role), app.url_map.bind("localhost")
    refused = set()
    for endpoint in endpoints("GET"):
        if "session_id" in endpoint.arguments or endpoint.permission not in PERMISSIONS[role]:
            continue
        for kind, address in OFFERED.findall(SEARCHES.sub("", page_of(browser, endpoint.url(values)))):
            try:
                name, _ = addresses.match(urlsplit(address).path, "GET" if kind in ("href", "hx-get") else "POST")
            except HTTPException:
                continue  # a file
            if app.view_functions[name].permission not in {"public", *PERMISSIONS[role]}:
                refused.add((endpoint.path, address))
    assert not refused
