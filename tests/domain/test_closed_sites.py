"""The sites of the guide of 2013 are found by what people still call them, and by nothing else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workbench.domain.closed_sites import ClosedSite, closed_site, search_closed
from workbench.domain.provenance import Citation
from workbench.domain.queries import Query
from workbench.reference.closed_sites import load_closed_sites

SITES = load_closed_sites(today=date(2026, 11, 25))
GUIDE = "https://www.gov.uk/guide"


def found(words):
    site = closed_site(words, SITES)
    return site.id if site else None


@pytest.mark.parametrize(
    ("words", "site"),
    [
        ("ONS Neighbourhood Statistics", "neighbourhood-statistics"),
        ("neighbourhood statistics", "neighbourhood-statistics"),
        ("Neighborhood statistics", "neighbourhood-statistics"),
        ("neighbourhod statistics", "neighbourhood-statistics"),
        ("NeSS", "neighbourhood-statistics"),
        ("http://www.neighbourhood.statistics.gov.uk/dissemination/Info.do?page=x", "neighbourhood-statistics"),
        ("Scottish Neighbourhood Statistics", "scottish-neighbourhood-statistics"),
        ("scotish neighbourhood statistics", "scottish-neighbourhood-statistics"),
        ("sns", "scottish-neighbourhood-statistics"),
        ("www.sns.gov.uk", "scottish-neighbourhood-statistics"),
        ("N.I.N.I.S.", "ninis"),
        ("http://www.ninis.nisra.gov.uk", "ninis"),
        ("wales.gov.uk/statistics", "wales-statistics"),
        ("http://www.wales.gov.uk/statistics/", "wales-statistics"),
        ("dataunitwales", "data-unit-wales"),
        ("www.dataunitwales.gov.uk", "data-unit-wales"),
        ("NOMIS", "nomis"),
        ("Tabtool", "tabtool"),
        ("tab-tool", "tabtool"),
        ("Tabtool data on benefit claimants in Lower Super Output Areas", "tabtool"),
        ("DWP tabulation tool", "tabtool"),
        ("statxplore", "stat-xplore"),
        ("GROS", "gros"),
        ("gro(s)", "gros"),
        ("http://www.groscotland.gov.uk/", "gros"),
        ("General Register Office Scotland", "gros"),
        ("PAT", "places-analysis-tool"),
        ("places analisys tool", "places-analysis-tool"),
        ("National Indicator Set", "places-analysis-tool"),
        ("CLG data interchange hub", "data-interchange-hub"),
        ("FTI", "floor-targets-interactive"),
        ("floor target interactive", "floor-targets-interactive"),
        ("www.fti.communities.gov.uk/fti/Help.aspx", "floor-targets-interactive"),
        ("Data4nr", "data4nr"),
        ("data4nr.net", "data4nr"),
        ("Data for Neighbourhood Renewal", "data4nr"),
        ("Universal Jobmatch", "universal-jobmatch"),
        ("universal job match", "universal-jobmatch"),
        ("universal jobmach", "universal-jobmatch"),
        ("Work Programme statistics", "work-programme"),
        ("the work programme", "work-programme"),
    ],
)
def test_a_site_is_found_by_what_people_call_it(words, site):
    assert found(words) == site


@pytest.mark.parametrize(
    "words",
    ["", " ", "?", "housing benefit", "universal credit", "statistics", "wales", "scotland", "data", "work", "job",
     "hub city", "pat testing", "patio", "claimant count", "employment rate by ward", "population of Scotland",
     "national insurance", "neighbourhood", "tools", "gov.uk", "https://www.gov.uk/statistics", "statistics.gov.scot",
     "sns.gov.uk.example.com", "notsns.gov.uk", "ness lake", "gross", "snss", "nominis", "register", "interactive map"],
)  # fmt: skip
def test_other_words_find_none(words):
    assert found(words) is None


def test_a_name_that_two_sites_share_gives_both_the_plainer_first():
    assert [s.id for s in search_closed("neighbourhood statistics", SITES)] == [
        "neighbourhood-statistics", "scottish-neighbourhood-statistics",
    ]  # fmt: skip


@given(
    st.sampled_from(SITES), st.sampled_from([str.upper, str.lower, str.title, lambda t: f"  {t}  ", lambda t: f"“{t}”"])
)
def test_every_name_and_address_finds_its_site_however_it_is_written(site, change):
    for name in (site.name, *site.also, *site.addresses):
        assert found(change(name) if "." not in name else name.upper()) == site.id


@given(st.text(max_size=40))
def test_any_text_is_answered(text):
    assert isinstance(search_closed(text, SITES), tuple)


def test_the_text_says_what_when_and_what_instead():
    by_id = {s.id: s for s in SITES}
    assert by_id["neighbourhood-statistics"].text().startswith("ONS closed the site. Date: 12 May 2017. Use Nomis")
    assert "Date not confirmed." in by_id["ninis"].text()
    assert "Date: 2015." in by_id["scottish-neighbourhood-statistics"].text()
    assert by_id["nomis"].when() == ""
    assert "Not confirmed: whether and when it closed" in by_id["floor-targets-interactive"].text()


SMALL = {
    "id": "x", "name": "X", "held": "Figures.", "fate": "closed", "became": "It closed.", "successor": "Y",
    "citation": Citation(publisher="P", title="T"), "queries": ({"gives": "Z.", "query": Query(service="nomis")},),
}  # fmt: skip


@pytest.mark.parametrize(
    ("ended", "words"),
    [("2017-05-12", "12 May 2017"), ("2018-05", "May 2018"), ("2015", "2015"), ("", "date not confirmed")],
)
def test_a_date_is_as_precise_as_it_is_known(ended, words):
    assert ClosedSite.model_validate({**SMALL, "ended": ended}).when() == words


@pytest.mark.parametrize(
    "change", [{"ended": "May 2018"}, {"ended": "2018-13"}, {"fate": "not confirmed"}, {"queries": ()}]
)
def test_a_site_that_hides_a_doubt_is_refused(change):
    with pytest.raises(ValidationError):
        ClosedSite.model_validate({**SMALL, **change})
