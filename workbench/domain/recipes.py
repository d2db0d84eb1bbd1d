"""How a file of figures is read: what was recognised or answered, kept so that the next file of its kind is read alike.

A recipe is a value, saved as JSON. It fits a file whose sheet has the headings that it was made from (its fingerprint);
for any other file it is refused, and nothing is read with it by force.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Literal

from pydantic import Field, ValidationError

from workbench.domain.base import Value
from workbench.errors import WrongFile

OF_ONE_FILE = frozenset({"period", "part", "vintage"})
"""Answers that next year's file of the same kind must be asked for again."""


class Candidate(Value):
    """One answer that would do.

    Attributes
    ----------
    value : str
        What to answer.
    label : str
        What it means, for people.
    rows : int
        How many rows fit it; 0 when that says nothing.
    """

    value: str
    label: str
    rows: int = 0


class Question(Value):
    """Something a file does not settle.

    Attributes
    ----------
    key : str
        What the answer is given under, for example ``period``.
    text, why : str
        What is asked, and what the file says that leaves it open.
    candidates : tuple of Candidate
    free : bool
        Whether an answer that is no candidate is taken too.
    """

    key: str
    text: str
    why: str
    candidates: tuple[Candidate, ...] = ()
    free: bool = False


class ValueColumn(Value):
    """One column of values, and the columns that belong to it.

    Attributes
    ----------
    column : int
        Counted from 0.
    heading : str
        As the file writes it.
    measure, title : str
        Empty where the rows say what is measured.
    unit : str
        Empty where the rows say it.
    period : str
        When the heading gives it; else empty.
    breakdowns : mapping of str to str
        When headings give them; an empty text means all.
    lower, upper, half_width, flag : int or None
        Columns of the interval and the flag.
    """

    column: int
    heading: str
    measure: str = ""
    title: str = ""
    unit: str = ""
    period: str = ""
    breakdowns: dict[str, str] = Field(default_factory=dict)
    lower: int | None = None
    upper: int | None = None
    half_width: int | None = None
    flag: int | None = None


class Recipe(Value):
    """How one sheet is read.

    Attributes
    ----------
    fingerprint : str
        Of the headings, by :func:`fingerprint`.
    content : str
        The sha256 of the file it was made from: answers about one file alone, such as its period, hold for no other.
    sheet : str
    shape : str
        How the rows were made into one table: ``plain``, ``stacked`` (a block for each period or area), ``turned``
        (areas are columns).
    first_row, header_rows : int
        Where the headings stand, counted from 1, and how many rows they are.
    area_column : int
    area_kind : str
        ``code``, ``name``, ``prefixed`` or ``code and name``.
    level, vintage : str
        Level of names and boundaries of codes; empty where each code says it.
    layout : str
        ``long``: rows say what is measured; ``wide``: headings do.
    roles : mapping of int to str
        What each column was taken for.
    breakdowns : mapping of int to str
        Columns that split figures, and what the split is called.
    values : tuple of ValueColumn
    period_column : int or None
    period : str
        Of the whole file, when no column or heading gives one.
    legend : mapping of str to str
        Symbol to flag of the schema.
    publisher, title : str
        For the citation.
    confidence : float
        Of the interval columns.
    answers : mapping of str to str
        What a person answered.
    """

    fingerprint: str
    content: str = ""
    sheet: str = ""
    shape: Literal["plain", "stacked", "turned"] = "plain"
    first_row: int = 1
    header_rows: int = 1
    area_column: int = 0
    area_kind: str = "code"
    level: str = ""
    vintage: str = ""
    layout: Literal["long", "wide"] = "wide"
    roles: dict[int, str] = Field(default_factory=dict)
    breakdowns: dict[int, str] = Field(default_factory=dict)
    values: tuple[ValueColumn, ...] = ()
    period_column: int | None = None
    period: str = ""
    legend: dict[str, str] = Field(default_factory=dict)
    publisher: str = ""
    title: str = ""
    confidence: float = 0.95
    answers: dict[str, str] = Field(default_factory=dict)

    def answers_for(self, content: str) -> dict[str, str]:
        """The answers that hold for a file: all of them for the same file, those about its kind for another."""
        if content == self.content:
            return dict(self.answers)
        return {key: said for key, said in self.answers.items() if key not in OF_ONE_FILE}

    def as_json(self) -> str:
        """The recipe as JSON, two blanks to a level."""
        return self.model_dump_json(indent=2) + "\n"


def recipe_of(text: str, where: str = "") -> Recipe:
    """The recipe that a JSON text holds.

    Raises
    ------
    WrongFile
        When it is not a recipe, with the first place that is wrong.
    """
    try:
        return Recipe.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(str(part) for part in first["loc"])
        raise WrongFile(
            f"This is not a recipe for reading a file. {place}: {first['msg']}.",
            "Save the recipe again from a file that was read.",
            where,
        ) from error


def fingerprint(headings: Iterable[str]) -> str:
    """What the headings of a sheet come to: the same for two files of one kind.

    Years and months are left out, so that next year's file of a yearly series has the fingerprint of this year's.

    Examples
    --------
    >>> fingerprint(["Area code", "2023 Owned (%)"]) == fingerprint(["area code ", "2024 Owned (%)"])
    True
    >>> fingerprint(["Area code", "Owned"]) == fingerprint(["Area code", "Rented"])
    False
    """
    said = [re.sub(r"(?<!\d)(?:19|20)\d\d(?!\d)", "#", " ".join(heading.split()).lower()) for heading in headings]
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:16]
