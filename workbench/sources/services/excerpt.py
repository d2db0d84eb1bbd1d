"""The beginning of a reply that is no answer, as one short line that can stand in a message."""

from __future__ import annotations

import html
import re

_HIDDEN_PARTS = re.compile(r"<(script|style|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^<>]{0,2000}>")


def excerpt(content: bytes, longest: int = 200) -> str:
    r"""The first words of a reply.

    Parameters
    ----------
    content : bytes
    longest : int
        Characters.

    Examples
    --------
    >>> excerpt(b"<html><head><title>x</title></head><body><h1>Busy</h1>\n Try   later</body></html>")
    'Busy Try later'
    """
    text = content[:20_000].decode("utf-8", "replace")
    if text.lstrip().startswith("<"):
        text = html.unescape(_TAGS.sub(" ", _HIDDEN_PARTS.sub(" ", text)))
    plain = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(plain.split())
    return line if len(line) <= longest else f"{line[:longest].rstrip()}…"


def is_page(content: bytes) -> bool:
    """Whether a reply looks like a web page rather than data."""
    return (
        content[:512]
        .lstrip(b"\xef\xbb\xbf \t\r\n")
        .lower()
        .startswith((b"<!doctype html", b"<html", b"<head", b"<body"))
    )
