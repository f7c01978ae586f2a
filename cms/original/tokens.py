"""What the text of a dump is made of. No pattern here ever tries twice: each is as quick as the text is long."""

from __future__ import annotations

import re

LONGEST = 1 << 20
"""Characters of one value, or of one statement that is looked at as a whole."""

GAP = re.compile(r"[ \t\r\n\f\v]*+")
LINE = re.compile(r"[^\n]*+")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CONDITION = re.compile(r"/\*M?![0-9]*")
WORD = re.compile(r"[A-Za-z0-9_$@]*+")
HEX = re.compile(r"0[xX][0-9A-Fa-f]++|[xX]'[0-9A-Fa-f]*+'")
BITS = re.compile(r"0b[01]++|[bB]'[01]*+'")
NUMBER = re.compile(r"[-+]?+[0-9.]++(?:[eE][-+]?+[0-9]++)?+")
PLAIN = re.compile(r"[^;'\"`#/*\-]*+")
QUOTED = {
    "'": re.compile(r"'((?:[^'\\]++|\\.|'')*+)'", re.DOTALL),
    '"': re.compile(r'"((?:[^"\\]++|\\.|"")*+)"', re.DOTALL),
    "`": re.compile(r"`((?:[^`]++|``)*+)`", re.DOTALL),
}
INSIDE = {
    "'": re.compile(r"(?:[^'\\]++|\\.|'')*+", re.DOTALL),
    '"': re.compile(r'(?:[^"\\]++|\\.|"")*+', re.DOTALL),
    "`": re.compile(r"(?:[^`]++|``)*+", re.DOTALL),
}
STATEMENT = re.compile(
    r"""((?:[^;'"`\#/\-]++|'(?:[^'\\]++|\\.|'')*+'|"(?:[^"\\]++|\\.|"")*+"|`[^`]*+`"""
    r"""|/\*.*?\*/|--[ \t][^\n]*+|\#[^\n]*+|[/\-])*+);""",
    re.DOTALL,
)
SIMPLE = re.compile(
    r"[ \t\r\n]*+(?:'((?:[^'\\]++|\\.|'')*+)'|(NULL)|(-?[0-9]++(?:\.[0-9]++)?+))[ \t\r\n]*+([,)])", re.DOTALL
)
"""A value of the kind that nearly all are, with what follows it."""

ESCAPE = {"'": re.compile(r"\\(.)|''", re.DOTALL), '"': re.compile(r'\\(.)|""', re.DOTALL)}
ESCAPED = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
CHARSETS = {
    "utf8": "utf-8",
    "utf8mb3": "utf-8",
    "utf8mb4": "utf-8",
    "ascii": "utf-8",
    "binary": "utf-8",
    "latin1": "cp1252",
}
