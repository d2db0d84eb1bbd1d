"""What a check says: how grave it is, about what, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["blocks", "weakens", "note"]
GRAVEST_FIRST: tuple[Severity, ...] = ("blocks", "weakens", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found.

    Attributes
    ----------
    check : str
        Key of the check, for example ``reach`` or ``M03``.
    severity : {"blocks", "weakens", "note"}
        *Blocks*: a reader would stop here. *Weakens*: the case is poorer for it. *Note*: to be known.
    subject_id : str
        The box, link, data item or need it is about; empty when it is about the whole.
    message : str
        What is so, as a sentence that names its subject in the partnership's own words.
    remedy : str
        What to do, as a sentence that begins with a verb.
    """

    check: str
    severity: Severity
    subject_id: str
    message: str
    remedy: str = ""


def gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by weight; those of one weight keep their order.

    Examples
    --------
    >>> note, block = Finding("a", "note", "", "A."), Finding("b", "blocks", "", "B.")
    >>> [f.check for f in gravest_first([note, block])]
    ['b', 'a']
    """
    return tuple(sorted(findings, key=lambda f: GRAVEST_FIRST.index(f.severity)))
