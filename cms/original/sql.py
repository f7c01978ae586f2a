"""SQL as text, read in pieces: never more than one value is held, and nothing is ever run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cms.original import tokens
from cms.original.tokens import ESCAPE, ESCAPED, GAP, INSIDE, LONGEST, QUOTED, WORD


class BadDump(Exception):
    """The dump as such cannot be read; the message is a whole sentence and never holds a value of it."""


class Reader:
    """The text of a dump. Each byte is one character here; the values are decoded one by one."""

    def __init__(self, pieces: Iterator[bytes], name: str):
        self.pieces, self.name = pieces, name
        self.text, self.at, self.dropped = "", 0, 0
        self.ended = False
        self.charset = "utf-8"
        self.undecoded = 0
        self.remarks: set[str] = set()

    @property
    def line(self) -> int:
        return self.dropped + self.text.count("\n", 0, self.at) + 1

    def bad(self, what: str) -> BadDump:
        """What to raise: that the file ends here, or what is wrong in this line."""
        if self.ended and self.at >= len(self.text.rstrip()):
            return self.cut()
        return BadDump(f"{self.name} line {self.line:,}: {what}")

    def cut(self) -> BadDump:
        return BadDump(f"{self.name} is not whole: it breaks off in line {self.line:,}. Ask for the dump again")

    def peek(self, length: int = 1) -> str:
        """The next characters, fewer at the end."""
        while len(self.text) - self.at < length and self.more():
            pass
        return self.text[self.at : self.at + length]

    def more(self) -> bool:
        """Read on; what lies behind is let go. False at the end of the file."""
        piece = next(self.pieces, b"")
        if not piece:
            self.ended = True
            return False
        self.dropped += self.text.count("\n", 0, self.at)
        self.text, self.at = self.text[self.at :] + piece.decode("latin-1"), 0
        return True

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What stands here, if it is that, however much must be read to be sure where it ends. Raises BadDump."""
        while True:
            found = pattern.match(self.text, self.at)
            if (found and found.end() < len(self.text)) or self.ended:
                break
            if len(self.text) - self.at > LONGEST:
                raise self.bad("something here is longer than a million characters; is a quote missing?")
            self.more()
        if found:
            self.at = found.end()
        return found

    def eat(self, pattern: re.Pattern[str]) -> None:
        """Go past all of this, however much it is."""
        while True:
            self.at = pattern.match(self.text, self.at).end()  # type: ignore[union-attr]
            if len(self.text) - self.at > 1 or not self.more():
                return

    def past(self, pattern: re.Pattern[str]) -> None:
        """Go behind the next of these. Raises BadDump when there is none."""
        while not (found := pattern.search(self.text, self.at)):
            self.at = max(self.at, len(self.text) - 64)
            if not self.more():
                raise self.cut()
        self.at = found.end()

    def gap(self) -> None:
        """Go past gaps and comments; what stands in a conditional comment counts as written."""
        while True:
            self.eat(GAP)
            two = self.peek(2)
            if two[:1] == "#" or (two == "--" and self.peek(3)[2:] in ("", " ", "\t", "\n", "\r")):
                start = self.take(tokens.LINE)
                self._remark(start[0] if start else "")
            elif two == "/*":
                if self.peek(10) == "/*M!999999" or not tokens.CONDITION.match(self.peek(4)):
                    if not self.take(tokens.COMMENT):
                        raise self.cut()
                else:
                    self.take(tokens.CONDITION)
            elif two == "*/":
                self.at += 2
            else:
                return

    def _remark(self, line: str) -> None:
        """Remember what tells a whole dump from half of one."""
        for mark in ("MySQL dump ", "MariaDB dump ", "Dump completed"):
            if line.startswith(f"-- {mark}"):
                self.remarks.add(mark.split()[-1])

    def word(self) -> str:
        """The next bare word in capitals; "" when something else comes."""
        self.gap()
        found = self.take(WORD)
        return found[0].upper() if found else ""

    def name_here(self) -> str:
        """The next name, quoted or bare, in small letters. Raises BadDump."""
        self.gap()
        quote = self.peek()
        if quote in ("`", '"'):
            found = self.take(QUOTED[quote])
            if not found:
                raise self.cut()
            return self.decoded(found[1].replace(quote * 2, quote)).casefold()
        if (found := self.take(WORD)) and found[0]:
            return found[0].casefold()
        raise self.bad("there should be a name here")

    def follows(self, mark: str) -> bool:
        """Whether this character comes next; it is taken then."""
        self.gap()
        if self.peek() != mark:
            return False
        self.at += 1
        return True

    def expect(self, mark: str) -> None:
        if not self.follows(mark):
            raise self.bad(f"there should be a {mark} here")

    def row(self) -> list[str | None]:
        """The values of one row, behind its opening bracket. Raises BadDump."""
        values: list[str | None] = []
        while True:
            found = tokens.SIMPLE.match(self.text, self.at)
            if found and found.end() < len(self.text):
                self.at = found.end()
                text, null, number, mark = found.groups()
                values.append(self._text(text) if text is not None else None if null else number)
                if mark == ")":
                    return values
                continue
            values.append(self._value())
            if self.follows(")"):
                return values
            self.expect(",")

    def _value(self) -> str | None:
        self.gap()
        start = self.peek()
        if start in ("'", '"'):
            return self._string(start)
        two = self.peek(2).lower()
        if two in ("0x", "x'") and (found := self.take(tokens.HEX)):
            return self.decoded(bytes.fromhex(_even(found[0][2:].rstrip("'"))).decode("latin-1"))
        if two in ("0b", "b'") and (found := self.take(tokens.BITS)):
            return str(int(found[0][2:].rstrip("'") or "0", 2))
        if start and start in "+-.0123456789" and (found := self.take(tokens.NUMBER)):
            return found[0].removeprefix("+")
        word = self.word()
        if word in ("NULL", "DEFAULT"):
            return None
        if word in ("TRUE", "FALSE"):
            return str(int(word == "TRUE"))
        if word.startswith("_"):  # _utf8mb4'...' or _binary '...'
            self.gap()
            if self.peek() in ("'", '"'):
                return self._string(self.peek())
            return self._value()
        raise self.bad("there should be a value here")

    def _string(self, quote: str) -> str:
        found = self.take(QUOTED[quote])
        if not found:
            raise self.cut()
        return self._text(found[1], quote)

    def _text(self, raw: str, quote: str = "'") -> str:
        if "\\" in raw or quote in raw:
            raw = ESCAPE[quote].sub(lambda found: ESCAPED.get(found[1], found[1]) if found[1] else quote, raw)
        return self.decoded(raw)

    def decoded(self, raw: str) -> str:
        """The text of these bytes; what is no UTF-8 is read as Western and counted."""
        if raw.isascii():
            return raw
        data = raw.encode("latin-1")
        try:
            return data.decode(self.charset)
        except UnicodeDecodeError:
            if self.charset == "utf-8":
                self.undecoded += 1
            return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)

    def statement(self) -> str:
        """The rest of a statement as text. Raises BadDump."""
        found = self.take(tokens.STATEMENT)
        if not found:
            raise self.cut()
        return found[1]

    def skip(self) -> None:
        """Go behind the end of a statement, whatever is in it. Raises BadDump when the file ends before."""
        while True:
            self.eat(tokens.PLAIN)
            mark = self.peek()
            if mark in INSIDE:
                self.at += 1
                self.eat(INSIDE[mark])
                if self.peek() != mark:
                    raise self.cut()
                self.at += 1
            elif mark == ";":
                self.at += 1
                return
            elif not mark:
                raise self.cut()
            else:
                before = self.at
                self.gap()
                self.at += self.at == before


def _even(digits: str) -> str:
    return digits if len(digits) % 2 == 0 else f"0{digits}"
