"""A table of Stat-Xplore: the body of a question, and the reply read strictly.

A reply is walked by the uris of its items in the order of its own ``fields``: it may come in another order than was
asked. It must hold exactly the items that were asked for, and exactly as many values as they make.

Verified against three recorded queries and replies of March 2019 (240, 80 and 1,905 cells, several measures, totals,
merged items, revised months). Not in any recording, so still to be seen live: a null, annotations of single cells
(their nesting and keys are from the vendor's description), and the body of an error.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from workbench.errors import SourceUnavailable
from workbench.sources.services.jsonstat import read_json

Group = tuple[str, ...]
"""Uris of values that make one item: one, or several merged."""

REMEDY = "Try again later. If it stays so, ask for a smaller table."


@dataclass(frozen=True)
class Part:
    """One field of a question: which items, and whether a total of them.

    Attributes
    ----------
    field : str
        Uri.
    groups : tuple of Group
        In the order asked.
    total : bool
    """

    field: str
    groups: tuple[Group, ...]
    total: bool = False

    @property
    def size(self) -> int:
        """How many items."""
        return len(self.groups) + self.total


@dataclass(frozen=True)
class Ask:
    """A question for one table."""

    database: str
    measures: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def cells(self) -> int:
        """How many cells the reply must hold, over all measures."""
        return math.prod(part.size for part in self.parts) * len(self.measures)

    def body(self) -> dict[str, object]:
        """The body of the POST: every field an axis of its own, every item named."""
        recodes = {p.field: {"map": [list(group) for group in p.groups], "total": p.total} for p in self.parts}
        return {
            "database": self.database,
            "measures": list(self.measures),
            "recodes": recodes,
            "dimensions": [[p.field] for p in self.parts],
        }


@dataclass(frozen=True)
class Item:
    """An item of a field: values of the database, merged or one, or the total."""

    uris: Group
    labels: tuple[str, ...]
    total: bool = False
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The labels joined."""
        return " + ".join(self.labels)

    @property
    def code(self) -> str:
        """The last part of the uri; empty for a total and for merged values."""
        return self.uris[0].rpartition(":")[2] if len(self.uris) == 1 else ""


@dataclass(frozen=True)
class Axis:
    """A field of a reply."""

    uri: str
    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Measured:
    """A measure of a reply; ``function`` is COUNT, SUM, MEAN, MEDIAN."""

    uri: str
    label: str
    function: str


@dataclass(frozen=True)
class Cell:
    """One figure of a reply.

    Attributes
    ----------
    measure : Measured
    items : mapping of str to Item
        By uri of the field.
    value : float or None
    notes : tuple of str
        Texts of the annotations of this cell and its items.
    """

    measure: Measured
    items: Mapping[str, Item]
    value: float | None
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """A whole reply."""

    database: str
    label: str
    measures: tuple[Measured, ...]
    axes: tuple[Axis, ...]
    values: Mapping[str, Sequence[float | None]]
    cell_notes: Mapping[str, Mapping[int, tuple[str, ...]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def cells(self) -> Iterator[Cell]:
        """Every figure of every measure."""
        uris = [axis.uri for axis in self.axes]
        for measure in self.measures:
            own = self.cell_notes.get(measure.uri, {})
            values = self.values[measure.uri]
            for place, items in enumerate(itertools.product(*(axis.items for axis in self.axes))):
                notes = [*own.get(place, ()), *(note for item in items for note in item.notes)]
                yield Cell(measure, dict(zip(uris, items, strict=True)), values[place], tuple(dict.fromkeys(notes)))


# --- reading ----------------------------------------------------------------------------------------------------------


def parse(content: bytes, where: str = "") -> Table:
    """Read a reply to ``POST /table``.

    Raises
    ------
    SourceUnavailable
        When it is not whole: not JSON, without one of its parts, or with more or fewer values than its fields make.
    """
    reader = _Reader(read_json(content, where), where)
    return reader.table()


def check_answers(table: Table, ask: Ask, where: str = "") -> None:
    """Refuse a table that is not exactly what was asked for.

    Raises
    ------
    SourceUnavailable
        Naming what is missing, and what came that was not asked for (a month that the service added).
    """
    faults: list[str] = []
    if table.database != ask.database:
        faults.append(f"it is of {table.database}, not of {ask.database}")
    faults += _differ("the measure", [m.uri for m in table.measures], ask.measures)
    faults += _differ("the field", [a.uri for a in table.axes], [p.field for p in ask.parts])
    parts = {part.field: part for part in ask.parts}
    for axis in table.axes:
        if part := parts.get(axis.uri):
            asked = [_as_text(group) for group in part.groups] + ["a total"] * part.total
            came = ["a total" if item.total else _as_text(item.uris) for item in axis.items]
            faults += _differ(f"of {axis.label},", came, asked)
    cells = sum(len(values) for values in table.values.values())
    if not faults and cells != ask.cells:
        faults.append(f"it holds {cells:,} cells where {ask.cells:,} were asked for")
    if faults:
        more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise SourceUnavailable(f"The table is not the one asked for: {'; '.join(faults[:3])}{more}.", REMEDY, where)


def _as_text(group: Sequence[str]) -> str:
    return "+".join(sorted(group))


def _differ(what: str, came: Sequence[str], asked: Sequence[str]) -> list[str]:
    faults = [f"{what} {uri} is missing" for uri in asked if uri not in set(came)]
    faults += [f"{what} {uri} was not asked for" for uri in came if uri not in set(asked)]
    if not faults and len(came) != len(asked):
        faults.append(f"{what} {next(uri for uri in came if list(came).count(uri) > 1)} came twice")
    return faults


class _Reader:
    """Walks a reply and refuses the first thing that is not as it must be."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self._data = data
        self._where = where
        texts = self._mapping(data.get("annotationMap", {}), "annotationMap")
        self._texts = {key: str(text).strip() for key, text in texts.items()}

    def table(self) -> Table:
        database = self._mapping(self._data.get("database"), "database")
        measures = tuple(self._measures())
        axes = tuple(self._axes())
        shape = [len(axis.items) for axis in axes]
        cubes = self._mapping(self._data.get("cubes"), "cubes")
        if set(cubes) != {m.uri for m in measures}:
            self._refuse("its measures and its cubes are not the same")
        values: dict[str, Sequence[float | None]] = {}
        notes: dict[str, Mapping[int, tuple[str, ...]]] = {}
        for uri, given in cubes.items():
            cube = self._mapping(given, f"cube {uri}")
            values[uri] = [self._number(value) for value in self._flat(cube.get("values"), shape, uri)]
            if cube.get("annotations") is not None:
                flat = list(self._flat(cube["annotations"], shape, f"annotations of {uri}"))
                notes[uri] = {i: said for i, keys in enumerate(flat) if (said := self._said(keys))}
        return Table(
            self._text(database.get("uri"), "database"),
            str(database.get("label", "")),
            measures,
            axes,
            values,
            notes,
            self._said(database.get("annotationKeys")),
        )

    def _measures(self) -> Iterator[Measured]:
        for given in self._list(self._data.get("measures"), "measures"):
            measure = self._mapping(given, "measure")
            uri = self._text(measure.get("uri"), "measure")
            yield Measured(uri, str(measure.get("label") or uri), str(measure.get("function") or "COUNT").upper())

    def _axes(self) -> Iterator[Axis]:
        for given in self._list(self._data.get("fields"), "fields"):
            axis = self._mapping(given, "field")
            uri = self._text(axis.get("uri"), "field")
            own = self._said(axis.get("annotationKeys"))
            items = tuple(self._item(i, own) for i in self._list(axis.get("items"), f"items of {uri}"))
            yield Axis(uri, str(axis.get("label") or uri), items)

    def _item(self, given: Any, own: tuple[str, ...]) -> Item:
        item = self._mapping(given, "item")
        labels = tuple(str(label).strip() for label in self._list(item.get("labels", []), "labels"))
        notes = (*own, *self._said(item.get("annotationKeys")))
        uris = tuple(self._text(uri, "item") for uri in self._list(item.get("uris", []), "uris"))
        if item.get("type") == "Total":
            return Item((), labels or ("Total",), total=True, notes=notes)
        if not uris:
            self._refuse("an item names no value and is no total")
        return Item(uris, labels or tuple(uri.rpartition(":")[2] for uri in uris), notes=notes)

    def _flat(self, given: Any, shape: Sequence[int], what: str) -> Iterator[Any]:
        """The innermost values in order, with every level of the nesting as long as its field."""
        if not shape:
            yield given
            return
        inner = self._list(given, what)
        if len(inner) != shape[0]:
            self._refuse(f"{what} holds {len(inner)} where its field has {shape[0]} items")
        for one in inner:
            yield from self._flat(one, shape[1:], what)

    def _number(self, value: Any) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self._refuse(f"“{value}” stands where a figure belongs")
        return float(value)

    def _said(self, keys: Any) -> tuple[str, ...]:
        """The texts of annotation keys: one, a list of them, or none. A key without a text is kept as it is."""
        if keys in (None, "", []):
            return ()
        several = keys
        if isinstance(keys, str):
            several = [keys] if keys in self._texts else re.split(r"[,;\s]+", keys.strip())
        return tuple(self._texts.get(str(key), f"annotation {key}") for key in self._list(several, "annotationKeys"))

    def _mapping(self, given: Any, what: str) -> Mapping[str, Any]:
        if not isinstance(given, dict):
            self._refuse(f"its {what} is missing or not as described")
        return given

    def _list(self, given: Any, what: str) -> list[Any]:
        if not isinstance(given, list):
            self._refuse(f"its {what} is missing or not a list")
        return given

    def _text(self, given: Any, what: str) -> str:
        if not isinstance(given, str) or not given:
            self._refuse(f"a {what} has no uri")
        return given

    def _refuse(self, what: str) -> NoReturn:
        raise SourceUnavailable(f"The table cannot be read: {what}.", REMEDY, self._where)
