"""The answers of a store of figures, from what an engine hands back, and what is said when there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from workbench.domain import words
from workbench.domain.provenance import Citation
from workbench.errors import FigureMissing, UnknownArea
from workbench.store import figures_plan as plan
from workbench.store.figures_manifest import Facet, Manifest, Segment, chosen
from workbench.store.figures_plan import Known, Sum, Wanted

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Holding:
    """What a store holds of one measure.

    Attributes
    ----------
    measure, title : str
    rows : int
    levels, vintages, units, splits : tuple of str
    first, last : datetime.date
        Ends of the earliest and the latest period.
    sources : tuple of str
        Keys of citations.
    """

    measure: str
    title: str
    rows: int
    levels: tuple[str, ...]
    vintages: tuple[str, ...]
    units: tuple[str, ...]
    splits: tuple[str, ...]
    first: date
    last: date
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Areas by rank.

    Attributes
    ----------
    frame : pandas.DataFrame
        The columns of the figures schema and ``rank``: 1 for the first, one rank for ties, none for a missing figure.
        In order of rank.
    citations : mapping of str to Citation
    of : int
        How many areas have a rank.
    """

    frame: pd.DataFrame
    citations: Mapping[str, Citation]
    of: int


def held(manifest: Manifest, measure: str) -> Segment:
    """The rows of a measure, or a refusal that says what is held."""
    try:
        return manifest.measures[measure]
    except KeyError:
        raise plan.not_held(measure, manifest.measures) from None


def facets(segment: Segment, wanted: Wanted, measure: str) -> tuple[Facet, ...]:
    """The kinds of row that a question is about, at least one."""
    facets = chosen(segment.facets, level=wanted.level, vintage=wanted.vintage, split=bool(wanted.splits))
    if not facets:
        held = sorted({f"{f.level} {f.vintage}".strip() for f in segment.facets if f.split is bool(wanted.splits)})
        asked = f"{wanted.level} {wanted.vintage}".strip()
        raise FigureMissing(
            f"The store has no figure of “{measure}” for {asked}{', split so' if wanted.splits else ''}.",
            f"It holds: {words.listed(held)}." if held else "Ask measures() what is held.",
            measure,
        )
    return facets


def unknown(code: str) -> UnknownArea:
    """What is said of an area that the store does not know."""
    return UnknownArea(
        f"The store does not know what lies in {code}.",
        "Check the code, or give the store the register of areas (put_areas).",
        code,
    )


def no_areas(level: str, to: str) -> FigureMissing:
    """What is said when it is not known which area lies in which."""
    return FigureMissing(
        f"The store does not know in which {to} each {level} lies.",
        "Give it the register of areas, or a lookup between the two vintages (put_areas).",
    )


def splits_of(splits: Mapping[str, str]) -> str:
    """The splits of a question as one text."""
    from workbench.store.figures_frames import splits_text  # noqa: PLC0415  imports pyarrow

    return splits_text(splits)


def frame(table: pa.Table, measure: str, known: Known) -> pd.DataFrame:
    """Rows as a frame with the columns of the schema."""
    from workbench.store.figures_frames import from_arrow  # noqa: PLC0415  imports pyarrow

    return from_arrow(table, measure, known)


def whole_sums(sums: pa.Table, parts: pa.Table | int, how: Sum, measure: str) -> pa.Table:
    """What an engine added, in order and missing where a part is; refused where sources were mixed."""
    from workbench.store.figures_sums import mixes_sources, worked_out  # noqa: PLC0415  imports pyarrow

    plan.check_sources(mixes_sources(sums), measure)
    return worked_out(sums, parts, how)


def summed(sums: pa.Table, how: Sum, known: Known, said: Mapping[str, str]) -> pd.DataFrame:
    """Such sums as a frame with the columns of the schema."""
    from workbench.store.figures_sums import from_sums  # noqa: PLC0415  imports pyarrow

    return from_sums(sums, how, known, said)


def cited(frame: pd.DataFrame, citations: Mapping[str, Citation]) -> dict[str, Citation]:
    """The citations that figures need, and no others."""
    return {key: citations[key] for key in sorted(map(str, frame["source_id"].unique()))}


def holding(measure: str, segment: Segment) -> Holding:
    """What is held of a measure, as the manifest says it."""

    def values(name: str) -> tuple[str, ...]:
        return tuple(sorted({str(getattr(f, name)) for f in segment.facets}))

    return Holding(
        measure=measure,
        title=segment.title,
        rows=segment.rows,
        levels=values("level"),
        vintages=values("vintage"),
        units=values("unit"),
        splits=segment.splits,
        first=min(f.first for f in segment.facets),
        last=max(f.last for f in segment.facets),
        sources=values("source_id"),
    )
