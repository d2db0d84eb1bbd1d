"""From the fields in a log back to a project, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from workbench.domain.project import SCHEMA_VERSION, Project, unflatten
from workbench.errors import Fault, InvalidProject, NewerProject


def read_fields(fields: Mapping[str, Any]) -> Project:
    """The project in the fields of a log, not yet cleaned. Whole numbers, which a log keeps as floats, are whole again.

    Raises
    ------
    InvalidProject
        When the fields do not make a project; every fault is in it.
    NewerProject
        When a later version of the workbench wrote them.

    Examples
    --------
    >>> read_fields({"id": "p", "appraisal/horizon": 10.0}).appraisal.horizon
    10
    """
    version = fields.get("schema_version", SCHEMA_VERSION)
    if isinstance(version, int | float) and version > SCHEMA_VERSION:
        raise NewerProject("A later version of the workbench has edited this project.", "Update the workbench.")
    try:
        data = unflatten(fields)
        return Project.model_validate(data)
    except ValidationError as error:
        faults = [Fault(_path(f["loc"], data), f"{f['msg']}.") for f in error.errors(include_url=False)]
        raise InvalidProject(faults) from error
    except (TypeError, ValueError) as error:
        raise InvalidProject([Fault("", f"The position of an entry is not a number: {error}.")]) from error


def _path(steps: Sequence[int | str], data: Any) -> str:
    """The path of a fault as fields have it: ``needs/n2/level`` for ``needs, 1, level``."""
    names: list[str] = []
    for step in steps:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None  # the field that is missing
        names.append(str(data.get("id", step)) if isinstance(step, int) and isinstance(data, dict) else str(step))
    return "/".join(names)
