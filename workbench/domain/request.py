"""Step 4: what is asked for, and why each part of it."""

from __future__ import annotations

from typing import Literal

from workbench.domain.base import Entity, Value

ConsiderationStatus = Literal["", "settled", "in hand", "open", "not sure"]


class DataItem(Entity):
    """One field asked for.

    Attributes
    ----------
    name : str
        As the partnership would write it, for example ``National Insurance number``.
    field : str
        Key of the kind of field in ``reference/fields.yaml``, which carries the minimisation advice.
    form : str
        The least form that serves: ``yes/no flag``, ``year of birth``, ``full value`` and so on.
    source : str
        Where DWP would take it from, for example ``National Benefits Database``.
    reason : str
        Why it is needed, for what use.
    need_ids, node_ids : tuple of str
        The needs it answers and the activities it feeds: the thread from need to outcome.
    exact_because : str
        Why a fuller form than the advised one is wanted, when it is.
    """

    name: str = ""
    field: str = ""
    form: str = ""
    source: str = ""
    reason: str = ""
    need_ids: tuple[str, ...] = ()
    node_ids: tuple[str, ...] = ()
    exact_because: str = ""


class Consideration(Entity):
    """The partnership's answer to one thing DWP will weigh; ``id`` is the key in ``reference/considerations.yaml``."""

    answer: str = ""
    status: ConsiderationStatus = ""


class DataRequest(Value):
    """The schedule of data items and the terms they are asked on."""

    cohort: str = ""
    people_count: int | None = None
    people_count_basis: str = ""
    history: str = ""
    frequency: str = ""
    recipients: str = ""
    onward: str = ""
    retention: str = ""
    security: str = ""
    transparency: str = ""
    legal_power: str = ""
    lawful_basis: str = ""
    needed_by: str = ""
    items: tuple[DataItem, ...] = ()
    considerations: tuple[Consideration, ...] = ()
