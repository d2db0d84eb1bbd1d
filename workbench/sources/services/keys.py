"""Keys of services: from the environment or the system's keyring, and never shown.

A key is held as a :class:`Secret`, which shows as ``(hidden)`` wherever it is printed, formatted, logged or put in a
traceback. Only ``reveal`` gives it, and only the client's secret headers and parameters take it.

Verified: where a key is looked for, and that it shows nowhere, by the tests. Not tried with a live service.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
from collections.abc import Iterable, Mapping
from typing import NoReturn
from urllib.parse import quote, quote_plus

from workbench.errors import KeyMissing

SERVICE_NAME = "data-sharing-workbench"
"""Under this name the keyring holds the keys; the user name of each is its variable."""

NOMIS_UID = "WORKBENCH_NOMIS_UID"
STATXPLORE_KEY = "WORKBENCH_STATXPLORE_KEY"
LGINFORM_KEY = "WORKBENCH_LGINFORM_KEY"
LGINFORM_SECRET = "WORKBENCH_LGINFORM_SECRET"
NAMES: Mapping[str, str] = {
    NOMIS_UID: "Nomis account id (uid)",
    STATXPLORE_KEY: "Stat-Xplore Open Data API key",
    LGINFORM_KEY: "LG Inform Plus application key",
    LGINFORM_SECRET: "LG Inform Plus secret",
}
"""Every key the workbench can use: variable of the environment, and what it is."""

HIDDEN = "(hidden)"

_log = logging.getLogger(__name__)


class Secret:
    """A text that shows as ``(hidden)``.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> key = Secret("0x1234")
    >>> print(key, f"{key:>10}", [key])
    (hidden) (hidden) [Secret((hidden))]
    >>> key.reveal()
    '0x1234'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: for the client's secret headers and parameters, and nowhere else."""
        return self._text

    def __str__(self) -> str:
        return HIDDEN

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not written to a file.")


def find_key(name: str, environment: Mapping[str, str] | None = None) -> Secret | None:
    """The key of this name, or None.

    Parameters
    ----------
    name : str
        One of :data:`NAMES`.
    environment : mapping of str to str, optional
        ``os.environ`` unless given. It goes before the keyring.

    Returns
    -------
    Secret or None
        None also when there is no keyring, or it is locked: that is no fault of the question.
    """
    found = (os.environ if environment is None else environment).get(name, "").strip() or _from_keyring(name).strip()
    return Secret(found) if found else None


def need_key(name: str, environment: Mapping[str, str] | None = None) -> Secret:
    """The key of this name.

    Raises
    ------
    KeyMissing
        When it is neither in the environment nor in the keyring, with how to give it.
    """
    key = find_key(name, environment)
    if key is None:
        raise KeyMissing(
            f"The {NAMES.get(name, 'key')} is not there.",
            f"Set the variable {name}, or run: keyring set {SERVICE_NAME} {name}",
            name,
        )
    return key


def _from_keyring(name: str) -> str:
    try:
        import keyring  # an extra, and slow to import: only when a key is asked for  # noqa: PLC0415

        return keyring.get_password(SERVICE_NAME, name) or ""
    except ImportError:
        return ""
    except Exception as error:  # noqa: BLE001  each back end has errors of its own; a locked keyring is no key
        _log.info("The keyring gave no answer: %s.", type(error).__name__)
        return ""


class Hider:
    """Takes secrets out of texts, however they are written in an address.

    Parameters
    ----------
    secrets : iterable of str

    Examples
    --------
    >>> Hider(["a b/c"]).text("asked ?uid=a%20b%2Fc")
    'asked ?uid=(hidden)'
    """

    __slots__ = ("_forms",)

    def __init__(self, secrets: Iterable[str]) -> None:
        forms: set[str] = set()
        for s in filter(None, secrets):
            forms |= {s, quote(s), quote(s, safe=""), quote_plus(s), json.dumps(s)[1:-1]}
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def __bool__(self) -> bool:
        return bool(self._forms)

    def __repr__(self) -> str:
        return f"Hider({len(self._forms)})"

    def text(self, text: str) -> str:
        """The text with each secret as ``(hidden)``."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text

    def among(self, content: bytes | str) -> bool:
        """Whether a secret stands in it."""
        if isinstance(content, bytes):
            return any(form.encode() in content for form in self._forms)
        return any(form in content for form in self._forms)
