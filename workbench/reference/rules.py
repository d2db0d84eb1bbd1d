"""Rules for the request and the review: kinds of field, what DWP weighs, what a reviewer checks."""

from __future__ import annotations

from datetime import date

from workbench.domain.minimisation import FieldKind
from workbench.domain.review import ConsiderationQuestion, RubricCheck
from workbench.reference.schema import read_list


def load_fields(*, today: date | None = None) -> tuple[FieldKind, ...]:
    """The kinds of data field, each with its advice and source.

    Parameters
    ----------
    today : datetime.date, optional
        Citations later than this are refused.

    Raises
    ------
    ReferenceDataError
        When the table is at fault; the message names every place.
    """
    return read_list("fields.yaml", FieldKind, today=today)


def load_considerations(*, today: date | None = None) -> tuple[ConsiderationQuestion, ...]:
    """The eleven questions of DWP's guide, section 6, in its order.

    Parameters, errors
        As for :func:`load_fields`.
    """
    return read_list("considerations.yaml", ConsiderationQuestion, today=today)


def load_rubric(*, today: date | None = None) -> tuple[RubricCheck, ...]:
    """The checks of a reviewer that can be computed here.

    Parameters, errors
        As for :func:`load_fields`.
    """
    return read_list("rubric.yaml", RubricCheck, today=today)
