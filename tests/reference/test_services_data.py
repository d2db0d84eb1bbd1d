"""What ships about services: every site of the guide, each with a source and a query; facts with their sources."""

import re
from datetime import date
from importlib import resources

import pytest
import yaml

from workbench.errors import NotCited, ReferenceDataError
from workbench.reference.closed_sites import load_closed_sites
from workbench.reference.schema import parse
from workbench.reference.services_statxplore import load_statxplore

CHECKED = date(2026, 11, 25)
SITES = load_closed_sites(today=CHECKED)
FACTS = load_statxplore(today=CHECKED)
SERVICES = {"nomis", "statxplore", "nisra", "scotland", "statswales", "fingertips", "lginform", "ons"}

# --- the sites of the guide -------------------------------------------------------------------------------------------

# As the guide writes them: section 7, “Useful sites” and the survey and administrative data before it.
NAMED = [
    "ONS Neighbourhood Statistics", "www.sns.gov.uk", "www.ninis.nisra.gov.uk", "www.wales.gov.uk/statistics",
    "www.dataunitwales.gov.uk", "NOMIS", "DWP Tabtool", "https://stat-xplore.dwp.gov.uk/", "www.groscotland.gov.uk/",
    "Places Analysis Tool", "CLG Data Interchange Hub", "Floor Targets Interactive", "Data4nr", "Universal Jobmatch",
    "Work Programme",
]  # fmt: skip


@pytest.mark.shared
def test_every_site_that_the_guide_names_is_known(shared):
    guide = (shared / "guide" / "dwp-guide-data-sharing-for-local-partners.txt").read_text("utf-8")
    known = " ".join(f"{s.name} {' '.join(s.also)} {' '.join(s.addresses)}" for s in SITES).lower()
    for address in set(re.findall(r"(?:https?://|www\.)([\w./-]+)", guide)):
        assert address.removeprefix("www.").rstrip("/.") in known, address
    for name in NAMED:
        assert name.rstrip("/").split("/", 2)[-1].split(" ", 1)[-1].lower().removeprefix("www.") in guide.lower()


def test_as_many_sites_as_the_guide_names():
    assert len(SITES) == len(NAMED)


@pytest.mark.parametrize("site", SITES, ids=lambda s: s.id)
def test_every_site_has_a_source_a_successor_and_a_query(site):
    assert site.citation.publisher
    assert site.successor
    for working in site.queries:
        assert working.query.service in SERVICES
        assert working.query.dataset
        assert working.gives.endswith(".")


@pytest.mark.parametrize("site", SITES, ids=lambda s: s.id)
def test_a_date_that_is_not_known_is_said_to_be_so(site):
    if site.fate != "live" and not site.ended:
        assert "not confirmed" in site.text().lower()


@pytest.mark.parametrize("site", SITES, ids=lambda s: s.id)
def test_text_for_readers_is_plain(site):
    for text in (site.held, site.became, *(q.gives for q in site.queries)):
        assert text[0].isupper()
        assert text.endswith(".")
        assert not re.search(r"\b(invalid|please|oops|successfully)\b", text, re.IGNORECASE)


def test_no_query_holds_a_key_or_is_left_to_a_service_without_a_period():
    for site in SITES:
        for working in site.queries:
            assert "uid" not in working.query.model_dump_json().lower()
            if working.query.service in ("nomis", "statxplore"):
                assert working.query.periods


def test_nomis_is_asked_for_data_sets_and_codes_that_the_workbench_knows():
    nomis = yaml.safe_load((resources.files("workbench.reference") / "services/nomis.yaml").read_text("utf-8"))
    known = {d["id"]: d for d in nomis["datasets"]}
    for site in SITES:
        for query in (working.query for working in site.queries if working.query.service == "nomis"):
            codes = {c.dimension: c.codes for c in query.choices}
            totals = known[query.dataset].get("totals", {})
            measures = [
                {k: (v,) for k, v in {**totals, **m.get("choose", {})}.items()}
                for m in known[query.dataset]["measures"]
            ]
            assert {k: v for k, v in codes.items() if k != "measures"} in measures
            assert "measures" in codes


@pytest.mark.shared
def test_ids_of_stat_xplore_are_those_of_the_recorded_schema(shared):
    recorded = (shared / "recorded/statxplore/database_cheatsheet_2023.csv").read_text("utf-8")
    for site in SITES:
        for working in site.queries:
            if working.query.service == "statxplore":
                assert f"\n{working.query.dataset.rpartition(':')[2]}," in recorded
                for code in working.query.choices[0].codes:
                    assert code in recorded


# --- Stat-Xplore ------------------------------------------------------------------------------------------------------


def test_adjusted_is_what_a_database_is_where_nothing_else_is_known():
    assert FACTS.is_perturbed("a database nobody knows")
    # Not rounded is not unadjusted: the user guide says in one place that PIP is unrounded and that totals may not sum.
    assert FACTS.is_perturbed("PIP_Monthly")


@pytest.mark.parametrize(
    ("valueset", "level", "vintage"),
    [
        ("V_C_MASTERGEOG11_LSOA_TO_MSOA", "LSOA", "2011"),
        ("V_C_MASTERGEOG21_LSOA_TO_MSOA", "LSOA", "2021"),
        ("V_C_MASTERGEOG21_MSOA_TO_LA", "MSOA", "2021"),
        ("V_C_MASTERGEOG11_LA_TO_REGION", "district", ""),
        ("V_C_MASTERGEOG11_LA_TO_UTLA_NI", "district", ""),
        ("V_C_MASTERGEOG21_PARLC24_TO_REGION", "constituency", "2024"),
        ("V_C_ADMIN_LA", "district", ""),
        ("V_C_MASTERGEOG31_LSOA_TO_MSOA", "LSOA", ""),
        ("V_C_MASTERGEOG21_XYZ_TO_LA", "", ""),
    ],
)
def test_the_name_of_a_valueset_gives_level_and_vintage(valueset, level, vintage):
    kind = FACTS.kind_of(valueset)
    assert (kind.level, kind.vintage) == (level, vintage)


@pytest.mark.parametrize("valueset", ["C_UC_SEX", "V_C_AGE_BAND_2", "V_C_MASTERGEOG21"])
def test_other_valuesets_are_no_areas(valueset):
    assert FACTS.kind_of(valueset) is None


@pytest.mark.shared
def test_databases_are_those_of_the_recorded_schema_but_one_that_is_newer(shared):
    recorded = (shared / "recorded/statxplore/database_cheatsheet_2023.csv").read_text("utf-8")
    newer = {d.id for d in FACTS.databases if f"\n{d.id}," not in recorded}
    assert newer == {"PIP_Monthly_new"}


def test_a_fact_without_a_source_is_refused():
    with pytest.raises(NotCited):
        parse("{field: X, unit: people}", type(FACTS.units[0]), "a.yaml")
    with pytest.raises(ReferenceDataError):
        parse("{id: X, perturbd: false, citation: {publisher: A, title: B}}", type(FACTS.databases[0]), "a.yaml")
