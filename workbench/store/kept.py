"""Tables that were kept: the figures of a query as they came, with where they came from. One pair of files a table.

``<id>.csv.gz`` holds the figures in the tidy schema; ``<id>.json`` holds their citations, what each measure is called,
the query, and the address, time and SHA-256 of every reply they were read from.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field, ValidationError

from workbench.domain.base import Value
from workbench.domain.figures import COLUMNS, DATE_COLUMNS, NUMBER_COLUMNS, FigureSet, validate
from workbench.domain.provenance import Citation
from workbench.domain.queries import Query
from workbench.errors import DataError, InvalidProject, ProjectError
from workbench.store.project_file import write_bytes

_REMEDY = "Run the table again: it is then fetched anew."


class ReplySeen(Value):
    """A reply that figures were read from: its address without any key, when it came, and its SHA-256."""

    url: str
    fetched: str
    sha256: str


class _Beside(Value):
    """What lies beside the figures."""

    query: Query
    titles: dict[str, str] = Field(default_factory=dict)
    citations: dict[str, Citation] = Field(default_factory=dict)
    replies: tuple[ReplySeen, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class KeptTable:
    """A table that was kept.

    Attributes
    ----------
    query : Query
    figures : FigureSet
    titles : mapping of str to str
    replies : sequence of ReplySeen
    notes : sequence of str
    """

    query: Query
    figures: FigureSet
    titles: Mapping[str, str] = field(default_factory=dict)
    replies: Sequence[ReplySeen] = ()
    notes: Sequence[str] = ()


def keep_table(table: KeptTable, folder: Path, key: str) -> None:
    """Write a table under a key; what was kept under it before is replaced, the figures last.

    Raises
    ------
    DataError
        When it cannot be written; what was there before stays.
    """
    beside = _Beside(
        query=table.query,
        titles=dict(table.titles),
        citations=dict(table.figures.citations),
        replies=tuple(table.replies),
        notes=tuple(table.notes),
    )
    # No time stamp inside: the same figures give the same file.
    packed = gzip.compress(table.figures.frame.to_csv(index=False).encode(), mtime=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / f"{key}.json", beside.model_dump_json(indent=1).encode())
        write_bytes(folder / f"{key}.csv.gz", packed)
    except (OSError, ProjectError) as error:
        raise DataError(
            "The table cannot be kept on this computer.",
            "Check that the disk has room and that you may write in this folder.",
            str(folder),
        ) from error


def kept_table(folder: Path, key: str) -> KeptTable | None:
    """The table that was kept under a key; None when there is none.

    Raises
    ------
    DataError
        When its files are damaged.
    """
    figures, beside = folder / f"{key}.csv.gz", folder / f"{key}.json"
    if not figures.is_file() or not beside.is_file():
        return None
    try:
        about = _Beside.model_validate(json.loads(beside.read_bytes()))
        frame = _read(gzip.decompress(figures.read_bytes()))
        checked = validate(FigureSet(frame, about.citations), str(figures))
    except (OSError, EOFError, ValueError, KeyError, ValidationError, InvalidProject) as error:
        raise DataError("The kept table is damaged.", _REMEDY, str(figures)) from error
    return KeptTable(about.query, checked, about.titles, about.replies, about.notes)


def _read(content: bytes) -> pd.DataFrame:
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    missing = [c for c in COLUMNS if c not in frame.columns]
    if missing:
        raise ValueError(f"columns are missing: {missing}")
    for name in frame.columns:
        if name in DATE_COLUMNS:
            frame[name] = pd.to_datetime(frame[name])
        elif name in NUMBER_COLUMNS:
            frame[name] = pd.to_numeric(frame[name].where(frame[name] != "")).astype(np.float64)
    return frame
