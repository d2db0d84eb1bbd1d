"""A strict reader of JSON-stat 2.0 data sets: bytes → cube → one row a cell.

It reads what the format allows (a list or a map of code to position, values and status as a list or a sparse map, one
status for all) and refuses what it does not: sizes that do not fit the codes, too few or too many values, a text where
a number belongs. A cell without a figure is NaN, never zero.

The format: https://json-stat.org/full/. Verified against two recorded replies of the NISRA Data Portal (CCMLGD and
BSAA, 2025); sparse maps and status are verified by a writer of our tests only, not by a recorded reply.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import SourceUnavailable

ROLES: Mapping[str, str] = {"geo": "area", "time": "time", "metric": "measure"}
"""Roles of the format: roles of the workbench. Every other dimension is a breakdown."""

MOST_CELLS = 50_000_000
"""A cube that claims more cells is refused before memory is taken for them."""

REMEDY = "Try again later. If it stays so, tell the publisher."


@dataclass(frozen=True)
class Axis:
    """One dimension of a cube.

    Attributes
    ----------
    id, label : str
    role : str
        ``area``, ``time``, ``measure`` or ``breakdown``.
    codes : tuple of str
        In the order of the values.
    labels, units : mapping of str to str
        By code. A code without a label is its own label; a code without a unit has none here.
    """

    id: str
    label: str
    role: str
    codes: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def label_of(self, code: str) -> str:
        """The words for a code."""
        return self.labels.get(code, code)


@dataclass(frozen=True, eq=False)
class Cube:
    """A data set: axes, and a value for every combination of their codes.

    Attributes
    ----------
    label, updated : str
        ``updated`` as the publisher writes it.
    axes : tuple of Axis
        The last moves fastest.
    values : numpy.ndarray of float
        Flat, row-major; NaN where there is no figure.
    status : mapping of int to str
        By position in ``values``, where the publisher gives one.
    notes : tuple of str
    extension : mapping
        What the publisher adds.
    """

    label: str
    updated: str
    axes: tuple[Axis, ...]
    values: npt.NDArray[np.float64]
    status: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    extension: Mapping[str, Any] = field(default_factory=dict)

    def axis(self, role_or_id: str) -> Axis | None:
        """The first axis of this id, or else of this role."""
        by_id = next((a for a in self.axes if a.id == role_or_id), None)
        return by_id or next((a for a in self.axes if a.role == role_or_id), None)

    def tidy(self) -> pd.DataFrame:
        """One row a cell: the code of each axis, then ``value`` and ``status`` (empty where there is none)."""
        sizes = [len(a.codes) for a in self.axes]
        places = np.unravel_index(np.arange(self.values.size), sizes) if sizes else ()
        columns: dict[str, Any] = {
            a.id: np.asarray(a.codes, dtype=object)[place] for a, place in zip(self.axes, places, strict=True)
        }
        status = [self.status.get(i, "") for i in range(self.values.size)]
        return pd.DataFrame({**columns, "value": self.values, "status": status})


def parse(content: bytes, where: str = "", *, values: bool = True) -> Cube:
    """Read a JSON-stat 2.0 data set.

    Parameters
    ----------
    content : bytes
        UTF-8.
    where : str, optional
        File or address, for messages.
    values : bool
        False: read the dimensions only, for a reply that describes a table and holds no figures.

    Returns
    -------
    Cube

    Raises
    ------
    SourceUnavailable
        When it is not JSON, not a data set of version 2, or does not hold exactly what it says it holds.

    Examples
    --------
    >>> cube = parse(b'{"class":"dataset","version":"2.0","id":["sex"],"size":[2],"value":[4,null],'
    ...              b'"dimension":{"sex":{"category":{"index":["f","m"]}}}}')
    >>> cube.tidy().to_dict("list")
    {'sex': ['f', 'm'], 'value': [4.0, nan], 'status': ['', '']}
    """
    data = read_json(content, where)
    if data.get("class") != "dataset":
        _refuse(f"it is not a data set but “{data.get('class', 'nothing that says what it is')}”", where)
    if not str(data.get("version", "")).startswith("2."):
        _refuse("it is not JSON-stat of version 2", where)
    axes = tuple(_axes(data, where))
    cells = math.prod(len(a.codes) for a in axes)
    if cells > MOST_CELLS:
        _refuse(f"it claims {cells:,} cells, more than can be read", where)
    return Cube(
        label=_text(data.get("label")),
        updated=_text(data.get("updated")),
        axes=axes,
        values=_values(data.get("value"), cells, where) if values else np.full(0, np.nan),
        status=_status(data.get("status"), cells, where) if values else {},
        notes=_notes(data.get("note")),
        extension=_mapping(data.get("extension", {}), "extension", where),
    )


def read_json(content: bytes, where: str = "") -> dict[str, Any]:
    """A JSON object from bytes; anything else, a repeated key and ``NaN`` are refused.

    Raises
    ------
    SourceUnavailable
    """
    try:
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        said = content[:60].decode("utf-8", "replace").strip() or "nothing"
        raise SourceUnavailable(f"The reply is not whole JSON. It begins with “{said}”.", REMEDY, where) from error
    if not isinstance(data, dict):
        _refuse("it is not a JSON object", where)
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


# --- axes -------------------------------------------------------------------------------------------------------------


def _axes(data: Mapping[str, Any], where: str) -> Iterator[Axis]:
    ids: Any = data.get("id")
    sizes: Any = data.get("size")
    if not _texts(ids) or len(set(ids)) < len(ids):
        _refuse("it does not name its dimensions once each", where)
    if not isinstance(sizes, list) or len(sizes) != len(ids) or not all(_is_count(n) for n in sizes):
        _refuse("it does not give a size for each dimension", where)
    roles = _roles(data.get("role", {}), ids, where)
    dimensions = _mapping(data.get("dimension"), "dimension", where)
    for name, size in zip(ids, sizes, strict=True):
        dimension = _mapping(dimensions.get(name), f"dimension {name}", where)
        category = _mapping(dimension.get("category"), f"category of {name}", where)
        labels = {k: _text(v) for k, v in _mapping(category.get("label", {}), f"labels of {name}", where).items()}
        codes = _codes(category, labels, name, where)
        if len(codes) != size:
            _refuse(f"{name} has {len(codes)} codes where its size says {size}", where)
        if stray := [code for code in labels if code not in set(codes)]:
            _refuse(f"{name} has a label for “{stray[0]}”, which is not among its codes", where)
        yield Axis(name, _text(dimension.get("label")) or name, roles.get(name, "breakdown"), codes, labels,
                   _units(category.get("unit"), name, where))  # fmt: skip


def _codes(category: Mapping[str, Any], labels: Mapping[str, str], name: str, where: str) -> tuple[str, ...]:
    index = category.get("index")
    if index is None:
        return tuple(labels)  # the format: with one code, or where the order of the labels is the order
    if isinstance(index, Mapping):
        if sorted(index.values(), key=repr) != sorted(range(len(index)), key=repr):
            _refuse(f"the positions of the codes of {name} are not 0 to {len(index) - 1}, each once", where)
        return tuple(sorted(index, key=lambda code: index[code]))
    if not _texts(index) or len(set(index)) < len(index):
        _refuse(f"the codes of {name} are not texts, each once", where)
    return tuple(index)


def _roles(given: Any, ids: list[str], where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for role, names in _mapping(given, "role", where).items():
        if not _texts(names) or not set(names) <= set(ids):
            _refuse(f"the role {role} names a dimension it does not have", where)
        found |= {name: ROLES[role] for name in names if role in ROLES}
    return found


def _units(given: Any, name: str, where: str) -> dict[str, str]:
    units = _mapping({} if given is None else given, f"units of {name}", where)
    return {code: _text(unit.get("label")) for code, unit in units.items() if isinstance(unit, Mapping)}


# --- cells ------------------------------------------------------------------------------------------------------------


def _values(given: Any, cells: int, where: str) -> npt.NDArray[np.float64]:
    found = np.full(cells, np.nan)
    for place, value in _placed(given, cells, "value", where):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            _refuse(f"value {place} is not a number but “{value}”", where)
        try:
            found[place] = value
        except OverflowError:
            _refuse(f"value {place} is too large to be a figure", where)
        if not math.isfinite(found[place]):
            _refuse(f"value {place} is too large to be a figure", where)
    return found


def _status(given: Any, cells: int, where: str) -> dict[int, str]:
    if given is None:
        return {}
    if isinstance(given, str):
        return dict.fromkeys(range(cells), given)
    return {place: _text(value) for place, value in _placed(given, cells, "status", where) if value not in (None, "")}


def _placed(given: Any, cells: int, what: str, where: str) -> Iterator[tuple[int, Any]]:
    """Positions and what stands there, from a list or a sparse map."""
    if isinstance(given, list):
        if len(given) != cells:
            _refuse(f"it holds {len(given):,} of {what} where its sizes say {cells:,}", where)
        yield from enumerate(given)
        return
    for key, value in _mapping(given, what, where).items():
        if not (key.isascii() and key.isdigit()) or str(int(key)) != key or int(key) >= cells:
            _refuse(f"{what} has a place “{key}” outside 0 to {cells - 1}", where)
        yield int(key), value


# --- small things -----------------------------------------------------------------------------------------------------


def _mapping(given: Any, what: str, where: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        _refuse(f"its {what} is missing or not a mapping", where)
    return given


def _texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(item, str) for item in given)


def _is_count(given: Any) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given >= 0


def _text(given: Any) -> str:
    return "" if given is None else str(given).strip()


def _notes(given: Any) -> tuple[str, ...]:
    notes = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    return tuple(text for note in notes if (text := _text(note)))


def _refuse(what: str, where: str) -> NoReturn:
    raise SourceUnavailable(f"The reply cannot be read: {what}.", REMEDY, where)
