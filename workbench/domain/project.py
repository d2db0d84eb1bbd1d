"""The project: one frozen value for all six steps.

Everything else the workbench shows is computed from it. Forms build a new project and commit it; nothing is edited in
place. :func:`flatten` and :func:`unflatten` take it apart into one entry per field and put it together again, which is
what lets the store write only the fields that changed.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from itertools import pairwise
from typing import Any, Final, Self, TypeVar

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from workbench.domain.appraisal.options import Appraisal, Line
from workbench.domain.base import Entity, Value
from workbench.domain.bespoke import BespokeArea
from workbench.domain.frame import Frame
from workbench.domain.logic_model import Link, LogicModel
from workbench.domain.need import Need
from workbench.domain.queries import KeptQuery
from workbench.domain.request import DataItem, DataRequest
from workbench.errors import Fault

SCHEMA_VERSION = 1

E = TypeVar("E", bound=Entity)


class Prose(Entity):
    """The author's own words for one section of the proposal; ``id`` is the section's key."""

    text: str = ""


class Project(Value):
    """A proposal in the making.

    Attributes
    ----------
    schema_version : int
    id : str
        Names the project for ever; the log of its edits is kept under it.
    name, summary : str
    frame, needs, logic_model, request, appraisal
        Steps 1 to 5.
    prose : tuple of Prose
        Step 6: the author's own words, by section.
    bespoke_areas : tuple of BespokeArea
        Areas the partnership made by combining published ones.
    queries : tuple of KeptQuery
        Tables asked of statistics services, kept so that they can be run again.
    """

    schema_version: int = SCHEMA_VERSION
    id: str
    name: str = ""
    summary: str = ""
    frame: Frame = Frame()
    needs: tuple[Need, ...] = ()
    logic_model: LogicModel = LogicModel()
    request: DataRequest = DataRequest()
    appraisal: Appraisal = Appraisal()
    prose: tuple[Prose, ...] = ()
    bespoke_areas: tuple[BespokeArea, ...] = ()
    queries: tuple[KeptQuery, ...] = ()

    def with_need(self, need: Need) -> Self:
        """The project with this need added, or put in place of the one with its id."""
        return self.with_(needs=put(self.needs, need))

    def without_need(self, need_id: str) -> Self:
        """The project without the need of this id; the data items that served it lose the reference."""
        items = tuple(
            item.with_(need_ids=tuple(n for n in item.need_ids if n != need_id)) for item in self.request.items
        )
        return self.with_(needs=drop(self.needs, need_id), request=self.request.with_(items=items))

    def prose_for(self, section: str) -> str:
        """The author's own words for a section, or an empty string."""
        return next((p.text for p in self.prose if p.id == section), "")

    def content_hash(self) -> str:
        """A SHA-256 of the whole content; equal projects have equal hashes."""
        return content_hash(self)


def put(entities: tuple[E, ...], entity: E) -> tuple[E, ...]:
    """Replace the entity with the same id, or add it at the end.

    Examples
    --------
    >>> [n.question for n in put((Need(id="a"),), Need(id="a", question="Who?"))]
    ['Who?']
    """
    if any(e.id == entity.id for e in entities):
        return tuple(entity if e.id == entity.id else e for e in entities)
    return (*entities, entity)


def drop(entities: tuple[E, ...], entity_id: str) -> tuple[E, ...]:
    """Leave out the entity with this id."""
    return tuple(e for e in entities if e.id != entity_id)


def find(entities: Iterable[E], entity_id: str) -> E | None:
    """The entity with this id, or None."""
    return next((e for e in entities if e.id == entity_id), None)


def content_hash(value: BaseModel) -> str:
    """A SHA-256 over the canonical JSON of any project part, so that a result can remember what it came from."""
    text = json.dumps(value.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Gone(Enum):
    """The mark of an entry that is to be taken away; ``None`` will not do, for it is a value that a field may have."""

    DELETED = "deleted"


DELETED: Final = Gone.DELETED


def flatten(project: Project, positions: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One entry per field: path → JSON value.

    A field of an entity has the path ``needs/<id>/question``; the entry ``needs/<id>`` itself holds the position of the
    entity among its fellows, and its presence says that the entity exists.

    Parameters
    ----------
    project : Project
    positions : mapping of str to float, optional
        Positions that entities already have, by path. They are kept wherever the order allows, and a newcomer gets one
        between its neighbours', so that adding or moving one entity does not write the positions of all the others.

    Returns
    -------
    dict of str to JSON value

    Examples
    --------
    >>> flat = flatten(Project(id="p", needs=(Need(id="n1", question="Who?"),)))
    >>> flat["needs/n1"], flat["needs/n1/question"]
    (0.0, 'Who?')
    >>> three = Project(id="p", needs=(Need(id="n1"), Need(id="new"), Need(id="n2")))
    >>> flatten(three, {"needs/n1": 0.0, "needs/n2": 1.0})["needs/new"]
    0.5
    """
    flat: dict[str, Any] = {}
    _flatten(project, "", positions or {}, flat)
    return flat


def _flatten(value: Value, prefix: str, positions: Mapping[str, Any], flat: dict[str, Any]) -> None:
    for name, (kind, _) in _kinds(type(value)).items():
        path = f"{prefix}{name}"
        field = getattr(value, name)
        if kind == "entities":
            places = _spread([e.id for e in field], [positions.get(f"{path}/{e.id}") for e in field])
            for entity, position in zip(field, places, strict=True):
                flat[f"{path}/{entity.id}"] = position
                _flatten(entity, f"{path}/{entity.id}/", positions, flat)
        elif kind == "value":
            _flatten(field, f"{path}/", positions, flat)
        else:
            flat[path] = field if field is None or isinstance(field, _PLAIN) else to_jsonable_python(field)


_PLAIN = (str, bool, int, float)


@cache
def _kinds(model: type[BaseModel]) -> dict[str, tuple[str, type[BaseModel] | None]]:
    """What each field of a class is taken apart as: ``entities``, a ``value`` of its own fields, or one ``entry``."""
    kinds: dict[str, tuple[str, type[BaseModel] | None]] = {}
    for name, info in model.model_fields.items():
        entity, kind = entity_type(model, name), info.annotation
        if entity is not None:
            kinds[name] = ("entities", entity)
        elif isinstance(kind, type) and issubclass(kind, Value):
            kinds[name] = ("value", kind)
        elif not (name == "id" and issubclass(model, Entity)):
            kinds[name] = ("entry", None)
    return kinds


def _spread(ids: list[str], known: list[float | None]) -> list[float]:
    """Positions that sort like ``ids``, changing as few of the known ones as can be."""
    kept = _longest_rise([None if p is None else (p, i) for p, i in zip(known, ids, strict=True)])
    places: list[float] = []
    for stop in [*kept, len(ids)]:
        left = places[-1] if places else None
        places += _between(left, known[stop] if stop < len(ids) else None, stop - len(places))
        if stop < len(ids):
            places.append(known[stop])  # type: ignore[arg-type]  # only known ones rise
    keys = list(zip(places, ids, strict=True))
    # Between two equal positions, or two that differ in the last bit, there is no room: number them all afresh.
    return places if all(a < b for a, b in pairwise(keys)) else [float(n) for n in range(len(ids))]


def _between(left: float | None, right: float | None, count: int) -> list[float]:
    if left is None:
        start = 0.0 if right is None else right - count
        return [start + n for n in range(count)]
    step = 1.0 if right is None else (right - left) / (count + 1)
    return [left + step * (n + 1) for n in range(count)]


def _longest_rise(keys: list[tuple[float, str] | None]) -> list[int]:
    """Indices of a longest rising run (patience sorting), leaving out None."""
    tops: list[tuple[float, str]] = []
    piles: list[int] = []
    before: dict[int, int | None] = {}
    for index, key in enumerate(keys):
        if key is None:
            continue
        pile = bisect_left(tops, key)
        tops[pile:] = [key] if pile == len(tops) else [key, *tops[pile + 1 :]]
        piles[pile : pile + 1] = [index]
        before[index] = piles[pile - 1] if pile else None
    run: list[int] = []
    step: int | None = piles[-1] if piles else None
    while step is not None:
        run.append(step)
        step = before[step]
    return run[::-1]


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that differ between two flattened projects: path → new value, or :data:`DELETED`.

    Of an entity that is gone only its own entry is taken away. Its fields stay behind, unread: if somebody else moves
    or restores the entity meanwhile, it comes back whole.

    Examples
    --------
    >>> changed({"name": "a", "needs/n1": 0.0, "needs/n1/why": ""}, {"name": "b"})
    {'name': 'b', 'needs/n1': <Gone.DELETED: 'deleted'>}
    """
    said: dict[str, Any] = {path: value for path, value in after.items() if path not in before or before[path] != value}
    gone = {path for path in before if path not in after}
    return said | {path: DELETED for path in sorted(gone) if not any(up in gone for up in _above(path))}


def _above(path: str) -> Iterator[str]:
    """The paths that a path lies under, nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def entity_type(model: type[BaseModel], name: str) -> type[Entity] | None:
    """The entity class in a field declared as ``tuple[SomeEntity, ...]``, or None for any other field."""
    args = getattr(model.model_fields[name].annotation, "__args__", ())
    first = args[0] if args else None
    return first if isinstance(first, type) and issubclass(first, Entity) else None


def unflatten(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Put entries back together as the plain data of a project, ready for :meth:`Project.model_validate`.

    Entries of an entity whose own entry is gone (another person deleted it while a field was edited) are left out.
    Entities are ordered by position, then id, so that every reader keeps the same order.

    Raises
    ------
    TypeError, ValueError
        When the position of an entity is not a number.
    """
    return _unflatten(Project, _tree(flat))


_HERE = ""


def _tree(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Paths as branches inside branches; the value of a path lies under the empty name."""
    root: dict[str, Any] = {}
    for path, value in flat.items():
        branch = root
        for step in path.split("/"):
            branch = branch.setdefault(step, {})
        branch[_HERE] = value
    return root


def _unflatten(model: type[BaseModel], branch: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, (kind, inner) in _kinds(model).items():
        below = branch.get(name, {})
        if kind == "entities" and inner is not None:
            there = [i for i in below if i != _HERE and _HERE in below[i]]
            there.sort(key=lambda i: (float(below[i][_HERE]), i))
            data[name] = [{"id": i, **_unflatten(inner, below[i])} for i in there]
        elif kind == "value" and inner is not None:
            data[name] = _unflatten(inner, below)
        elif _HERE in below:
            data[name] = below[_HERE]
    return data


def cleaned(project: Project) -> Project:
    """The project without references to what is not there.

    Two people editing at once can leave a link to a box that the other deleted, or draw one link twice. Every reader
    cleans in the same way: of two links between the same boxes the one with the first id stays.

    Returns
    -------
    Project
        Without links whose ends are missing or that repeat another; without lines of missing options; its data items
        without ids of missing needs and boxes; lines without a missing outcome, effects without a missing option.

    Examples
    --------
    >>> from workbench.domain.logic_model import Link, Node
    >>> model = LogicModel(nodes=(Node(id="a", level="input"),), links=(Link(id="l", source="a", target="gone"),))
    >>> cleaned(Project(id="p", logic_model=model)).logic_model.links
    ()
    """
    needs = {n.id for n in project.needs}
    nodes = {n.id for n in project.logic_model.nodes}
    options = {o.id for o in project.appraisal.options}
    links = _links(project.logic_model.links, nodes)
    items = tuple(_item(i, needs, nodes) for i in project.request.items)
    lines = tuple(_line(x, nodes) for x in project.appraisal.lines if x.option_id in options)
    effects = tuple(
        e.with_(option_id="") if e.option_id and e.option_id not in options else e for e in project.appraisal.effects
    )
    parts = {
        "logic_model": project.logic_model.with_(links=links),
        "request": project.request.with_(items=items),
        "appraisal": project.appraisal.with_(lines=lines, effects=effects),
    }
    changes = {name: part for name, part in parts.items() if part != getattr(project, name)}
    return project.with_(**changes) if changes else project


def _links(links: tuple[Link, ...], nodes: set[str]) -> tuple[Link, ...]:
    first: dict[tuple[str, str], str] = {}
    for link in sorted(links, key=lambda x: x.id):
        first.setdefault((link.source, link.target), link.id)
    ends_there = (x for x in links if x.source in nodes and x.target in nodes)
    return tuple(x for x in ends_there if first[x.source, x.target] == x.id)


def _item(item: DataItem, needs: set[str], nodes: set[str]) -> DataItem:
    need_ids = tuple(n for n in dict.fromkeys(item.need_ids) if n in needs)
    node_ids = tuple(n for n in dict.fromkeys(item.node_ids) if n in nodes)
    same = need_ids == item.need_ids and node_ids == item.node_ids
    return item if same else item.with_(need_ids=need_ids, node_ids=node_ids)


def _line(line: Line, nodes: set[str]) -> Line:
    return line.with_(outcome_id="") if line.outcome_id and line.outcome_id not in nodes else line


def repeated_ids(project: Project) -> tuple[Fault, ...]:
    """Entities of one kind that share an id. Only one of them could be kept, so a project that has any is refused.

    Examples
    --------
    >>> [fault.where for fault in repeated_ids(Project(id="p", needs=(Need(id="a"), Need(id="a"))))]
    ['needs/a']
    """
    faults: list[Fault] = []
    _repeated(project, "", faults)
    return tuple(faults)


def _repeated(value: Value, prefix: str, faults: list[Fault]) -> None:
    for name, (kind, _) in _kinds(type(value)).items():
        field = getattr(value, name)
        if kind == "value":
            _repeated(field, f"{prefix}{name}/", faults)
        elif kind == "entities":
            seen = Counter(entity.id for entity in field)
            faults += [
                Fault(f"{prefix}{name}/{i}", f"{times} entries share this id.", "Give each entry an id of its own.")
                for i, times in seen.items()
                if times > 1
            ]
            for entity in field:
                _repeated(entity, f"{prefix}{name}/{entity.id}/", faults)
