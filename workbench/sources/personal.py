"""Files that look like records about people. The workbench never needs one, and refuses it before reading on."""

from __future__ import annotations

import re

from workbench.errors import WrongFile
from workbench.sources.imported import Cells, text

# The form that GOV.UK publishes for a National Insurance number; blanks are dropped before matching.
_NINO = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", re.IGNORECASE)
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.IGNORECASE | re.ASCII)
_BIRTH = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])[/.-](?:0?[1-9]|1[0-2])[/.-](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d", re.ASCII
)
_PERSON = re.compile(r"(?:(?:Mr|Mrs|Ms|Miss|Dr)\.? )?[A-Z][a-z’'-]+(?: [A-Z][a-z’'-]+)+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")

_ALONE = {
    "nino": "National Insurance number",
    "ni number": "National Insurance number",
    "national insurance number": "National Insurance number",
    "nhs number": "NHS number",
    "dob": "date of birth",
    "date of birth": "date of birth",
    "birth date": "date of birth",
    "surname": "surname",
    "last name": "surname",
    "forename": "first name",
    "first name": "first name",
    "full name": "full name",
    "claimant name": "full name",
    "customer reference number": "customer reference number",
    "passport number": "passport number",
    "driving licence number": "driving licence number",
    "uln": "unique learner number",
    "unique learner number": "unique learner number",
    "upn": "unique pupil number",
    "unique pupil number": "unique pupil number",
}
_NAMES = {"name", "client", "client name", "customer", "customer name", "participant", "participant name", "resident"}
_PLACES = {"postcode", "post code", "address", "home address", "address line 1"}
_HEAD = 20  # rows in which headings may stand below a title
_LOOKED_AT = 400  # rows, at the top of a sheet
_SEEN = 3  # cells of the form of an identifier that are no accident


def refuse_personal(cells: Cells) -> None:
    """Raise when the cells look like records about people. The message repeats no cell but the headings.

    Raises
    ------
    WrongFile
        Naming what was seen.
    """
    seen = _headings(cells) or _values(cells) or _rows(cells)
    if seen:
        raise WrongFile(
            f"It looks like records about people: it has {seen}. Nothing was read.",
            "The workbench needs published figures only. Keep this file where your data protection rules say.",
            str(cells.path),
        )


def _headings(cells: Cells) -> str:
    for row in cells.rows[:_HEAD]:
        words = {re.sub(r"[\s_.-]+", " ", text(cell)).lower().strip() for cell in row}
        alone = sorted({_ALONE[word] for word in words & set(_ALONE)})
        if alone:
            return f"a column for {' and '.join(alone)}"
        if words & _NAMES and words & _PLACES:
            return "columns for a name and an address or postcode"
    return ""


def _values(cells: Cells) -> str:
    ninos = emails = 0
    for row in cells.rows:
        for cell in row:
            if isinstance(cell, str) and cell:
                ninos += _NINO.fullmatch(cell.replace(" ", "")) is not None
                emails += "@" in cell and _EMAIL.fullmatch(cell.strip()) is not None
        if ninos >= _SEEN:
            return "cells of the form of a National Insurance number"
        if emails >= _SEEN:
            return "a list of email addresses"
    return ""


def _rows(cells: Cells) -> str:
    """Rows at the level of postcodes, or names of people beside days that may be births."""
    postcodes: dict[int, int] = {}
    births: dict[int, int] = {}
    people: dict[int, int] = {}
    filled = 0
    for row in cells.rows[:_LOOKED_AT]:
        filled += any(text(cell) for cell in row)
        for place, cell in enumerate(row):
            if not isinstance(cell, str) or not 3 < len(cell) < 40:
                continue
            said = cell.strip()
            for pattern, seen in ((_POSTCODE, postcodes), (_BIRTH, births), (_PERSON, people)):
                if pattern.fullmatch(said):
                    seen[place] = seen.get(place, 0) + 1
    most = max(filled - 1, 1)
    if any(count >= _SEEN and count >= 0.6 * most for count in postcodes.values()):
        return "a row for each postcode, which may be one household"
    headings = " ".join(text(cell).lower() for row in cells.rows[:_HEAD] for cell in row)
    named = any(count >= _SEEN and count >= 0.6 * most for count in people.values())
    born = any(count >= _SEEN and count >= 0.6 * most for count in births.values())
    if named and born and re.search(r"birth|born|dob|d\.o\.b", headings):
        return "names beside dates of birth"
    return ""
