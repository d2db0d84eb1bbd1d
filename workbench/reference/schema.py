"""The strict reader of the reference tables.

A table in this package is a YAML file whose every value says where it comes from. The reader refuses a file with a
repeated key, a key it does not know, a value without its citation, or a date that lies ahead; it names the file, the
key and the remedy, and reports all it found at once.
"""

from __future__ import annotations

import difflib
import json
import types
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from importlib import resources
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from workbench.domain.base import Entity
from workbench.domain.provenance import Citation
from workbench.errors import Fault, NotCited, ReferenceDataError

M = TypeVar("M", bound=BaseModel)

PACKAGE = "workbench.reference"
_MERGE = "tag:yaml.org,2002:merge"
_TEXT_REMEDY = "Put the text in quotation marks if YAML reads it as something else."


def read_yaml(name: str, model: type[M], *, today: date | None = None) -> M:
    """Read one mapping from a file of this package.

    Parameters
    ----------
    name : str
        Path inside the package, for example ``values/gdp_deflator.yaml``.
    model : type of pydantic.BaseModel
        What the file must hold.
    today : datetime.date, optional
        When given, a citation published or retrieved later than this is refused.

    Returns
    -------
    model

    Raises
    ------
    NotCited
        When a value has no citation, or one without publisher or title.
    ReferenceDataError
        For anything else that is wrong. All that was found is in one message.
    """
    return parse(_text(name), model, name, today=today)


def read_list(name: str, model: type[M], *, today: date | None = None) -> tuple[M, ...]:
    """Read a list of values from a file of this package; two entries with one id are refused.

    Parameters, errors
        As for :func:`read_yaml`.
    """
    return parse_list(_text(name), model, name, today=today)


def read_mapping(name: str, model: type[M], *, today: date | None = None) -> dict[str, M]:
    """Read values by key from a file of this package.

    Parameters, errors
        As for :func:`read_yaml`.
    """
    found: dict[str, M] = _validated(parse_yaml(_text(name), name), dict[str, model], name, today)  # type: ignore[valid-type]
    return found


def parse(text: str, model: type[M], where: str, *, today: date | None = None) -> M:
    r"""Check the text of a YAML file that holds one mapping.

    Examples
    --------
    >>> try:
    ...     parse("{publisher: ONS, titel: Claimants}", Citation, "a.yaml")
    ... except ReferenceDataError as error:
    ...     print(*str(error).split(". "), sep="\n")
    a.yaml: title: This key is missing
    Add the citation: publisher and title at least
    titel: This key is not known
    Write title, or take the key out.
    """
    found: M = _validated(parse_yaml(text, where), model, where, today)
    return found


def parse_list(text: str, model: type[M], where: str, *, today: date | None = None) -> tuple[M, ...]:
    """Check the text of a YAML file that holds a list of values."""
    found: tuple[M, ...] = _validated(parse_yaml(text, where), tuple[model, ...], where, today)  # type: ignore[valid-type]
    return found


def parse_yaml(text: str, where: str) -> Any:
    """Read YAML into plain data; a key that stands twice in one mapping is refused.

    Parameters
    ----------
    text : str
    where : str
        File name, for messages.

    Returns
    -------
    dict, list, str, number, bool, datetime.date or None

    Raises
    ------
    ReferenceDataError
        When it is not YAML, is empty, or repeats a key.
    """
    try:
        data = yaml.load(text, Loader=_StrictLoader)  # a SafeLoader
    except yaml.reader.ReaderError as error:
        raise ReferenceDataError(_sentence(error.reason), "Save the file as UTF-8.", where) from error
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        remedy = "Take one of them out." if isinstance(error, _RepeatedKey) else "Correct the YAML."
        raise ReferenceDataError(
            f"{_sentence(error.problem or 'this is not YAML')}", remedy, f"{where}{line}"
        ) from error
    if data is None:
        raise ReferenceDataError("The file is empty.", "Restore it from the repository.", where)
    return data


class _RepeatedKey(yaml.constructor.ConstructorError):
    """A key stands twice in one mapping."""


# PyYAML's parser in C, where it was built with one: ten times as fast, and a new kernel reads eight tables.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Loader):  # type: ignore[misc]  # chosen above
    """PyYAML keeps the last of two equal keys in silence; this loader refuses them. Merged keys may be replaced."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag == _MERGE or not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise _RepeatedKey(problem=f"the key {key.value} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found


def _text(name: str) -> str:
    try:
        return resources.files(PACKAGE).joinpath(name).read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise ReferenceDataError("The reference table is not there.", "Install the workbench again.", name) from error


def _validated(data: Any, kind: Any, where: str, today: date | None) -> Any:
    try:
        # By way of JSON, where pydantic can be strict: no number from text, no text from a YAML yes or no.
        text = json.dumps(data, default=_as_json, allow_nan=False)
        value = TypeAdapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        _refuse([_fault(e["type"], e["loc"], e["msg"], kind) for e in error.errors()], where)
    except (TypeError, ValueError) as error:
        raise ReferenceDataError(
            _sentence(str(error)), "Use text, numbers, dates, lists and mappings.", where
        ) from error
    _refuse([*_unsound(value, "", today), *_repeated_ids(value)], where)
    return value


def _as_json(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be used here")


def _refuse(faults: Sequence[Fault], where: str) -> None:
    if not faults:
        return
    uncited = any(f.where.rpartition("/")[2] in ("citation", "publisher", "title") for f in faults if f.remedy == _CITE)
    if len(faults) == 1:
        message, remedy = f"{faults[0].where}: {faults[0].message}".removeprefix(": "), faults[0].remedy
    else:  # each remedy beside what it mends
        message = " ".join(f"{f.where}: {f.message} {f.remedy}".removeprefix(": ").strip() for f in faults)
        remedy = ""
    raise (NotCited if uncited else ReferenceDataError)(message, remedy, where)


_CITE = "Add the citation: publisher and title at least."


def _fault(kind: str, loc: Sequence[int | str], message: str, root: Any) -> Fault:
    path, key = "/".join(map(str, loc)), str(loc[-1]) if loc else ""
    above = _model_at(root, loc[:-1])
    if kind == "extra_forbidden":
        known = sorted(above.model_fields) if above else []
        near = difflib.get_close_matches(key, known, n=1)
        advice = f"Write {near[0]}, or take the key out." if near else f"Known keys are {', '.join(known)}."
        return Fault(path, "This key is not known.", advice)
    if kind == "missing":
        cite = key == "citation" or (above is not None and issubclass(above, Citation))
        return Fault(path, "This key is missing.", _CITE if cite else f"Add {key}.")
    remedy = _TEXT_REMEDY if kind == "string_type" else f"Correct {key}." if key else "Correct the file."
    return Fault(path, _sentence(message.removeprefix("Value error, ")), remedy)


def _model_at(kind: Any, loc: Sequence[int | str]) -> type[BaseModel] | None:
    """The model whose keys are looked at in this place, found by walking the annotations."""
    if get_origin(kind) is Annotated:
        return _model_at(get_args(kind)[0], loc)
    if get_origin(kind) in (Union, types.UnionType):
        return next((m for arg in get_args(kind) if (m := _model_at(arg, loc)) is not None), None)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if not loc:
            return kind
        by_name = {info.alias or name: info.annotation for name, info in kind.model_fields.items()}
        return _model_at(by_name.get(str(loc[0])), loc[1:])
    inner = get_args(kind)
    if not inner or not loc:
        return None
    return _model_at(inner[1] if get_origin(kind) is dict else inner[0], loc[1:])


def _unsound(value: Any, path: str, today: date | None) -> Iterator[Fault]:
    """Citations without publisher or title, and dates that lie ahead, anywhere in a value."""
    if isinstance(value, Citation):
        yield from _unsound_citation(value, path, today)
        return
    for name, item in _inside(value):
        yield from _unsound(item, f"{path}/{name}" if path else name, today)


def _unsound_citation(cite: Citation, path: str, today: date | None) -> Iterator[Fault]:
    for name in ("publisher", "title"):
        if not getattr(cite, name).strip():
            yield Fault(f"{path}/{name}", "The citation does not say it.", _CITE)
    for name in ("published", "retrieved"):
        when = getattr(cite, name)
        if today is not None and when is not None and when > today:
            yield Fault(f"{path}/{name}", f"The date {when} lies ahead.", "Write the day it was published or read.")


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    """The parts of a value, each with its key or number."""
    if isinstance(value, BaseModel):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, Mapping):
        yield from ((str(key), item) for key, item in value.items())
    elif isinstance(value, tuple | list):
        yield from ((str(number), item) for number, item in enumerate(value))


def _repeated_ids(value: Any) -> list[Fault]:
    if isinstance(value, tuple):
        counts = Counter(v.id for v in value if isinstance(v, Entity))
        return [
            Fault(i, "Two entries have this id.", "Give each an id of its own.") for i, n in counts.items() if n > 1
        ]
    if isinstance(value, BaseModel):
        return [f for name in type(value).model_fields for f in _repeated_ids(getattr(value, name))]
    return []


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
