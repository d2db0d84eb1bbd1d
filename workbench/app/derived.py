"""Everything that follows from a project: verdicts, findings, results, charts, the document. Computed once, when asked.

A :class:`Derived` belongs to one project value, so nothing in it can be stale. Parts that are dear to compute and often
stay the same from edit to edit (verdicts, charts) are remembered on the desk by the content they came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from workbench.app.desk import BroughtIn, Desk
from workbench.app.explore import Exploring, explored, exploring
from workbench.app.state import Ui
from workbench.charts import build, build_money
from workbench.charts.logic_model import logic_model_svg, logic_model_text
from workbench.charts.plot import plot
from workbench.charts.select import with_selected
from workbench.charts.spec import Chart
from workbench.domain import words
from workbench.domain.appraisal.appraise import Results, appraise
from workbench.domain.appraisal.checks import check_appraisal
from workbench.domain.appraisal.sensitivity import Sensitivity, sensitivity
from workbench.domain.areas import Area
from workbench.domain.bespoke import BespokeArea
from workbench.domain.bespoke_figures import Combined, check_parts, combinable
from workbench.domain.closed_sites import ClosedSite, closed_site
from workbench.domain.comparison import Comparison, Trend, compare_with, ranked, trend
from workbench.domain.document import Document
from workbench.domain.figures import FigureSet, Library
from workbench.domain.findings import Finding
from workbench.domain.minimisation import check_request
from workbench.domain.model_checks import check, falls_if
from workbench.domain.progress import StepStatus, progress
from workbench.domain.project import Project, content_hash
from workbench.domain.proposal import Evidence, PictureRef, Statement, build_proposal
from workbench.domain.provenance import Citation
from workbench.domain.review import ConsiderationQuestion, ReviewFinding, review
from workbench.domain.sufficiency import Verdict, WhatIf, assess, what_if
from workbench.domain.thread import ThreadRow, thread
from workbench.domain.triage import Triage, triage
from workbench.errors import AppraisalError, DataError, Fault, WorkbenchError
from workbench.export.html import to_html_body

T = TypeVar("T")

ENGLAND = "E92000001"
EMPLOYMENT = "Employment rate, people aged 16 to 64"

MEASURES: tuple[tuple[str, str], ...] = (
    ("", "Choose a measure"),
    ("claimant_count", "Claimant count"),
    ("claimant_rate", "Claimant rate"),
    ("employment_rate", "Employment rate, 16 to 64"),
    ("inactivity_rate", "Economic inactivity rate, 16 to 64"),
    ("uc_households", "Households on Universal Credit"),
    ("population_16_64", "Population aged 16 to 64"),
    ("imd_score", "Deprivation (IMD) score"),
    ("imd_rank", "Deprivation (IMD) rank"),
    ("imd_decile", "Deprivation (IMD) decile"),
    ("other", "Something else"),
)

MORE_TITLES: tuple[tuple[str, str], ...] = (
    ("claimant_rate_yearly", "Claimant rate, yearly"),
    ("imd2019_rank", "Deprivation (IMD 2019) rank"),
    ("imd2019_decile", "Deprivation (IMD 2019) decile"),
)
"""Measures that are held and that no need asks for."""


class Derived:
    """What follows from one project, with the desk beside it, on one day.

    Parameters
    ----------
    project : Project
    desk : Desk
    as_of : datetime.date
        The day on which figures count as fresh or not, and the date of the document.
    """

    def __init__(self, project: Project, desk: Desk, as_of: date) -> None:
        self.project = project
        self.desk = desk
        self.as_of = as_of

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Compute something once for its key, and remember it from edit to edit."""
        memory: dict[Hashable, Any] = self.desk.memory
        if key not in memory:
            if len(memory) > 400:  # a long session tries many needs; what is forgotten is computed again
                memory.clear()
            memory[key] = make()
        return memory[key]

    # --- step 1 -------------------------------------------------------------------------------------------------------

    @property
    def library(self) -> Library:
        """Figures, data sets and areas."""
        return self.desk.library

    @cached_property
    def triage(self) -> Triage:
        """Whether this is data sharing, and the routes in order."""
        return triage(self.project.frame, self.verdicts)

    @cached_property
    def unknown_areas(self) -> tuple[Fault, ...]:
        """Areas that the project names and nobody here knows: a code is mistyped, or no figures are held for it."""
        named = {f"frame/places/{p.id}": p.id for p in self.project.frame.places}
        named |= {f"needs/{n.id}/area": n.area for n in self.project.needs if n.area}
        held = self.library.areas.areas
        remedy = "Check the code, or bring in figures for this area."
        return tuple(
            Fault(path, f"The area {code} is not held.", remedy) for path, code in named.items() if code not in held
        )

    # --- step 2 -------------------------------------------------------------------------------------------------------

    measures = MEASURES

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One verdict for each need, in order."""
        return tuple(self.verdict(need.id) for need in self.project.needs)

    def verdict(self, need_id: str) -> Verdict:
        """The verdict on one need."""
        need = next(n for n in self.project.needs if n.id == need_id)
        return self._once(
            ("verdict", content_hash(need), id(self.library), self.as_of),
            lambda: assess(need, self.library, self.as_of),
        )

    def what_if(self, need_id: str) -> tuple[WhatIf, ...]:
        """What asking for less would change, for a need that is not met."""
        need = next((n for n in self.project.needs if n.id == need_id), None)
        if need is None:
            return ()
        return self._once(
            ("what if", content_hash(need), id(self.library), self.as_of),
            lambda: what_if(need, self.library, self.as_of),
        )

    @property
    def place(self) -> str:
        """GSS code of the first place of the proposal that is held, or an empty string."""
        held = self.library.areas.areas
        return next((p.id for p in self.project.frame.places if p.id in held), "")

    def _figures(self, measure: str, level: str) -> FigureSet:
        return (
            self.library.measure(measure, level, self.place) if self.place else self.library.figures.where(measure="")
        )

    @cached_property
    def comparison(self) -> Comparison | None:
        """Employment in the districts of the place against England, or None when it is not held."""
        return self._once(("comparison", self.place, id(self.library)), self._compare)

    def _compare(self) -> Comparison | None:
        districts = self._figures("employment_rate", "district")
        reference = self.library.figures.where(measure="employment_rate", area_code=ENGLAND)
        if not len(districts) or not len(reference):
            return None
        both = self.library.figures.where(
            measure="employment_rate", area_code=[*districts.frame["area_code"].unique(), ENGLAND]
        )
        try:
            return compare_with(both, ENGLAND)
        except DataError:
            return None

    @cached_property
    def trend_areas(self) -> tuple[Area, ...]:
        """The areas whose employment rate can be shown over time: the place and its districts."""
        held = set(self.library.figures.where(measure="employment_rate").frame["area_code"])
        areas = [self.library.areas.get(self.place)] if self.place else []
        areas += [a for a in self.library.areas.within(self.place, "district") if a.code != self.place]
        return tuple(a for a in areas if a.code in held)

    def trend_area(self, ui: Ui) -> str:
        """The area chosen on the page, else the first district."""
        codes = [a.code for a in self.trend_areas]
        chosen = ui.picked.get("trend-area", "")
        if chosen in codes:
            return chosen
        districts = [a.code for a in self.trend_areas if a.level == "district"]
        return (districts or codes or [""])[0]

    def trend(self, area: str) -> Trend | None:
        """The employment rate of an area over time, beside England's; None when it is not held."""
        if area not in {a.code for a in self.trend_areas}:
            return None
        figures = self.library.figures.where(measure="employment_rate")
        return self._once(("trend", area, id(self.library)), lambda: trend(figures, area, reference_code=ENGLAND))

    @property
    def services(self) -> tuple[tuple[str, str], ...]:
        """Statistics services that can be asked: key and name."""
        return tuple((one.key, one.name) for one in self.desk.services.offered.values())

    def service_note(self, key: str) -> str:
        """What a service has, and what it wants."""
        one = self.desk.services.offered.get(key)
        return one.note if one else ""

    def closed_site(self, words: str) -> ClosedSite | None:
        """The site of the guide of 2013 that these words name."""
        return closed_site(words, self.desk.closed_sites)

    def kept_rows(self, key: str) -> int:
        """How many figures of a kept table are on this computer."""
        table = self.desk.kept(key)
        return len(table.figures) if table else 0

    @property
    def imported(self) -> tuple[BroughtIn, ...]:
        """Files that were brought in."""
        return self.desk.brought_in

    # --- charts -------------------------------------------------------------------------------------------------------

    def chart(self, key: str, ui: Ui | None = None) -> Chart | None:
        """A chart by its key, or None when there is nothing to draw.

        Keys: ``comparison``, ``trend-<GSS code>``, ``wards-map``, ``wards-ranked``, ``lsoas-map``, ``tornado``,
        ``cash-flow``; and, of what a page looks at, ``explore-map`` and ``explore-<view>``.

        Parameters
        ----------
        key : str
        ui : Ui, optional
            The page: what it looks at, and the area that is marked on it.
        """
        chart = self._explored(key, ui) if key.startswith("explore-") and ui else self._chart(key)
        marked = str(ui.picked.get("area", "")) if ui else ""
        return with_selected(chart, marked) if chart is not None and marked else chart

    def _explored(self, key: str, ui: Ui) -> Chart | None:
        found = self._explore(key, ui)
        return None if isinstance(found, str) else found

    def why_not(self, key: str, ui: Ui) -> str:
        """Why a picture of what a page looks at cannot be drawn; empty when it can."""
        found = self._explore(key, ui)
        return found if isinstance(found, str) else ""

    def _explore(self, key: str, ui: Ui) -> Chart | str:
        seen = self.exploring(ui)
        if seen is None:
            return "no figures are held."
        marked = str(ui.picked.get("area", ""))
        picture = key.removeprefix("explore-")

        def make() -> Chart | str:
            try:
                boundaries = self.desk.boundaries_for(seen.level, seen.vintage) if picture == "map" else None
                title = self.title(seen.measure)
                return explored(self.library, seen, picture, marked=marked, what=title, boundaries=boundaries)
            except WorkbenchError as error:
                return f"{error.message} {error.remedy}".strip()

        return self._once((key, seen, marked, id(self.library)), make)

    def exploring(self, ui: Ui) -> Exploring | None:
        """What a page looks at."""
        picked = {k: v for k, v in ui.picked.items() if k.startswith("explore/")}
        key = ("exploring", tuple(sorted(picked.items())), self.place, id(self.library))
        return self._once(key, lambda: exploring(self.library, picked, self.place, self.title))

    def own_faults(self, area: BespokeArea) -> tuple[Fault, ...]:
        """What is wrong with the parts of an area that the partnership made."""
        return check_parts(area, self.library.areas)

    def own_figures(self, area: BespokeArea) -> tuple[Combined, ...]:
        """What can be said of an area that the partnership made, measure by measure."""
        return self._once(("own", content_hash(area), id(self.library)), lambda: combinable(area, self.library))

    def title(self, measure: str) -> str:
        """What a measure is called."""
        known = dict(MEASURES) | dict(MORE_TITLES)
        return known.get(measure) or self.library.titles.get(measure) or measure.replace("_", " ").capitalize()

    def _chart(self, key: str) -> Chart | None:
        if key == "tornado":
            return self._tornado()
        if key == "cash-flow":
            return self._cash_flow()
        return self._once(("chart", key, self.place, id(self.library)), lambda: self._figure_chart(key))

    def _figure_chart(self, key: str) -> Chart | None:
        if key == "comparison":
            employment = self.library.figures.where(measure="employment_rate")
            return build.comparison_chart(self.comparison, employment, what=EMPLOYMENT) if self.comparison else None
        if key.startswith("trend-"):
            found = self.trend(key.removeprefix("trend-"))
            employment = self.library.figures.where(measure="employment_rate")
            return build.trend_chart(found, employment, what=EMPLOYMENT, reference_code=ENGLAND) if found else None
        makers: dict[str, tuple[str, str, Callable[[FigureSet], Chart]]] = {
            "wards-map": ("claimant_rate", "ward", self._rate_map),
            "wards-ranked": ("claimant_count", "ward", self._most_claimants),
            "lsoas-map": ("imd_score", "LSOA", self._deprivation_map),
        }
        if key not in makers:
            return None
        measure, level, make = makers[key]
        figures = self._figures(measure, level).latest()
        return make(figures) if len(figures) else None

    def _rate_map(self, figures: FigureSet) -> Chart:
        title = ranked(figures).headline()
        what = "Claimants as a share of residents aged 16 to 64, by ward; each hexagon is one ward"
        return build.hex_map(figures, self.library.areas, title=title, what=what)

    def _most_claimants(self, figures: FigureSet) -> Chart:
        return build.ranked_chart(
            ranked(figures),
            figures,
            what="People claiming mainly for being out of work",
            n=15,
            areas=self.library.areas,
        )

    def _deprivation_map(self, figures: FigureSet) -> Chart:
        deciles = self._figures("imd_decile", "LSOA").latest().frame["value"]
        tenth, whole = int((deciles == 1).sum()), len(deciles)
        title = f"{tenth:,} of {whole:,} neighbourhoods are among the most deprived tenth in England"
        what = "Index of Multiple Deprivation score, by LSOA; each hexagon is one LSOA, darker is more deprived"
        return build.hex_map(figures, self.library.areas, title=title, what=what)

    def _tornado(self) -> Chart | None:
        if self.sensitivity is None or self.results is None or not self.sensitivity.rows:
            return None
        return build_money.tornado_chart(self.sensitivity, self.results)

    def _cash_flow(self) -> Chart | None:
        if self.sensitivity is None or self.results is None:
            return None
        option = self.results.option(self.sensitivity.option_id)
        return build_money.cash_flow_chart(option, self.results) if option else None

    def _drawing(self, key: str, ui: Ui | None = None) -> Drawing | None:
        chart = self.chart(key, ui)
        return None if chart is None else self._once(("drawn", key, chart), lambda: _drawn(chart))

    def height(self, key: str, ui: Ui | None = None) -> int:
        """Pixels that a chart takes on a wide page, so that its space is held before it is drawn."""
        drawing = self._drawing(key, ui)
        return drawing.height if drawing else 0

    def figures_of_page(self, page: str, ui: Ui | None = None) -> dict[str, dict[str, str]]:
        """The drawings a page asks for, as plotly JSON, laid out wide and narrow."""
        drawings = {key: self._drawing(key, ui) for key in re.findall(r'data-figure="([^"]+)"', page)}
        return {key: {"wide": d.wide, "narrow": d.narrow} for key, d in drawings.items() if d is not None}

    # --- step 3 -------------------------------------------------------------------------------------------------------

    @cached_property
    def model_findings(self) -> tuple[Finding, ...]:
        """What the logic model lacks."""
        return check(self.project.logic_model)

    def falls_if(self, link_id: str) -> tuple[str, ...]:
        """Ids of the outcomes that nothing reaches any more when a link fails."""
        return falls_if(self.project.logic_model, link_id)

    @cached_property
    def model_svgs(self) -> tuple[str, str]:
        """The drawing of the logic model, wide and narrow."""
        model = self.project.logic_model
        return self._once(
            ("model", content_hash(model)),
            lambda: (logic_model_svg(model), logic_model_svg(model, narrow=True, prefix="lm-narrow")),
        )

    @cached_property
    def model_text(self) -> str:
        """The logic model in words."""
        return logic_model_text(self.project.logic_model)

    # --- step 4 -------------------------------------------------------------------------------------------------------

    @property
    def considerations(self) -> tuple[ConsiderationQuestion, ...]:
        """What DWP will weigh, as questions."""
        return self.desk.considerations

    @cached_property
    def field_choices(self) -> tuple[tuple[str, str], ...]:
        """Kinds of field, for a list."""
        return (("", "Found from the name"), *((f.id, f.title) for f in self.desk.fields))

    @cached_property
    def request_findings(self) -> tuple[Finding, ...]:
        """What is wrong with the request, item by item and as a whole."""
        return check_request(
            self.project.request, self.project.needs, self.project.logic_model, self.desk.fields, self.verdicts
        )

    def item_findings(self, item_id: str) -> tuple[Finding, ...]:
        """What is wrong with one data item."""
        return tuple(f for f in self.request_findings if f.subject_id == item_id)

    # --- step 5 -------------------------------------------------------------------------------------------------------

    @cached_property
    def results(self) -> Results | None:
        """What the options come to; None while there are none, or while they cannot be computed."""
        if not self.project.appraisal.options:
            return None
        try:
            return appraise(self.project.appraisal, self.desk.assumptions)
        except AppraisalError:
            return None  # appraisal_faults says why

    @cached_property
    def sensitivity(self) -> Sensitivity | None:
        """How far the result of the preferred option moves; None when there is no result."""
        if self.results is None or not self.results.options:
            return None
        return sensitivity(self.project.appraisal, self.desk.assumptions)

    @cached_property
    def bias_choices(self) -> tuple[tuple[str, str], ...]:
        """Project types of the optimism-bias table, for a list."""
        return (("", "None"), *((b.id, b.title) for b in self.desk.assumptions.optimism_bias))

    @cached_property
    def schedule_choices(self) -> tuple[tuple[str, str], ...]:
        """Discount schedules, for a list."""
        return tuple(
            (s.id, s.title if s.in_force else f"{s.title} (not in force)") for s in self.desk.assumptions.schedules
        )

    @cached_property
    def appraisal_faults(self) -> tuple[Fault, ...]:
        """What is wrong with the appraisal."""
        if not self.project.appraisal.options:
            return ()
        return check_appraisal(self.project.appraisal, self.desk.assumptions, self.project.logic_model)

    # --- every step ---------------------------------------------------------------------------------------------------

    @cached_property
    def statuses(self) -> tuple[StepStatus, ...]:
        """How far each step is."""
        frame, *others = progress(
            self.project,
            self.verdicts,
            model_findings=self.model_findings,
            request_findings=self.request_findings,
            considerations=self.considerations,
            results=self.results,
            appraisal_faults=self.appraisal_faults,
            review_findings=self.review,
        )
        places = [f for f in self.unknown_areas if f.where.startswith("frame/")]
        if places:
            detail = f"{words.counted(len(places), 'place')} not held"
            frame = replace(frame, status="There is a problem", detail=detail, faults=(*frame.faults, *places))
        return (frame, *others)

    # --- step 6 -------------------------------------------------------------------------------------------------------

    @cached_property
    def thread(self) -> tuple[ThreadRow, ...]:
        """From each need to the benefit it serves."""
        return thread(self.project, self.verdicts)

    @cached_property
    def review(self) -> tuple[ReviewFinding, ...]:
        """What a reviewer will ask, the gravest first."""
        return review(
            self.project,
            self.verdicts,
            self.results,
            rubric=self.desk.rubric,
            fields=self.desk.fields,
            as_of=self.as_of,
        )

    @cached_property
    def pictures(self) -> tuple[PictureRef, ...]:
        """The pictures of the document, by reference."""
        refs = []
        area = self.trend_area(Ui())
        for key in ("comparison", f"trend-{area}", "wards-map", "cash-flow", "tornado"):
            chart = self.chart(key)
            if chart is not None:
                cited = self.sources_of(key)
                section = {"cash-flow": "value", "tornado": ""}.get(key, "published")
                refs.append(PictureRef(key, chart.title, chart.alt, chart.caption, cited, section))
        if self.project.logic_model.nodes:
            refs.append(PictureRef("logic-model", "The logic model", self.model_text, section="theory"))
        return tuple(refs)

    def sources_of(self, key: str, ui: Ui | None = None) -> tuple[Citation, ...]:
        """The sources of the figures in a chart."""
        if key in ("cash-flow", "tornado"):
            return self.results.citations if self.results else ()
        measures = {"wards-map": "claimant_rate", "wards-ranked": "claimant_count", "lsoas-map": "imd_score"}
        if key.startswith("explore-") and ui is not None and (seen := self.exploring(ui)) is not None:
            figures = self.library.figures.where(measure=seen.measure, level=seen.level, vintage=seen.vintage)
            return tuple(figures.citations[i] for i in dict.fromkeys(figures.frame["source_id"]))
        levels = {"wards-map": "ward", "wards-ranked": "ward", "lsoas-map": "LSOA"}
        level = levels.get(key, "district")
        figures = self.library.figures.where(measure=measures.get(key, "employment_rate"), level=level)
        return tuple(figures.citations[i] for i in dict.fromkeys(figures.frame["source_id"]))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What published figures show of the place, as computed sentences with their sources."""
        said = []
        for measure, sentence, caveats in self._sentences():
            cited = self.library.figures.where(measure=measure)
            ids = dict.fromkeys(cited.frame["source_id"])
            said.append(Statement(f"{sentence}.", tuple(cited.citations[i] for i in ids), caveats))
        return tuple(said)

    def _sentences(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        if self.comparison:
            yield "employment_rate", self.comparison.headline(), self.comparison.caveats
        wards = self._figures("claimant_count", "ward").latest()
        if len(wards):
            ranking = ranked(wards)
            yield "claimant_count", ranking.headline(), ranking.caveats

    @cached_property
    def document(self) -> Document:
        """The proposal."""
        evidence = Evidence(
            verdicts=self.verdicts,
            statements=self.statements,
            triage=self.triage,
            results=self.results,
            sensitivity=self.sensitivity,
            appraisal_faults=self.appraisal_faults,
            model_findings=self.model_findings,
            request_findings=self.request_findings,
            review=self.review,
            considerations=self.considerations,
            thread=self.thread,
            pictures=self.pictures,
        )
        return build_proposal(self.project, evidence, today=self.as_of)

    @property
    def missing(self) -> tuple[str, ...]:
        """What the document still lacks, as sentences."""
        return tuple(f"{gap.heading}: {gap.text}" for gap in self.document.missing)

    @cached_property
    def preview(self) -> str:
        """The document as HTML, without a page around it and without its pictures."""
        return to_html_body(self.document)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as plotly JSON, laid out for a wide page and for a phone."""

    wide: str
    narrow: str
    height: int


def _drawn(chart: Chart) -> Drawing:
    wide = plot(chart)
    return Drawing(wide.to_json(), plot(chart, narrow=True).to_json(), int(wide.layout.height))
