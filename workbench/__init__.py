"""The data-sharing workbench, for analysts: ``import workbench as wb``.

Published figures
    :func:`catalogue`, :func:`figures`, :func:`read_figures`, :func:`compare`, :func:`trend`, :func:`rank`
Statistics services
    :func:`search`, :func:`describe`, :func:`fetch`
A proposal, step by step
    :func:`open_project`, :func:`status`, :func:`triage`, :func:`assess`, :func:`check`, :func:`appraise`,
    :func:`review`, :func:`thread`, :func:`chart`, :func:`table`, :func:`write_proposal`
The app
    :func:`open_app`

Tables come as pandas DataFrames. What needs words beside its numbers comes as an :class:`~workbench.api.Answer`:
headline, chart, table, source and cautions, shown whole by a notebook cell. Everything is defined in
:mod:`workbench.api` and loaded when it is first used, so that the import is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.api import (
        appraise,
        assess,
        catalogue,
        chart,
        check,
        compare,
        describe,
        fetch,
        figures,
        open_app,
        open_project,
        rank,
        read_figures,
        review,
        search,
        status,
        table,
        thread,
        trend,
        triage,
        write_proposal,
    )

__version__ = "0.1.0"

__all__ = [
    "appraise",
    "assess",
    "catalogue",
    "chart",
    "check",
    "compare",
    "describe",
    "fetch",
    "figures",
    "open_app",
    "open_project",
    "rank",
    "read_figures",
    "review",
    "search",
    "status",
    "table",
    "thread",
    "trend",
    "triage",
    "write_proposal",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # By its name in a string: the package does not depend on the layer at its top.
    return getattr(import_module("workbench.api"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
