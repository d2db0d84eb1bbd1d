"""What every value in a project is built on."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A frozen value. Unknown keys are refused, so a misspelt field is never lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def with_(self, **changes: Any) -> Self:
        """A copy with some fields changed, checked again.

        Parameters
        ----------
        **changes
            Field names and their new values.

        Returns
        -------
        Self

        Raises
        ------
        pydantic.ValidationError
            When a new value does not fit its field.
        """
        return type(self).model_validate({**{name: getattr(self, name) for name in type(self).model_fields}, **changes})


class Entity(Value):
    """A value that is told apart by its ``id`` inside a tuple of its kind.

    The store keeps one entry per field of each entity, so that two people may edit two fields of one entity at once.
    """

    # An id becomes part of a path in the store, so a slash in it would be read as two steps.
    id: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
