"""A small, sound proposal and verdicts made by hand, for the tests of thread, progress and review."""

from __future__ import annotations

from workbench.domain.appraisal.options import Appraisal, Line, Option
from workbench.domain.criteria import Criterion
from workbench.domain.frame import Frame, Partner, Place
from workbench.domain.logic_model import Link, LogicModel, Node
from workbench.domain.need import Need
from workbench.domain.project import Project
from workbench.domain.request import Consideration, DataItem, DataRequest
from workbench.domain.sufficiency import PHRASES, Verdict

LINKED = {"mechanism": "m", "assumption": "a", "evidence": "e", "strength": "weak", "risk": "r"}
MEASURED = {
    "indicator": "Share in work",
    "baseline": "b",
    "target": "t",
    "indicator_source": "s",
    "owner": "o",
    "measured_by": "2029",
    "indicator_use": "both",
}

FRAME = Frame(
    problem="In 2023 the employment rate in Bolton was 65.6 per cent. "
    + "People wait for help that they do not know of. " * 4,
    people="Adults on Universal Credit in Bolton",
    change="A key worker writes to each person, visits once, and offers one plan that all services share.",
    nation="England",
    places=(Place(id="E08000001", name="Bolton"),),
    partners=(
        Partner(id="council", name="The council", kind="council", role="Leads", receives_data="yes"),
        Partner(
            id="jcp", name="Jobcentre Plus", kind="DWP or Jobcentre Plus", role="Holds the data", receives_data="no"
        ),
    ),
    needs_individuals="yes",
    identifiable="yes",
    social_security="yes",
    held_by_partner="no",
    research_only="no",
    existing_feed="no",
)
NEEDS = (
    Need(id="wards", question="Which wards?", measure="claimant_count", level="ward", area="E08000001", unit="count"),
    Need(id="people", question="Who is missed?", measure="uc", level="individual", area="E08000001"),
)
MODEL = LogicModel(
    nodes=(
        Node(id="in", level="input", label="Key workers"),
        Node(id="act", level="activity", label="Write to people"),
        Node(id="out", level="output", label="People come"),
        Node(id="oc", level="outcome", label="More stay in work", **MEASURED),
        Node(id="top", level="impact", label="Fewer out of work"),
    ),
    links=tuple(
        Link(id=f"{a}-{b}", source=a, target=b, **LINKED)
        for a, b in (("in", "act"), ("act", "out"), ("out", "oc"), ("oc", "top"))
    ),
    target_group="g",
    external_factors="f",
    unintended_effects="u",
    review_date="d",
    agreed_by="a",
)
REQUEST = DataRequest(
    cohort="Adults on Universal Credit in Bolton",
    people_count=100,
    people_count_basis="Asked of DWP",
    history="None",
    frequency="One-off",
    recipients="Two analysts",
    onward="Nobody",
    retention="Six months",
    security="Encrypted",
    transparency="A letter",
    legal_power="Digital Economy Act 2017 section 35; Social Security Administration Act 1992 section 123(9)(c)",
    lawful_basis="UK GDPR Article 6(1)(e)",
    needed_by="1 October 2027",
    items=(
        DataItem(
            id="birth",
            name="Year of birth",
            form="full value",
            reason="To match",
            need_ids=("people",),
            node_ids=("act",),
        ),
    ),
    considerations=tuple(Consideration(id=f"C{n:02d}", answer="Said.", status="settled") for n in range(1, 12)),
)


def _line(line_id: str, option: str, direction: str, **more: object) -> Line:
    given = {
        "id": line_id,
        "option_id": option,
        "direction": direction,
        "label": line_id,
        "who": "Society",
        "unit_low": 1.0,
        "unit_central": 2.0,
        "unit_high": 3.0,
        "price_year": 2025,
        "source": "A report",
        "quantity_note": "A count",
        "status": "outturn",
    }
    return Line.model_validate({**given, **more})


APPRAISAL = Appraisal(
    options=(
        Option(id="none", name="Do nothing", kind="do nothing"),
        Option(id="pub", name="Published figures", kind="published only"),
        Option(id="con", name="Consent", kind="consent"),
        Option(id="share", name="Share", kind="data share", preferred=True),
    ),
    lines=(
        _line("dwp-work", "share", "cost", label="DWP work", who="DWP", unit_high=2.5),
        _line("jobs", "share", "benefit", label="More in work", quantity=10.0, outcome_id="oc"),
        _line("saving", "share", "benefit", label="Benefit saved", is_transfer=True, outcome_id="oc"),
        _line("base", "pub", "cost"),
        _line("ask", "con", "cost"),
    ),
)
PROJECT = Project(id="p", name="P", frame=FRAME, needs=NEEDS, logic_model=MODEL, request=REQUEST, appraisal=APPRAISAL)


def verdict(need_id: str, status: str = "met", *, individuals: bool = False) -> Verdict:
    criteria = (Criterion("individuals", "not met", "Statistics cannot say which people."),) if individuals else ()
    return Verdict(
        need_id=need_id,
        status=status,  # type: ignore[arg-type]  # tests use the four words
        phrase=PHRASES[status],  # type: ignore[index]
        dataset=None,
        source_label="",
        reason="Because.",
        remedy="Do this.",
        criteria=criteria,
        evidence={},
    )


VERDICTS = (verdict("wards"), verdict("people", "not met", individuals=True))


def request_with(**changes: object) -> Project:
    return PROJECT.with_(request=REQUEST.with_(**changes))


def model_with(**changes: object) -> Project:
    return PROJECT.with_(logic_model=MODEL.with_(**changes))
