"""A mail server for tests: real SMTP on a port of its own, which takes mail, refuses it, or hangs up in the middle."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: SmtpServer

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.server.connections += 1
        self.say("220 test")
        to = ""
        while line := self.rfile.readline():
            verb = line.strip().decode().upper()
            if verb.startswith("EHLO"):
                self.say("250-test\r\n250-8BITMIME\r\n250 SMTPUTF8")
            elif verb.startswith("RCPT TO:"):
                to = line.decode().partition("<")[2].partition(">")[0]
                answer = self.server.on_rcpt(to)
                if not answer:
                    return
                self.say(answer)
            elif verb == "DATA":
                self.say("354 go on")
                data = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    data += part.removeprefix(b".") if part.startswith(b"..") else part
                answer = self.server.on_mail(to)
                if not answer or answer.startswith("250"):
                    self.server.taken.append((to, message_from_bytes(data, policy=policy.default)))
                if not answer:
                    return  # taken, but the sender never learns it
                self.say(answer)
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class SmtpServer(socketserver.ThreadingTCPServer):
    """Keeps what it took in `taken`. `on_rcpt`, `on_mail`: what it answers; "" = it hangs up."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.taken: list[tuple[str, EmailMessage]] = []
        self.connections = 0
        self.on_rcpt: Callable[[str], str] = lambda _to: "250 ok"
        self.on_mail: Callable[[str], str] = lambda _to: "250 taken"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?starttls=0"

    @property
    def recipients(self) -> list[Any]:
        return sorted(to for to, _mail in self.taken)
