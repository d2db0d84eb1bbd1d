"""The sample proposal: whole, honest, and with no number that is not published, cited or marked as an assumption."""

import csv
import json
import re
from datetime import date

import pytest
from pydantic import BaseModel

from workbench.domain.appraisal.appraise import appraise, check_appraisal
from workbench.domain.minimisation import check_request
from workbench.domain.model_checks import check
from workbench.domain.progress import progress
from workbench.domain.project import Project, cleaned, repeated_ids
from workbench.domain.review import considerations_status, review
from workbench.domain.sufficiency import assess_all
from workbench.domain.thread import thread
from workbench.domain.triage import triage
from workbench.reference.load import load_assumptions, load_datasets, load_unit_values
from workbench.reference.rules import load_considerations, load_fields, load_rubric
from workbench.sources.sample import load_sample
from workbench.store.project_file import load_project, project_bytes

TODAY = date(2026, 11, 25)
GM = "E47000001"
DISTRICTS = [f"E080000{n:02}" for n in range(1, 11)]


@pytest.fixture(scope="module")
def library(sample_dir):
    return load_sample(sample_dir, load_datasets())


@pytest.fixture(scope="module")
def project(sample_project):
    return load_project(sample_project)


@pytest.fixture(scope="module")
def verdicts(project, library):
    return assess_all(project.needs, library, TODAY)


@pytest.fixture(scope="module")
def results(project):
    return appraise(project.appraisal, load_assumptions())


@pytest.fixture(scope="module")
def asked(project, verdicts, results):
    found = review(project, verdicts, results, rubric=load_rubric(), fields=load_fields(), as_of=TODAY)
    return [f for f in found if f.weight != "fine"]


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_file_is_as_the_store_would_write_it(sample_project):
    """Whoever edits it by hand or adds a field to a class sees here what is to be written."""
    written = sample_project.read_bytes()
    held = Project.model_validate_json(written)
    assert project_bytes(held) == written
    assert cleaned(held) == held
    assert repeated_ids(held) == ()


def test_it_says_that_it_is_an_illustration(project):
    for text in (project.summary, project.prose_for("summary")):
        assert "illustration" in text
        assert "no named body has agreed" in text
    invented = [p.name for p in project.frame.partners if p.kind in ("provider", "charity")]
    assert invented
    assert all("invented" in name for name in invented)


def test_it_is_about_greater_manchester_and_its_ten_districts(project, library):
    assert [p.id for p in project.frame.places] == [GM, *DISTRICTS]
    assert all(library.areas.name(p.id) == p.name for p in project.frame.places)


# --- every number is published, cited or an assumption ----------------------------------------------------------------

# What is written, and the figure behind it: measure, area, first day of the period, column.
CLAIMS = [
    ("71.9% in Greater Manchester", "71.9", "employment_rate", GM, "2023-01-01", "value"),
    ("76.0% in England", "76.0", "employment_rate", "E92000001", "2023-01-01", "value"),
    ("1.6 and", "1.6", "employment_rate", GM, "2023-01-01", "half"),
    ("0.4 points", "0.4", "employment_rate", "E92000001", "2023-01-01", "half"),
    ("24.7% were economically inactive", "24.7", "inactivity_rate", GM, "2023-01-01", "value"),
    ("against 21.0% in England", "21.0", "inactivity_rate", "E92000001", "2023-01-01", "value"),
    ("in Bolton was 65.6%", "65.6", "employment_rate", "E08000001", "2023-01-01", "value"),
    ("from 59.5%", "59.5", "employment_rate", "E08000001", "2023-01-01", "lower"),
    ("to 71.7%", "71.7", "employment_rate", "E08000001", "2023-01-01", "upper"),
    (
        "87,848 households on Universal Credit in Manchester",
        "87848",
        "uc_households",
        "E08000003",
        "2025-05-01",
        "value",
    ),
    ("30 in Hale Barns", "30", "claimant_count", "E05000830", "2017-10-01", "value"),
    ("635 in Brinnington and Central", "635", "claimant_count", "E05000783", "2017-10-01", "value"),
    ("71.9% in 2023", "71.9", "employment_rate", GM, "2023-01-01", "value"),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim[0])
def test_a_figure_in_the_text_is_the_published_one(project, library, claim):
    written, number, measure, area, start, column = claim
    assert any(written in text for _, text in texts(project)), f"nobody writes “{written}” any longer"
    frame = library.figures.where(measure=measure, area_code=area).frame
    row = frame[frame["period_start"].astype(str).str[:10] == start]
    assert len(row) == 1
    (lower, upper, value) = (float(row[c].iloc[0]) for c in ("lower", "upper", "value"))
    published = {"value": value, "lower": lower, "upper": upper, "half": (upper - lower) / 2}[column]
    places = len(number.partition(".")[2])
    assert f"{published:.{places}f}" == number


def test_the_precision_asked_in_words_is_the_one_tested(project):
    (need,) = [n for n in project.needs if n.id == "districts"]
    assert f"to within {need.precision:g} points" in need.question


def test_the_wards_named_are_the_two_ends(library):
    wards = library.measure("claimant_count", "ward", GM).latest().frame.sort_values("value")
    assert list(wards["area_code"].iloc[[0, -1]]) == ["E05000830", "E05000783"]


# Numbers that are no figures: names of laws and days, ages and spells that define who or what is meant.
NO_FIGURE = re.compile(
    r"Act (19|20)\d\d|[Ss]ection \d+\w*|SI \d{4}/\d+|Article \d+(\(\d\)\(\w\))?|[Ss]tep \d|95% interval"
    r"|aged \d\d to \d\d|26 weeks|to within 3 points|\d{1,2} [A-Z][a-z]+ 20\d\d|(March|May|October|November) 20\d\d"
    r"|[Ii]n 2023"
)
LABELLED = re.compile(r"\b(Assumption|assumption|Guess)\b|\b[Cc]ase [a-z]+(-[a-z]+)+")


def texts(value, path=""):
    """Every text of the project with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name), f"{path}/{name}")
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one, f"{path}/{getattr(one, 'id', '')}")


def sentences(text):
    return re.split(r"(?<=[.?!])\s+(?=[A-Z])", text)


def loose_numbers(path, text):
    """Numbers in a text that no claim, label or source accounts for."""
    if path.rpartition("/")[2] in ("id", "area", "option_id", "outcome_id") or "/need_ids" in path:
        return []
    if path.startswith("/appraisal/lines") and path.endswith("/source"):
        return []  # it is the source itself
    found = []
    for sentence in sentences(text):
        if LABELLED.search(sentence):
            continue
        rest = sentence
        for written, *_ in CLAIMS:
            rest = rest.replace(written, "")
        found += re.findall(r"\d[\d,.]*", NO_FIGURE.sub("", rest))
    return found


def test_no_number_in_the_text_is_loose(project):
    loose = {path: numbers for path, text in texts(project) if (numbers := loose_numbers(path, text))}
    assert loose == {}


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("In 2023 the rate was 12.3%.", ["12.3"]),
        ("Assumption: 25 people join. Then 40 stay.", ["40"]),
        ("Some 5,000 people wait.", ["5,000"]),
        ("Case gm-working-well found 4.7%.", []),
    ],
)
def test_a_loose_number_is_seen(text, loose):
    assert [n.rstrip(".") for n in loose_numbers("/summary", text)] == loose


def test_every_line_says_where_its_number_and_its_quantity_come_from(project):
    for line in project.appraisal.lines:
        assert line.source.strip(), line.id
        assert line.quantity_note.strip(), line.id
        assert line.status in ("assumption", "guess"), line.id
        label = "Guess" if line.status == "guess" else "ssumption"
        assert label in line.source + line.quantity_note, line.id


def test_the_quantity_is_the_one_the_note_tells(project):
    for line in project.appraisal.lines:
        if line.quantity_unit != "lump sum":
            assert re.search(rf"\b{line.quantity:,.0f}\b", line.quantity_note), line.id


def test_the_sums_behind_the_lines_are_right(project):
    lines = {x.id: x for x in project.appraisal.lines}
    assert lines["share-places"].quantity == project.request.people_count * 25 / 100 == 1500
    assert lines["share-letters"].quantity == project.request.people_count
    for option in ("published", "consent", "share"):
        assert lines[f"{option}-work"].quantity == lines[f"{option}-places"].quantity * 4 / 100
        assert lines[f"{option}-saving"].quantity == lines[f"{option}-work"].quantity
    assert lines["share-places"].unit_central == round(12_400_000 / 7375)
    assert lines["share-days"].unit_central == round(26.11 * 1.186 * 7.4)
    assert lines["share-days"].unit_high == round(57.50 * 7.4 + 0.001)


def test_the_value_of_a_year_in_work_is_dwp_s_own(project):
    values = {v.id: v for v in load_unit_values()}
    for line in project.appraisal.lines:
        if line.direction == "benefit":
            side = "government" if line.is_transfer else "society"
            full, part = (values[f"dwp_disabled_{hours}_time_{side}"] for hours in ("full", "part"))
            assert line.unit_central == (full.central + part.central) / 2
            assert (line.unit_low, line.unit_high) == (0, full.central)
            assert line.price_year == full.price_year


@pytest.mark.shared
def test_every_case_is_in_the_library_and_says_what_is_told_of_it(project, shared):
    cases = {
        c["id"]: json.dumps(c, ensure_ascii=False) for c in json.loads((shared / "research/cases.json").read_text())
    }
    told = {
        "gm-working-well": ("4.7", "12,400,000|12400000", "7,375|7375"),
        "gla-pension-credit": ("26", "18"),
        "dea-council-tax-debt": ("20",),
        "health-led-trials": (),
    }
    named = {c for _, text in texts(project) for c in re.findall(r"\b[Cc]ase ([a-z]+(?:-[a-z]+)+)", text)}
    assert named == set(told)
    for case, numbers in told.items():
        assert all(re.search(rf"\b({n})\b", cases[case]) for n in numbers), case


@pytest.mark.shared
def test_costs_that_have_a_source_are_those_of_the_source(project, shared):
    with (shared / "vectors/costs_of_sharing.csv").open() as file:
        known = {float(row["value"]) for row in csv.DictReader(file) if row["value"]}
    lines = {x.id: x for x in project.appraisal.lines}
    assert {
        lines["share-letters"].unit_central,
        lines["share-letters"].unit_high,
        lines["share-days"].unit_central,
    } <= known


# --- what is found in it ----------------------------------------------------------------------------------------------


def test_published_figures_are_enough_for_some_needs_and_not_for_others(project, library):
    # The ward figures are of 2017 and a year is asked for; the household figures grow too old for their two years.
    never = {"wards": "partly", "districts": "partly", "duration": "not met", "people": "not met"}
    for day, households in ((TODAY, "met"), (date(2030, 1, 1), "partly")):
        found = {v.need_id: v.status for v in assess_all(project.needs, library, day)}
        assert found == {**never, "households": households}


def test_it_is_data_sharing_and_no_lighter_route_is_left(project, verdicts):
    found = triage(project.frame, verdicts)
    assert (found.sharing, found.recommended, found.faults) == ("yes", "share", ())


def test_each_step_stands_as_it_is_meant_to(project, verdicts, results, asked):
    assumptions = load_assumptions()
    found = progress(
        project,
        verdicts,
        model_findings=check(project.logic_model),
        request_findings=check_request(project.request, project.needs, project.logic_model, load_fields(), verdicts),
        considerations=load_considerations(),
        results=results,
        appraisal_faults=check_appraisal(project.appraisal, assumptions, project.logic_model),
        review_findings=asked,
    )
    assert [(s.status, s.detail) for s in found] == [
        ("Completed", ""),
        ("In progress", "4 of 5 needs settled"),
        ("In progress", "3 things to look at"),
        ("There is a problem", "3 things to look at · 2 of 11 questions settled"),
        ("In progress", "2 things to look at"),
        ("In progress", "12 findings to look at"),
    ]


def test_the_logic_model_is_left_with_three_honest_gaps(project):
    found = {(f.check, f.subject_id) for f in check(project.logic_model) if f.severity != "note"}
    assert found == {("link-said", "k08"), ("indicator", "oc-sooner"), ("agreed", "")}


def test_the_request_falls_into_one_pitfall_of_the_guide_and_lacks_one_condition(project, verdicts):
    found = check_request(project.request, project.needs, project.logic_model, load_fields(), verdicts)
    blocks = {(f.check, f.subject_id) for f in found if f.severity == "blocks"}
    assert blocks == {("M01", "mobile"), ("R10", "health")}
    without = project.request.with_(items=tuple(i for i in project.request.items if i.id not in ("mobile", "health")))
    found = check_request(without, project.needs, project.logic_model, load_fields(), verdicts)
    assert {f.severity for f in found} == {"note"}


def test_all_eleven_considerations_are_answered_and_some_are_open(project):
    stand = considerations_status(project.request, load_considerations())
    assert stand.unanswered == 0
    assert stand.open > 0
    assert stand.settled > 0


def test_the_review_blocks_twice_and_asks_of_the_power(asked):
    assert [f.check for f in asked if f.weight == "blocks"] == ["R10", "R14"]
    assert {"R06", "R27", "R34", "R50"} <= {f.check for f in asked}


def test_the_power_is_told_honestly(project):
    power = project.request.legal_power
    assert "section 131 lists councils, not combined authorities" in power
    assert "two or more of thirteen listed factors" in power
    assert power.endswith("This is not legal advice.")


def test_money_that_only_moves_is_never_part_of_the_sum(project, results):
    fiscal = [x for x in project.appraisal.lines if x.perspective == "fiscal"]
    assert fiscal
    assert all(x.is_transfer for x in fiscal)
    preferred = results.preferred
    assert preferred.pv_transfers > 0
    societal = sum(x.pv[1] for x in preferred.lines if x.line.direction == "benefit" and not x.line.is_transfer)
    assert preferred.pv_benefits == pytest.approx(societal)


def test_the_preferred_option_is_worth_something_and_might_not_be(results):
    assert results.preferred.option_id == "share"
    assert results.preferred.npv_low < 0 < results.preferred.npv


def test_the_thread_runs_from_the_need_to_the_benefit(project, verdicts):
    whole = [r for r in thread(project, verdicts) if r.need_id == "people" and r.benefit and not r.gaps]
    assert {r.outcome_id for r in whole} == {"oc-stay"}
    assert {i for r in whole for i in r.item_ids} == {i.id for i in project.request.items}
