"""One fixed proposal, made by hand down to what would be computed, so that its document can be compared word for word.

The numbers are for tests only. They come from nowhere.
"""

from __future__ import annotations

from datetime import date

from workbench.domain.appraisal.appraise import OptionResult, Results, Total
from workbench.domain.appraisal.options import Appraisal, Effect, Line, Option
from workbench.domain.appraisal.sensitivity import OtherRate, RangeRow, Sensitivity, SwitchingValue
from workbench.domain.catalogue import Dataset
from workbench.domain.document import Document
from workbench.domain.findings import Finding
from workbench.domain.frame import Frame, Partner, Place
from workbench.domain.logic_model import Link, LogicModel, Node
from workbench.domain.need import Need
from workbench.domain.project import Project, Prose
from workbench.domain.proposal import SECTIONS, Evidence, PictureRef, Statement, build_proposal
from workbench.domain.provenance import Citation
from workbench.domain.request import Consideration, DataItem, DataRequest
from workbench.domain.review import ConsiderationQuestion, ReviewFinding
from workbench.domain.sufficiency import Verdict
from workbench.domain.thread import ThreadRow
from workbench.domain.triage import Rung, Triage

DAY = date(2026, 11, 25)
SURVEY = Citation(publisher="A statistics office", title="A survey", locator="table 1", edition="2023")
COUNT = Citation(publisher="A department", title="A count", url="https://example.gov.uk/count")
RATES = Citation(publisher="A treasury", title="Discount rates", edition="2026")
UNUSED = Citation(publisher="A register", title="Area names")

PROJECT = Project(
    id="fixed",
    name="Working together in Bolton",
    summary="We ask once for a short list, so that a key worker can offer help.",
    frame=Frame(
        problem="People with several troubles see many services. None sees the whole.",
        people="Adults on Universal Credit in Bolton",
        change="One key worker writes, visits once and makes one plan.",
        nation="England",
        places=(Place(id="E08000001", name="Bolton"),),
        partners=(
            Partner(id="council", name="The council", kind="council", role="Leads", receives_data="yes"),
            Partner(id="jcp", name="Jobcentre Plus", kind="DWP or Jobcentre Plus", role="Holds it", receives_data="no"),
        ),
    ),
    needs=(
        Need(
            id="rate",
            question="Is the rate low?",
            measure="employment_rate",
            level="district",
            unit="rate",
            precision=3,
            why="To choose where to begin",
            area="E08000001",
        ),
        Need(id="who", question="Who is missed?", level="individual", unit="individual records", area="E08000001"),
    ),
    logic_model=LogicModel(
        nodes=(
            Node(id="in", level="input", label="A list"),
            Node(id="act", level="activity", label="Write to people", note="by post"),
            Node(id="out", level="output", label="People come"),
            Node(
                id="oc",
                level="outcome",
                label="More stay in work",
                indicator="Share in work after 26 weeks",
                baseline="40%",
                target="44%",
                indicator_source="Case records",
                owner="The council",
                measured_by="March 2029",
                indicator_use="both",
            ),
        ),
        links=(
            Link(
                id="l1",
                source="in",
                target="act",
                mechanism="The list names them.",
                assumption="Addresses are right.",
                evidence="A pilot",
                strength="weak",
                risk="Letters go astray.",
            ),
            Link(
                id="l2",
                source="act",
                target="out",
                mechanism="A name is answered.",
                assumption="One in four comes.",
                evidence="A trial",
                strength="strong",
                risk="Fear",
            ),
            Link(
                id="l3",
                source="out",
                target="oc",
                mechanism="One plan",
                assumption="Jobs are there.",
                evidence="A trial",
                strength="moderate",
                risk="A downturn",
            ),
        ),
        target_group="Adults",
        external_factors="The labour market",
        unintended_effects="Some may fear for their benefit.",
        review_date="1 April 2028",
        agreed_by="The board, 1 November 2026",
    ),
    request=DataRequest(
        cohort="Adults in Bolton on one day",
        people_count=600,
        people_count_basis="An assumption from the survey",
        history="None",
        frequency="Once",
        recipients="Two officers of the council",
        onward="Nobody",
        retention="Six months",
        security="Encrypted",
        transparency="A notice with the letter",
        legal_power="To be put to a solicitor",
        lawful_basis="Public task",
        needed_by="1 October 2027",
        items=(
            DataItem(
                id="address",
                name="Postal address",
                form="full value",
                source="A DWP database",
                reason="To write",
                need_ids=("who",),
                node_ids=("act",),
                exact_because="A letter needs it.",
            ),
        ),
        considerations=(Consideration(id="C01", answer="To offer help, for nothing else.", status="settled"),),
    ),
    appraisal=Appraisal(
        options=(
            Option(id="none", name="Do nothing", kind="do nothing", description="As today."),
            Option(id="share", name="A list from DWP", kind="data share", description="One list.", preferred=True),
        ),
        lines=(
            Line(
                id="value",
                option_id="share",
                direction="benefit",
                label="A year in work",
                who="Society",
                quantity=6,
                quantity_unit="people a year",
                quantity_note="One in 100",
                unit_low=10000,
                unit_central=20000,
                unit_high=30000,
                price_year=2025,
                start_year=1,
                years=2,
                source="A study",
                status="assumption",
                attribution=0.5,
                outcome_id="oc",
            ),
            Line(
                id="dwp",
                option_id="share",
                direction="cost",
                label="To prepare the list",
                who="DWP",
                unit_low=5000,
                unit_central=9000,
                unit_high=20000,
                price_year=2025,
                status="guess",
            ),
        ),
        effects=(
            Effect(id="e", option_id="share", label="People tell their story once", who="They", size="Not known"),
        ),
    ),
    prose=tuple(
        Prose(id=part.id, text=f"Our own words on {part.id}.")
        for part in SECTIONS
        if part.id in {"summary", "operations", "proportionality", "timetable", "evaluation"}
    ),
)


def _verdict(need_id: str, status: str, phrase: str, reason: str, dataset: Dataset | None, label: str) -> Verdict:
    return Verdict(
        need_id=need_id,
        status=status,
        phrase=phrase,
        dataset=dataset,
        source_label=label,
        reason=reason,
        remedy="Pool three years." if dataset else "",
        criteria=(),
        evidence={},
    )


DATASET = Dataset(
    id="survey",
    title="A survey, by district",
    measure="employment_rate",
    kind="survey",
    levels=("district",),
    cautions=("It is a sample.", "Households only."),
    citation=SURVEY,
)

RESULTS = Results(
    options=(
        OptionResult(
            option_id="share",
            name="A list from DWP",
            kind="data share",
            preferred=True,
            pv_costs=9000.0,
            pv_costs_low=5000.0,
            pv_costs_high=20000.0,
            pv_benefits=113980.0,
            pv_benefits_low=56990.0,
            pv_benefits_high=170970.0,
            npv=104980.0,
            npv_low=36990.0,
            npv_high=165970.0,
            bcr=12.66,
            pv_transfers=0.0,
            years=(),
            perspectives=(Total("economic", 9000.0, 113980.0, 0.0),),
            parties=(Total("Society", 0.0, 113980.0, 0.0), Total("DWP", 9000.0, 0.0, 0.0)),
            lines=(),
            effects=PROJECT.appraisal.effects,
        ),
    ),
    baseline_id="none",
    baseline_name="Do nothing",
    price_year=2025,
    first_year=2026,
    horizon=5,
    schedule="Standard rate",
    timing="Year 0 is not discounted.",
    notes=("Take care. The rate is new.",),
    guesses=(),
    assumed=(),
    citations=(RATES,),
    made_from="",
    assumptions_hash="",
)

EVIDENCE = Evidence(
    verdicts=(
        _verdict("rate", "partly", "Enough if adapted", "Half-widths are 6 points.", DATASET, "A survey, district"),
        _verdict("who", "not met", "Not enough", "Statistics cannot say which people.", None, ""),
    ),
    statements=(Statement("In 2023 Bolton was below England.", (SURVEY,), ("Take care. It is a sample.",)),),
    triage=Triage(
        sharing="yes",
        because="It is about particular people.",
        rungs=(
            Rung("published", "Published figures", "does not fit", "They count people."),
            Rung("share", "A new share", "worth trying first", "No lighter route fits."),
        ),
        recommended="share",
        faults=(),
        caution="Take care. This is not legal advice.",
    ),
    results=RESULTS,
    sensitivity=Sensitivity(
        option_id="share",
        name="A list from DWP",
        npv=104980.0,
        rows=(RangeRow("value", "A year in work", 47990.0, 161970.0, "£10,000", "£30,000"),),
        switching=(SwitchingValue("value", "A year in work", "benefit", 0.08, 1579.0, "it fell by 92%, to £1,579"),),
        discounting=(OtherRate("lower", "Lower rate", True, 106000.0),),
    ),
    model_findings=(Finding("evidence", "note", "l1", "One link rests on a pilot."),),
    request_findings=(
        Finding("M03", "weakens", "address", "A full address is asked for.", "Say why no less will do."),
    ),
    review=(
        ReviewFinding("R20", "weakens", "No customer was asked.", "Ask some.", "frame"),
        ReviewFinding("R01", "blocks", "The power is not settled.", "Ask a solicitor.", "request"),
        ReviewFinding("R02", "fine", "The purpose is stated.", "", "frame"),
    ),
    considerations=(
        ConsiderationQuestion(
            id="C01",
            bullet=1,
            question="What is the purpose?",
            looks_for="A clear purpose",
            hint="We would",
            citation=COUNT,
            verification="verified",
            checked=DAY,
        ),
    ),
    thread=(
        ThreadRow(need="Is the rate low?", verdict="Enough if adapted"),
        ThreadRow(
            need="Who is missed?",
            verdict="Not enough",
            item="Postal address",
            activity="Write to people",
            outcome="More stay in work",
            indicator="Share in work after 26 weeks",
            benefit="A year in work",
        ),
    ),
    pictures=(
        PictureRef("comparison", "Bolton was below England", "Bolton 65%, England 75%.", "A survey, 2023", (SURVEY,)),
        PictureRef("logic-model", "The theory of change", "A list leads to letters.", "The partnership’s own"),
        PictureRef("tornado", "Most depends on one line", "A year in work: widest.", "The appraisal", (RATES,)),
    ),
    citations=(SURVEY, UNUSED),
)


def fixed_document() -> Document:
    """The document of the fixed proposal."""
    return build_proposal(PROJECT, EVIDENCE, today=DAY)
