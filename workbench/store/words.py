"""What is wrong with a field, in words: the place, what was expected, what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

MOST_NAMED = 10

_EXPECTED = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "tuple": "a list",
    "model": "named fields in curly brackets",
    "date": "a date such as 2026-04-01",
    "finite": "a number",
    "none": "null",
}


def is_whole(text: str) -> bool:
    r"""Whether a text can be written as UTF-8: an emoji that was cut in two cannot.

    Examples
    --------
    >>> is_whole("Wigan"), is_whole("\ud83d")
    (True, False)
    """
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def fault_words(error: ValidationError, data: Any) -> str:
    """Every wrong field as one sentence each; after the tenth only how many more there are.

    Examples
    --------
    >>> from workbench.domain.project import Project
    >>> data = {"id": "p", "needs": [{"id": "n1", "precision": "high"}]}
    >>> try:
    ...     Project.model_validate(data)
    ... except ValidationError as error:
    ...     print(fault_words(error, data))
    needs, entry 1 (“n1”), precision: expected a number, found “high”.
    """
    faults = error.errors(include_url=False)
    said = list(dict.fromkeys(_sentence(fault, data) for fault in faults))
    more = len(said) - MOST_NAMED
    return " ".join(said[:MOST_NAMED]) + (f" And {more} more." if more > 0 else "")


def _sentence(fault: Any, data: Any) -> str:
    place = _place(fault["loc"], data) or "The project"
    kind = fault["type"]
    if kind == "missing":
        return f"{place} is missing."
    if kind == "extra_forbidden":
        return f"{place} is not a field of a project. Check its spelling."
    return f"{place}: expected {_expected(kind, fault)}, found {_found(fault['input'])}."


def _expected(kind: str, fault: Any) -> str:
    if kind == "literal_error":
        return f"one of {fault['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return "letters, digits, full stops, hyphens and underscores only"
    return _EXPECTED.get(kind.split("_", maxsplit=1)[0]) or str(fault["msg"]).lower()


def _place(steps: Sequence[int | str], data: Any) -> str:
    words: list[str] = []
    for step in steps:
        data = _into(data, step)
        if isinstance(step, int):
            name = data.get("id") if isinstance(data, dict) else None
            words.append(f"entry {step + 1}" + (f" (“{name}”)" if name else ""))
        else:
            words.append(step)
    return ", ".join(words)


def _into(data: Any, step: int | str) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None  # a missing field has nothing in it


def _found(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"“{value if len(value) <= 40 else value[:40] + '…'}”"
    if isinstance(value, dict | list):
        return "named fields" if isinstance(value, dict) else "a list"
    return f"{value}"[:40]
