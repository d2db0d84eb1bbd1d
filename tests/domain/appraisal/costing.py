"""Small appraisals for tests, and the published numbers they are held against."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import yaml

from workbench.domain.appraisal.options import Appraisal, Line, Option
from workbench.domain.logic_model import LogicModel, Node
from workbench.domain.parameters import Assumptions, Band, Deflator, Observation, Schedule
from workbench.domain.provenance import Citation
from workbench.reference.load import load_assumptions

ROOT = Path(__file__).resolve().parents[3]
ORACLES: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "oracles" / "appraisal.yaml").read_text("utf-8"))
ASSUMPTIONS = load_assumptions()
STANDARD = ASSUMPTIONS.schedule("standard")
HERE = Citation(publisher="Test", title="Made up for a test")

NOTHING = Option(id="nothing", name="Do nothing", kind="do nothing")
SHARE = Option(id="share", name="Share data", kind="data share", preferred=True)
MODEL = LogicModel(
    nodes=(Node(id="work", level="outcome", label="More people in work"), Node(id="list", level="output"))
)


def flat(rate: float) -> Schedule:
    """A schedule with one rate for ever."""
    bands = (Band(first=0, last=None, rate=rate),)
    return Schedule(
        id="flat", title="Flat", use="main", in_force=True, unit="fraction a year", status="assumption", bands=bands,
        citation=HERE,
    )  # fmt: skip


def with_schedule(schedule: Schedule) -> Assumptions:
    return ASSUMPTIONS.with_(schedules=(*ASSUMPTIONS.schedules, schedule))


def deflator(index: dict[int, float], forecast_from: int = 9999) -> Deflator:
    observations = tuple(
        Observation(year=y, index=i, status="forecast" if y >= forecast_from else "outturn")
        for y, i in sorted(index.items())
    )
    return Deflator(
        id="d", title="D", years_are="financial", unit="index", observations=observations, citation=HERE
    )  # fmt: skip


def line(direction: str, amount: float, **fields: Any) -> Line:
    """A line of the data share with nothing to complain of; only what a test is about is written down."""
    usual: dict[str, Any] = {
        "id": direction, "option_id": "share", "direction": direction, "label": direction.capitalize(),
        "who": "Council", "unit_low": amount, "unit_central": amount, "unit_high": amount, "price_year": 2024,
        "source": "A contract", "status": "outturn", "outcome_id": "work" if direction == "benefit" else "",
    }  # fmt: skip
    if "low" in fields:
        fields |= {"unit_low": fields.pop("low"), "unit_high": fields.pop("high")}
    return Line(**(usual | fields))


def cost(amount: float, **fields: Any) -> Line:
    return line("cost", amount, **fields)


def benefit(amount: float, **fields: Any) -> Line:
    return line("benefit", amount, **fields)


def appraisal(*lines: Line, **fields: Any) -> Appraisal:
    """Two options, prices of 2024/25, five years."""
    usual: dict[str, Any] = {"price_year": 2024, "horizon": 5, "options": (NOTHING, SHARE), "lines": lines}
    return Appraisal(**(usual | fields))


def vectors(shared: Path, name: str) -> list[dict[str, str]]:
    with (shared / "vectors" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def year(text: str) -> int:
    """The year in which a financial year begins."""
    return int(text[:4])
