"""What is known of Stat-Xplore that its replies do not say: data, not code, because it changes from year to year."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from workbench.domain.base import Entity, Value
from workbench.domain.provenance import Citation

PeriodKind = Literal["", "quarter"]
"""What a month such as ``202306`` stands for where it is not that month: the three months that end with it."""


class KindFacts(Value):
    """A word in the name of a valueset of areas, such as ``LSOA`` in ``V_C_MASTERGEOG21_LSOA_TO_MSOA``.

    Attributes
    ----------
    word : str
    level : str
        Of the workbench.
    label : str
        In the plural.
    vintage : str
        ``census``: the census in the name is the year of the boundaries. A year: that year, whatever the census.
        Empty: the name does not say the year, and the register of areas has to.
    """

    word: str
    level: str
    label: str
    vintage: str = ""


class UnitFacts(Value):
    """The unit of a measure that is not a count, by the name of its field, which is not sensitive to case here."""

    field: str
    unit: str
    citation: Citation


class DatabaseFacts(Entity):
    """What is known of one database beyond the general.

    Attributes
    ----------
    id : str
        As in ``str:database:UC_Monthly``.
    keywords : str
        Words by which people search for it and that its label lacks.
    unit : str
        What its count counts.
    perturbed : bool or None
        Whether cells are randomly adjusted; None: as the service in general.
    period : PeriodKind
    cautions : tuple of str
    unverified : str
        What was not read in a source.
    citation : Citation
    """

    id: str
    keywords: str = ""
    unit: str = ""
    perturbed: bool | None = None
    period: PeriodKind = ""
    cautions: tuple[str, ...] = ()
    unverified: str = ""
    citation: Citation


class StatXploreFacts(Value):
    """What is known of the service.

    Attributes
    ----------
    checked : datetime.date
    perturbed : bool
        Whether cells are randomly adjusted where nothing else is said.
    perturbed_note, nil_note, missing_note : str
        What a reader must know of adjusted cells, of 0 and of an empty cell.
    nil_words, revised_words, provisional_words : tuple of str
        Words by which an annotation of a reply is told, in lower case. Never its key: that changes.
    census_words : mapping of str to str
        ``MASTERGEOG21``: ``2021``.
    kinds : tuple of KindFacts
    valuesets : tuple of KindFacts
        Valuesets of areas that have another kind of name; ``word`` is the whole of it.
    units : tuple of UnitFacts
    cells_per_request : int
        How many cells are asked for at once. No limit is published.
    databases : tuple of DatabaseFacts
    licence, url, how_to_get_a_key : str
    citation : Citation
    unverified : str
    """

    checked: date
    perturbed: bool
    perturbed_note: str
    nil_note: str
    missing_note: str
    nil_words: tuple[str, ...]
    revised_words: tuple[str, ...]
    provisional_words: tuple[str, ...]
    census_words: dict[str, str]
    kinds: tuple[KindFacts, ...]
    valuesets: tuple[KindFacts, ...]
    units: tuple[UnitFacts, ...]
    cells_per_request: int
    databases: tuple[DatabaseFacts, ...]
    licence: str
    url: str
    how_to_get_a_key: str
    citation: Citation
    unverified: str

    def database(self, id: str) -> DatabaseFacts | None:
        """What is known of one database; ids are case-sensitive."""
        return next((d for d in self.databases if d.id == id), None)

    def is_perturbed(self, id: str) -> bool:
        """Whether the cells of a database are randomly adjusted."""
        known = self.database(id)
        return self.perturbed if known is None or known.perturbed is None else known.perturbed

    def unit_of(self, field: str) -> str:
        """The unit of a measure on this field; empty when it is not known."""
        return next((u.unit for u in self.units if u.field.lower() == field.lower()), "")

    def kind_of(self, valueset: str) -> KindFacts | None:
        """The kind of area of a valueset, from the last part of its id, with its vintage as a year or empty.

        Parameters
        ----------
        valueset : str
            For example ``V_C_MASTERGEOG21_LSOA_TO_MSOA``.
        """
        whole = next((k for k in self.valuesets if k.word == valueset), None)
        if whole:
            return whole
        name = re.fullmatch(r"V_C_(MASTERGEOG\d\d)_([A-Z0-9]+)_TO_\w+", valueset, re.ASCII)
        if name is None:
            return None
        census = self.census_words.get(name[1], "")
        known = next((k for k in self.kinds if k.word == name[2]), None)
        if known is None:
            return KindFacts(word=name[2], level="", label=f"{name[2]} (a kind the workbench does not know)")
        vintage = census if known.vintage == "census" else known.vintage
        label = f"{known.label} of {vintage}" if vintage else known.label
        named = f"{label}, in the geography of the {census} Census" if census and census != vintage else label
        return known.with_(vintage=vintage, label=named)
