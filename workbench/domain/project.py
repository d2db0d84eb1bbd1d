"""The project: one frozen value for all six steps.

Everything else the workbench shows is computed from it. Forms build a new project and commit it; nothing is edited in
place. :func:`flatten` and :func:`unflatten` take it apart into one entry per field and put it together again, which is
what lets the store write only the fields that changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Self, TypeVar

from pydantic import BaseModel

from workbench.domain.appraisal.options import Appraisal
from workbench.domain.base import Entity, Value
from workbench.domain.frame import Frame
from workbench.domain.logic_model import LogicModel
from workbench.domain.need import Need
from workbench.domain.request import DataRequest

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


def _is_entities(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(v, Entity) for v in value)


def flatten(project: Project) -> dict[str, Any]:
    """One entry per field: path → JSON value.

    A field of an entity has the path ``needs/<id>/question``; the entry ``needs/<id>`` itself holds the position of the
    entity among its fellows, and its presence says that the entity exists.

    Returns
    -------
    dict of str to JSON value

    Examples
    --------
    >>> flat = flatten(Project(id="p", needs=(Need(id="n1", question="Who?"),)))
    >>> flat["needs/n1"], flat["needs/n1/question"]
    (0.0, 'Who?')
    """
    flat: dict[str, Any] = {}
    _flatten(project, "", flat)
    return flat


def _flatten(value: Value, prefix: str, flat: dict[str, Any]) -> None:
    for name in type(value).model_fields:
        if name == "id" and isinstance(value, Entity):
            continue
        path = f"{prefix}{name}"
        field = getattr(value, name)
        if isinstance(field, Value):
            _flatten(field, f"{path}/", flat)
        elif _is_entities(field):
            for position, entity in enumerate(field):
                flat[f"{path}/{entity.id}"] = float(position)
                _flatten(entity, f"{path}/{entity.id}/", flat)
        elif isinstance(field, tuple):
            # An empty tuple of entities has no entries at all; a tuple of plain values is one entry.
            if field or not _holds_entities(value, name):
                flat[path] = list(field)
        else:
            flat[path] = field


def _holds_entities(value: Value, name: str) -> bool:
    return entity_type(type(value), name) is not None


def entity_type(model: type[BaseModel], name: str) -> type[Entity] | None:
    """The entity class in a field declared as ``tuple[SomeEntity, ...]``, or None for any other field."""
    args = getattr(model.model_fields[name].annotation, "__args__", ())
    first = args[0] if args else None
    return first if isinstance(first, type) and issubclass(first, Entity) else None


def unflatten(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Put entries back together as the plain data of a project, ready for :meth:`Project.model_validate`.

    Entries of an entity whose own entry is gone (another person deleted it while a field was edited) are left out.
    Entities are ordered by position, then id, so that every reader keeps the same order.
    """
    return _unflatten(Project, "", flat)


def _unflatten(model: type[BaseModel], prefix: str, flat: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        path = f"{prefix}{name}"
        kind = info.annotation
        entity = entity_type(model, name)
        if entity is not None:
            data[name] = _entities(entity, path, flat)
        elif isinstance(kind, type) and issubclass(kind, Value):
            data[name] = _unflatten(kind, f"{path}/", flat)
        elif path in flat:
            data[name] = flat[path]
    return data


def _entities(entity: type[Entity], path: str, flat: Mapping[str, Any]) -> list[dict[str, Any]]:
    start = f"{path}/"
    ids = [key[len(start) :] for key in flat if key.startswith(start) and "/" not in key[len(start) :]]
    ids.sort(key=lambda i: (float(flat[start + i]), i))
    return [{"id": i, **_unflatten(entity, f"{start}{i}/", flat)} for i in ids]
