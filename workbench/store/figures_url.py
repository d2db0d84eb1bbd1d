"""The address of a store of figures: a folder, or a shared engine. A password in it is never shown."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

_SECRET = re.compile(r"password|passwd|pwd|token|secret|key", re.IGNORECASE)

# As much as may be of a password: somebody may have written "/", "?" or "@" in it without percent signs.
_USER = re.compile(r"//([^/@:]*):(.*)@")


def folder_of(place: str | Path) -> Path | None:
    """The folder that an address names; None when it names an engine.

    Examples
    --------
    >>> folder_of("figures").name, folder_of("postgres://db/figures"), folder_of("local[2]")
    ('figures', None, None)
    """
    if isinstance(place, Path):
        return place
    if place.startswith("file://"):
        return Path(unquote(urlsplit(place).path))
    return None if "://" in place or is_local_spark(place.partition("?")[0]) else Path(place)


def is_local_spark(place: str) -> bool:
    """Whether an address is Spark's own name for itself on this computer: ``local``, ``local[2]``, ``local[*]``."""
    return re.fullmatch(r"local(\[(\d+|\*)\])?", place) is not None


def secrets_of(place: str) -> frozenset[str]:
    """What an address holds that nobody should see, as written and as meant.

    Examples
    --------
    >>> sorted(secrets_of("postgres://anna:s%20cret@db/figures?token=abc"))
    ['abc', 's cret', 's%20cret']
    """
    user = _USER.search(place)
    found = {user.group(2)} if user else set()
    for name, value in parse_qsl(place.partition("?")[2], keep_blank_values=True):
        if _SECRET.search(name):
            found.add(value)
    # Cut out of the raw text too: a value may be written with percent signs.
    found |= {m.group(2) for m in re.finditer(r"[?&]([^=&]*)=([^&#]*)", place) if _SECRET.search(m.group(1))}
    found |= {unquote(text) for text in found} | {unquote_plus(text) for text in found}
    return frozenset(text for text in found if text)


def scrubbed(text: str, secrets: frozenset[str]) -> str:
    """A text without secrets.

    Examples
    --------
    >>> scrubbed("postgres://anna:pw@db/figures", frozenset({"pw"}))
    'postgres://anna:***@db/figures'
    """
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def shown(place: str) -> str:
    """An address as it may be shown.

    Examples
    --------
    >>> shown("postgres://anna:a:b@db:5432/figures?sslmode=require")
    'postgres://anna:***@db:5432/figures?sslmode=require'
    """
    place = _USER.sub(r"//\1:***@", place)
    return re.sub(r"([?&])([^=&]*)=([^&#]*)", lambda m: _hidden(*m.groups()), place)


def _hidden(mark: str, name: str, value: str) -> str:
    return f"{mark}{name}={'***' if _SECRET.search(name) else value}"
