"""Who asks: a browser reduced to its connection, so cheap that what is measured is the server."""

from __future__ import annotations

import gzip
import re
import socket
from dataclasses import dataclass, field
from urllib.parse import urlencode

import brotli

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Request:
    """What is asked. A form makes it a POST."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    form: list[tuple[str, str]] | None = None


@dataclass(frozen=True)
class Answer:
    """What came back: `wire_bytes` counts head and body as they came over the wire."""

    head: bytes
    body: bytes

    @property
    def status(self) -> int:
        return int(self.head[9:12])

    @property
    def wire_bytes(self) -> int:
        return len(self.head) + len(self.body)

    def header(self, name: str) -> str:
        found = re.search(rf"\r\n{name}: *([^\r]*)".encode(), self.head, re.IGNORECASE)
        return found[1].decode() if found else ""

    @property
    def text(self) -> str:
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(self.header("Content-Encoding"), bytes)
        return unpack(self.body).decode(errors="replace")  # a PDF is no text


class Visitor:
    """One keep-alive connection, signed in by `cookie`."""

    def __init__(self, port: int, cookie: str = ""):
        self.port, self.cookie, self.token = port, cookie, ""
        self.connection: socket.socket | None = None

    def get_token(self, path: str = "/account") -> None:
        """Take the CSRF token, and the cookie that goes with it, from a page."""
        answer = self.ask(Request(path))
        found = TOKEN.search(answer.text)
        if not found:
            raise RuntimeError(f"{path} answers {answer.status} and shows no CSRF token")
        self.token = found[1]
        self.cookie = answer.header("Set-Cookie").partition(";")[0] or self.cookie

    def ask(self, request: Request) -> Answer:
        return self.send(self.written(request))

    def written(self, request: Request) -> bytes:
        """The request as it goes over the wire."""
        headers = {"Host": f"127.0.0.1:{self.port}", "Accept-Encoding": "br", **request.headers}
        if self.cookie:
            headers["Cookie"] = self.cookie
        body = b""
        if request.form is not None:
            body = urlencode(request.form).encode()
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        method = "GET" if request.form is None else "POST"
        lines = [f"{method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + body

    def send(self, written: bytes) -> Answer:
        """The answer; over a new connection when the server has closed the old one."""
        if self.connection is not None:
            try:
                return self._send(self.connection, written)
            except (EOFError, ConnectionError):
                self.close()
        self.connection = socket.create_connection(("127.0.0.1", self.port), 120)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._send(self.connection, written)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _send(self, connection: socket.socket, written: bytes) -> Answer:
        connection.sendall(written)
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += _more(connection)
        end += 4
        head = data[:end]
        length = LENGTH.search(head)
        if length is None:
            raise RuntimeError(f"An answer without a length: {head.decode()}")
        whole = end + int(length[1])
        while len(data) < whole:
            data += _more(connection)
        if b"\r\nConnection: close" in head:
            self.close()
        return Answer(head, data[end:])


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(1 << 18)
    if not data:
        raise EOFError
    return data
