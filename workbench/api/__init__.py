"""What an analyst calls, as ``import workbench as wb``. It has no rules of its own.

Figures and projects are handed to the domain, and tables come back. Every function takes the project as a value, so
``wb.assess(project.with_need(need))`` tells what a change would do, and saves nothing.
"""

from workbench.api.answer import Answer
from workbench.api.proposal import (
    appraise,
    assess,
    chart,
    check,
    open_app,
    open_project,
    review,
    status,
    thread,
    triage,
    write_proposal,
)
from workbench.api.published import catalogue, compare, figures, rank, read_figures, trend
from workbench.api.services import describe, fetch, search
from workbench.api.tables import table

__all__ = [
    "Answer",
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
