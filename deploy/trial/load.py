"""A bounded load of people who place orders, and the count of what they were told.

Each order has a request key and is sent again with the same key until the shop says that it is placed, as a person
sends a form again. Every address asked is on this machine.
"""

from __future__ import annotations

import http.client
import re
import ssl
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
GIVE_UP = 40.0
"""Seconds after which somebody would no longer send the same order again."""


@dataclass
class Place:
    """Where a shop answers on this machine, and as which host it is asked."""

    port: int
    host: str = "shop.example"
    tls: ssl.SSLContext | None = None


@dataclass
class Tally:
    """What people were told."""

    placed: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    looked: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    stall: float = 0.0
    """The longest that one order or page took, tries and waiting included."""
    times: list[float] = field(default_factory=list)

    def line(self) -> str:
        """Orders, pages, errors, the middle and the longest time."""
        times = sorted(self.times) or [0.0]
        errors = ", ".join(f"{count} x {what}" for what, count in sorted(self.errors.items())) or "0"
        return (
            f"orders {len(self.placed):4}  pages {self.looked:4}  errors {errors}  "
            f"median {times[len(times) // 2] * 1000:.0f} ms  longest stall {self.stall:.2f} s"
        )


class Person:
    """Signed in over one kept connection, from an address of this machine that is theirs."""

    def __init__(self, place: Place, number: int, username: str, password: str):
        self.place, self.source = place, f"127.0.0.{20 + number}"
        self.cookies: dict[str, str] = {}
        self.connection: http.client.HTTPConnection | None = None
        token = self._token("/login")
        status, _, _ = self.ask("/login", {"csrf_token": token, "username": username, "password": password})
        if status != 303:
            raise RuntimeError(f"signing in answers {status}")
        self.token = self._token("/account")

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, text. Raises OSError or HTTPException when no answer comes."""
        headers = {"Host": self.place.host, "Cookie": "; ".join(f"{name}={it}" for name, it in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.connection is None:
            self.connection = self._connect()
        try:
            self.connection.request("GET" if form is None else "POST", path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), text

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _connect(self) -> http.client.HTTPConnection:
        port, source, tls = self.place.port, (self.source, 0), self.place.tls
        if tls is None:
            return http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=source)
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=30, source_address=source, context=tls)

    def _token(self, path: str) -> str:
        status, _, text = self.ask(path)
        found = TOKEN.search(text)
        if not found:
            raise RuntimeError(f"{path} answers {status} and shows no form")
        return found[1]


class Load:
    """People who order and look until they are stopped, one at each place in turns; at most for `most` seconds."""

    pause = 0.05

    def __init__(self, places: Sequence[Place], people: int, password: str, customer: int, products: list[int]):
        self.customer, self.products = customer, products
        self.people = [Person(places[n % len(places)], n, "asha", password) for n in range(people)]
        self.all = Tally()
        self.now = Tally()
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, most: float) -> None:
        until = time.monotonic() + most
        for person in self.people:
            person.close()  # some have waited for the others, and a server does not keep a silent connection
        for n, person in enumerate(self.people):
            thread = threading.Thread(target=self._go_on, args=(person, n, until), daemon=True)
            thread.start()
            self._threads.append(thread)

    def phase(self) -> Tally:
        """What was told since the last phase."""
        with self._lock:
            done, self.now = self.now, Tally()
            return done

    def stop(self) -> Tally:
        """All that was told, when everybody has been answered."""
        self._stop.set()
        for thread in self._threads:
            thread.join(GIVE_UP + 60)
        return self.all

    def _go_on(self, person: Person, number: int, until: float) -> None:
        turn = number
        while not self._stop.is_set() and time.monotonic() < until:
            turn += 1
            order = {
                "csrf_token": person.token,
                "request_key": uuid.uuid4().hex,
                "customer": str(self.customer),
                "product": str(self.products[turn % len(self.products)]),
                "quantity": str(turn % 3 + 1),
                "price": "12.50",
                "line_discount": "",
            }
            shown = self._until_told(person, "/orders", order)
            if shown:
                self._until_told(person, shown, None)
            time.sleep(self.pause)

    def _until_told(self, person: Person, path: str, form: dict[str, str] | None) -> str:
        """Ask until it is done; where that leads."""
        began, good = time.monotonic(), 200 if form is None else 303
        while True:
            try:
                status, leads, _ = person.ask(path, form)
                problem = "" if status == good else str(status)
            except (OSError, http.client.HTTPException) as error:
                problem, leads = type(error).__name__, ""
            took = time.monotonic() - began
            with self._lock:
                for tally in (self.all, self.now):
                    if problem:
                        tally.errors[problem] += 1
                    elif form is None:
                        tally.looked += 1
                    else:
                        tally.placed.add(form["request_key"])
                    if not problem:
                        tally.stall = max(tally.stall, took)
                        tally.times.append(took)
                    elif took > GIVE_UP and form is not None:
                        tally.given_up.add(form["request_key"])
            if not problem:
                return leads
            if took > GIVE_UP:
                return ""
            time.sleep(0.3)


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def told(load: Load, name: str) -> Iterator[None]:
    """What people were told while this happened."""
    load.phase()
    yield
    say(f"{name:28} {load.phase().line()}")
