"""What a store of figures holds: one small value, written last, so that a reader sees all of a change or none of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import Field, ValidationError

from workbench.domain.base import Value
from workbench.domain.provenance import Citation
from workbench.errors import DataError

SCHEMA_VERSION = 1
"""Of the manifest and of the columns of the files or tables that it names."""


class Facet(Value):
    """A kind of row that a measure has, how many there are of it, and the periods they span.

    Queries are planned from facets: which unit is at hand, whether figures may be added, which period is the latest.

    Attributes
    ----------
    level, vintage, unit, flag, source_id : str
    split : bool
        Whether the rows are split, by sex or otherwise.
    rows, values, numerators, denominators, intervals : int
        How many rows there are, and how many of them have a value, a numerator, a denominator, any part of an interval.
    first, last : datetime.date
        Ends of the earliest and the latest period.
    """

    level: str
    vintage: str
    unit: str
    flag: str
    source_id: str
    split: bool
    rows: int
    values: int
    numerators: int
    denominators: int
    intervals: int
    first: date
    last: date


class Segment(Value):
    """The rows of one measure, kept in one file or table that is never changed, only replaced.

    Attributes
    ----------
    name : str
        Of the file, within the folder, or of the table.
    rows : int
    sha256 : str
        Of the file; empty for a table.
    title : str
        What the measure is called by its publisher; empty when nobody said.
    splits : tuple of str
        Names of the splits that some rows have, for example ``("sex",)``.
    method : str or None
        The method of all rows; None when they have several.
    periods : tuple of (date, date)
        First and last day of every period, in order of the last.
    facets : tuple of Facet
    """

    name: str
    rows: int
    sha256: str = ""
    title: str = ""
    splits: tuple[str, ...] = ()
    method: str | None = None
    periods: tuple[tuple[date, date], ...] = ()
    facets: tuple[Facet, ...] = ()


class Manifest(Value):
    """All that a store holds.

    Attributes
    ----------
    schema_version : int
    generation : int
        One more with each change.
    measures : mapping of str to Segment
    parents : Segment or None
        The table of areas and of the areas they lie in.
    citations : mapping of str to Citation
        By ``source_id``.
    retired : tuple of str
        Files or tables of the generation before, which a reader may still be reading. The next change removes them.
    """

    schema_version: int = SCHEMA_VERSION
    generation: int = 0
    measures: Mapping[str, Segment] = Field(default_factory=dict)
    parents: Segment | None = None
    citations: Mapping[str, Citation] = Field(default_factory=dict)
    retired: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every file or table in use."""
        held = [*self.measures.values(), *((self.parents,) if self.parents else ())]
        return frozenset(segment.name for segment in held)

    def following(
        self,
        measures: Mapping[str, Segment],
        citations: Mapping[str, Citation],
        parents: Segment | None,
    ) -> Manifest:
        """The next generation; citations that no row needs any more are left out."""
        used = {facet.source_id for segment in measures.values() for facet in segment.facets}
        after = Manifest(
            generation=self.generation + 1,
            measures=dict(sorted(measures.items())),
            parents=parents,
            citations={key: citation for key, citation in sorted(citations.items()) if key in used},
        )
        return after.with_(retired=tuple(sorted(self.names - after.names)))


def read(content: bytes | str, where: str) -> Manifest:
    """A manifest from its JSON.

    Raises
    ------
    DataError
        When it is damaged, or a later version of the workbench wrote it.
    """
    later = DataError(
        "A later version of the workbench wrote this store of figures.",
        "Update the workbench. The store has been left as it is.",
        where,
    )
    try:
        found = Manifest.model_validate_json(content)
    except ValidationError as error:
        if _version(content) > SCHEMA_VERSION:
            raise later from error
        raise DataError(
            "The list of what the store of figures holds is damaged.",
            "Put the store back from a copy, or bring the figures in again into an empty one.",
            where,
        ) from error
    if found.schema_version > SCHEMA_VERSION:
        raise later
    return found


def _version(content: bytes | str) -> int:
    """The version that a manifest says it has, whatever else is in it; 0 when it says none."""
    try:
        said = json.loads(content)
    except ValueError:
        return 0
    version = said.get("schema_version") if isinstance(said, dict) else None
    return version if isinstance(version, int) else 0


def chosen(
    facets: Sequence[Facet], *, level: str = "", vintage: str = "", split: bool | None = None
) -> tuple[Facet, ...]:
    """The facets of a level and vintage; an empty text stands for any."""
    return tuple(
        f
        for f in facets
        if level in ("", f.level) and vintage in ("", f.vintage) and (split is None or split == f.split)
    )
