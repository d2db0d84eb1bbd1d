"""One typed value into the project: the path of a field and what was typed give the next project, or a refusal."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from workbench.domain.project import Project, flatten, unflatten

LONGEST = 20_000
"""Characters a field may hold; a paste of a whole document is refused with a sentence rather than cut."""

LARGEST = 1e12
"""The largest number a field takes, either side of nought: more is a slip of the hand, and what is computed from it
could not be written as a number."""

BOUNDS: Mapping[str, tuple[float, float]] = {
    "precision": (0, LARGEST),
    "max_age_months": (0, 1200),
    "people_count": (0, LARGEST),
    "horizon": (1, 100),
    "first_year": (2000, 2100),
    "price_year": (1955, 2100),
    "start_year": (0, 99),
    "years": (1, 100),
    "quantity": (0, LARGEST),
    "attribution": (0, 1),
    "optimism_bias_share": (0, 1),
}
"""Least and greatest value of a field, by its name. A file may hold others: the checks tell of them."""

_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")

_LOCKED = {"id", "schema_version"}


class EntryRefused(ValueError):
    """An entry that a field does not take. The message says what to enter."""


def edited(project: Project, path: str, typed: Any) -> Project:
    """The project with one field changed.

    Parameters
    ----------
    project : Project
    path : str
        As in :func:`workbench.domain.project.flatten`, for example ``needs/n1/precision``.
    typed : str, bool or list of str
        As the browser sent it; numbers may carry commas, a pound sign or a per cent sign.

    Returns
    -------
    Project

    Raises
    ------
    EntryRefused
        When there is no such field (somebody else deleted it), or the value does not fit.

    Examples
    --------
    >>> edited(Project(id="p"), "frame/problem", "Too few people move into work").frame.problem
    'Too few people move into work'
    """
    flat = flatten(project)
    if path not in flat or path in _LOCKED or _is_marker(path, flat):
        raise EntryRefused(
            "This entry is no longer there: somebody has deleted it. Copy what you typed if you need it."
        )
    if isinstance(typed, str) and len(typed) > LONGEST:
        raise EntryRefused(f"This is {len(typed):,} characters long. Enter at most {LONGEST:,}.")
    current = flat[path]
    flat[path] = _as_field(typed, current)
    if _too_large(flat[path], current):
        raise EntryRefused(f"“{typed}” is too large. Enter at most {LARGEST:,.0f}.")
    if told := _out_of_bounds(path, flat[path]):
        raise EntryRefused(told)
    try:
        return Project.model_validate(unflatten(flat))
    except ValidationError as error:
        raise EntryRefused(_words(error, typed)) from error


def _is_marker(path: str, flat: dict[str, Any]) -> bool:
    """Whether a path is the entry that says an entity exists, rather than one of its fields."""
    return any(key.startswith(f"{path}/") for key in flat)


def _as_field(typed: Any, current: Any) -> Any:
    if isinstance(current, list):
        if isinstance(typed, list):
            return typed
        return [part.strip() for part in str(typed).split(",") if part.strip()]
    is_number = current is None or (isinstance(current, int | float) and not isinstance(current, bool))
    if isinstance(typed, str) and is_number:
        return _number(typed)
    return typed


def _too_large(value: Any, current: Any) -> bool:
    """Whether a number was typed that no field can mean. A field of words may hold any digits."""
    if isinstance(current, str | bool | list) or isinstance(value, bool) or value is None:
        return False
    try:
        return abs(float(value)) > LARGEST and any(c.isdigit() for c in str(value))
    except (TypeError, ValueError, OverflowError):
        return False  # no number at all is told by the check of the field


def _out_of_bounds(path: str, value: Any) -> str:
    """What to enter instead of a number outside the field's bounds, or an empty string."""
    least, most = BOUNDS.get(path.rpartition("/")[2], (None, None))
    if least is None or most is None or not isinstance(value, str):
        return ""
    try:
        number = float(value)
    except ValueError:
        return ""  # no number at all is told by the check of the field
    if least <= number <= most or not math.isfinite(number):
        return ""
    return f"Enter a number from {least:g} to {most:g}." if most < LARGEST else f"Enter {least:g} or more."


def _number(typed: str) -> str | None:
    """A number as people write it, ready to be checked: no commas, pound or per cent signs; empty means not stated."""
    text = typed.strip().replace("£", "").replace("%", "").replace("\u2212", "-").replace(" ", "")
    # A comma groups thousands or it is no number here: "3,5" must not become 35.
    return (text.replace(",", "") if _THOUSANDS.fullmatch(text) else text) or None


def _words(error: ValidationError, typed: Any) -> str:
    kind = error.errors()[0]["type"]
    if kind.startswith(("int", "float", "none_required")) or kind == "int_from_float":
        whole = "a whole number, for example 12" if kind.startswith("int") else "a number, for example 12.5"
        return f"Enter {whole}." if typed in ("", None) else f"“{typed}” is not a number. Enter {whole}."
    if kind == "literal_error":
        return "Choose one of the answers in the list."
    if kind == "finite_number":
        return "Enter a number, for example 12.5."
    return f"This does not fit here: {error.errors()[0]['msg'].lower()}."
