"""Options are appraised against doing nothing: real, discounted, transfers apart, every side in view."""

import pytest
from costing import (
    ASSUMPTIONS,
    HERE,
    NOTHING,
    ORACLES,
    SHARE,
    appraisal,
    benefit,
    cost,
    deflator,
    flat,
    vectors,
    with_schedule,
)
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.appraisal.appraise import appraise
from workbench.domain.appraisal.options import Appraisal, Effect, Option
from workbench.domain.parameters import Assumptions
from workbench.domain.project import content_hash
from workbench.errors import AppraisalError, HorizonError, PriceBaseError


def result(*lines, assumptions=ASSUMPTIONS, **fields):
    """The one option that is compared with doing nothing."""
    (only,) = appraise(appraisal(*lines, **fields), assumptions).options
    return only


# --- published totals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "example", [e for e in ORACLES["examples"] if e["id"].startswith("green_book")], ids=lambda e: e["id"]
)
def test_the_green_book_s_own_example(example):
    saving = benefit(example["flows"][1], start_year=1, years=10)
    found = result(cost(1_000_000), saving, horizon=11)
    assert found.npv == pytest.approx(example["npv"], abs=example["nearest"] / 2)


@pytest.mark.parametrize("row", ORACLES["totals"]["rows"], ids=lambda r: str(r["npv"]))
def test_net_present_value_and_ratio_from_published_totals(row):
    found = result(cost(row["pv_costs"]), benefit(row["pv_benefits"]))
    assert found.npv == pytest.approx(row["npv"], abs=row["within"] + 1e-6)
    assert round(found.bcr, row["places"]) == row["bcr"]


def test_mid_year_timing_is_a_named_option_and_is_said():
    example = ORACLES["mid_year"]["options"][0]
    lines = cost(example["cost"], years=30), benefit(example["benefit"], years=30)
    assumptions = with_schedule(flat(ORACLES["mid_year"]["rate"]))
    made = appraisal(*lines, horizon=30, schedule="flat", timing="mid-year")
    results = appraise(made, assumptions)
    assert round(results.options[0].pv_costs) == example["pv_costs"]
    assert results.timing == "Every year is discounted to its middle, year 0 included."
    assert "Year 0 is not discounted" in appraise(appraisal(*lines, horizon=30), ASSUMPTIONS).timing


@pytest.mark.parametrize(
    ("code", "price_year", "fiscal", "economic", "transfer", "total"), ORACLES["public_value"]["rows"]
)
def test_public_value_leaves_transfers_out(code, price_year, fiscal, economic, transfer, total):
    lines = (
        benefit(fiscal - transfer, id="saving", who="NHS", perspective="fiscal", price_year=price_year),
        benefit(transfer, id="payments", who="DWP", perspective="fiscal", is_transfer=True, price_year=price_year),
        benefit(economic, id="earnings", who="The person", perspective="economic", price_year=price_year),
    )
    found = result(*lines, price_year=price_year, horizon=1)
    assert round(found.npv) == total, code
    assert found.npv < fiscal + economic, "not everything added up"
    assert found.pv_transfers == pytest.approx(transfer)
    fiscal_side, economic_side, social_side = found.perspectives
    assert fiscal_side.net_with_transfers == pytest.approx(fiscal), "the public purse does feel the transfer"
    assert (economic_side.net, social_side.net) == (pytest.approx(economic), 0)


@pytest.mark.shared
def test_all_published_public_values_are_held_here(shared):
    rows = vectors(shared, "public_value_excluding_transfers_ucd_v1.4.csv")
    held = {row[0]: row[5] for row in ORACLES["public_value"]["rows"]}
    assert {r["code"]: int(r["published_total_public_value"]) for r in rows} == held
    assert len(rows) == 12


def test_wellby_and_cost_per_job_come_to_the_published_figures():
    example, job = ORACLES["wellby"], ORACLES["additional_job"]
    found = result(benefit(13000, quantity=example["points"], price_year=2019), price_year=2019, horizon=1)
    assert found.pv_benefits == pytest.approx(example["pounds_per_person_a_year"])
    jobs = result(benefit(1, quantity=job["participants"], attribution=job["additionality"])).pv_benefits
    assert round(job["cost"] / jobs) == job["pounds_per_additional_job"]


# --- optimism bias ----------------------------------------------------------------------------------------------------


def test_a_mix_of_buildings_is_uplifted_as_in_the_guidance():
    mix = ORACLES["optimism_bias"]["mix"]
    kinds = ("non_standard_buildings", "standard_buildings")
    found = result(*(cost(100 * mix[kind], id=kind, optimism_bias=kind) for kind in kinds))
    assert found.pv_costs == pytest.approx(100 + mix["cost_percent"])
    duration = sum(mix[kind] * ASSUMPTIONS.bias(kind).duration_upper for kind in kinds)
    assert duration == pytest.approx(mix["duration_percent"])


def test_managing_the_causes_brings_the_uplift_down_as_in_the_guidance():
    example = ORACLES["optimism_bias"]["managed"]
    share = ASSUMPTIONS.bias(example["type"]).share_when_managed(example["managed"])
    found = result(cost(100, optimism_bias=example["type"], optimism_bias_share=share))
    assert round(found.pv_costs - 100) == example["percent"]
    assert found.pv_costs == pytest.approx(104.08)
    assert ASSUMPTIONS.bias(example["type"]).share_when_managed(1.0) == 0, "never below the lower bound"


def test_uplift_and_then_the_cost_of_managing_risk():
    example = ORACLES["optimism_bias"]["uplift_then_risk"]
    lines = (
        cost(example["base"], id="works", optimism_bias="non_standard_buildings", optimism_bias_share=0),
        cost(example["risk_management"], id="risk"),
    )
    found = result(*lines)
    assert found.lines[0].pv[1] == pytest.approx(example["uplifted"])
    assert found.pv_costs == pytest.approx(example["total"])


def test_optimism_bias_is_an_uplift_on_cost_only():
    assert result(benefit(100, optimism_bias="equipment_development")).pv_benefits == 100
    assert result(cost(100, optimism_bias="equipment_development")).pv_costs == pytest.approx(300)


# --- prices -----------------------------------------------------------------------------------------------------------


def test_an_old_value_is_brought_to_the_prices_of_the_appraisal():
    value = ORACLES["public_value"]["rows"]
    total = next(row[5] for row in value if row[0] == "E&E1.0")
    results = appraise(appraisal(benefit(total, price_year=2012)), ASSUMPTIONS)
    assert results.options[0].pv_benefits == pytest.approx(14610 * 100.0 / 71.5454)
    assert round(results.options[0].pv_benefits) == 20421
    assert ASSUMPTIONS.deflator.citation in results.citations
    assert any("not yet compared with the publisher" in note for note in results.notes)


def test_prices_that_rest_on_a_forecast_say_so():
    told = "rests on a forecast of inflation"
    ahead = appraise(appraisal(benefit(100, price_year=2012), price_year=2025), ASSUMPTIONS)
    behind = appraise(appraisal(benefit(100, price_year=2012), price_year=2024), ASSUMPTIONS)
    assert any(told in note for note in ahead.notes)
    assert not any(told in note for note in behind.notes)


def test_prices_of_one_year_need_no_index():
    bare = Assumptions(schedules=ASSUMPTIONS.schedules, deflator=deflator({2000: 1.0}), optimism_bias=())
    results = appraise(appraisal(cost(100)), bare)
    assert results.options[0].pv_costs == 100
    assert results.citations == (ASSUMPTIONS.schedule("standard").citation,)
    assert HERE not in results.citations


def test_every_line_in_prices_that_cannot_be_compared_is_named_at_once():
    bare = ASSUMPTIONS.with_(deflator=deflator({2024: 100.0}))
    lines = cost(1, price_year=2019), benefit(1, price_year=2018), cost(1, id="fine")
    with pytest.raises(
        PriceBaseError, match=r"“Cost”: its prices are of 2019/20.*“Benefit”: its prices are of 2018/19"
    ):
        appraise(appraisal(*lines), bare)


# --- against doing nothing --------------------------------------------------------------------------------------------


def test_each_option_is_compared_with_doing_nothing():
    as_now = cost(40, id="now", option_id="nothing", years=2)
    found = result(cost(100), benefit(30, start_year=1), as_now)
    assert found.pv_costs == pytest.approx(100 - 40 - 40 / 1.035)
    assert found.npv == pytest.approx(30 / 1.035 - found.pv_costs)
    assert [year.costs for year in found.years] == [60, -40, 0, 0, 0]


def test_an_option_that_does_what_is_done_now_is_worth_nothing():
    same = [
        line(7, id=f"{line.__name__}{o}", option_id=o, years=5)
        for line in (cost, benefit)
        for o in ("nothing", "share")
    ]
    found = result(*same)
    assert (found.npv, found.npv_low, found.pv_transfers) == (0, 0, 0)


def test_doing_nothing_is_not_among_the_options_compared():
    results = appraise(appraisal(cost(1), options=(SHARE, NOTHING, Option(id="b", name="B"))), ASSUMPTIONS)
    assert [o.option_id for o in results.options] == ["share", "b"]
    assert (results.baseline_id, results.baseline_name) == ("nothing", "Do nothing")
    assert results.preferred is results.option("share")
    assert results.option("nothing") is None


@pytest.mark.parametrize("lines", [(), (benefit(1),), (cost(5, option_id="nothing"),)])
def test_without_costs_there_is_no_ratio(lines):
    assert result(*lines).bcr is None


# --- every side -------------------------------------------------------------------------------------------------------


def test_low_and_high_take_every_line_at_its_worst_and_its_best():
    found = result(cost(100, low=80, high=150), benefit(120, low=90, high=200))
    assert (found.npv_low, found.npv, found.npv_high) == (90 - 150, 20, 200 - 80)
    assert (found.pv_costs_low, found.pv_costs_high) == (80, 150)
    saved = result(cost(100, id="now", option_id="nothing", low=80, high=150))
    assert (saved.npv_low, saved.npv, saved.npv_high) == (80, 100, 150)


def test_who_pays_and_who_gains():
    lines = (
        cost(100, who="Council"),
        benefit(30, id="a", who="NHS", perspective="fiscal"),
        benefit(50, id="b", who="The person"),
        benefit(500, id="t", who="DWP", is_transfer=True, perspective="fiscal"),
        cost(500, id="u", who="The person", is_transfer=True),
    )
    found = result(*lines)
    assert {p.name: (p.net, p.pv_transfers) for p in found.parties} == {
        "Council": (-100, 0),
        "NHS": (30, 0),
        "The person": (50, -500),
        "DWP": (0, 500),
    }
    assert sum(p.net for p in found.parties) == sum(p.net for p in found.perspectives) == found.npv
    assert found.pv_transfers == 0, "what one party gains another loses"


def test_a_transfer_changes_no_total_of_public_value():
    without, moved = result(cost(9), benefit(10)), result(cost(9), benefit(10), benefit(999, id="t", is_transfer=True))
    assert (moved.npv, moved.bcr, moved.npv_low, moved.npv_high) == (without.npv, without.bcr, without.npv, without.npv)
    assert [y.transfers for y in moved.years] == [999, 0, 0, 0, 0]
    notes = appraise(appraisal(benefit(999, is_transfer=True)), ASSUMPTIONS).notes
    assert any(note.startswith("Take care. Transfers are shown") for note in notes)


def test_the_years_add_up_to_the_net_present_value():
    found = result(cost(100, years=2), benefit(70, start_year=2, years=3), first_year=2026)
    assert [y.label for y in found.years] == ["2026/27", "2027/28", "2028/29", "2029/30", "2030/31"]
    assert [y.net for y in found.years] == [-100, -100, 70, 70, 70]
    assert found.years[-1].cumulative == pytest.approx(found.npv)
    assert sum(y.discounted_costs for y in found.years) == pytest.approx(found.pv_costs)


def test_what_would_have_happened_anyway_is_not_counted():
    assert result(benefit(10, quantity=20, attribution=0.25)).pv_benefits == 50
    assert result(cost(10, attribution=0.25)).pv_costs == 10, "a cost is borne whole"


def test_effects_without_a_price_stay_in_view():
    effects = (
        Effect(id="e", option_id="share", label="Trust"),
        Effect(id="f", option_id="other"),
        Effect(id="g", label="Of every option"),
    )
    assert [e.id for e in result(cost(1), effects=effects).effects] == ["e", "g"]


def test_guesses_and_assumptions_are_listed():
    lines = cost(1, id="g", status="guess"), cost(1, id="a", status="assumption"), cost(1, id="o")
    results = appraise(appraisal(*lines), ASSUMPTIONS)
    assert ([x.id for x in results.guesses], [x.id for x in results.assumed]) == (["g"], ["a"])


def test_results_remember_what_they_came_from():
    made = appraisal(cost(1))
    assert appraise(made, ASSUMPTIONS).made_from == content_hash(made)
    other = with_schedule(flat(0.01))
    assert appraise(made, other).assumptions_hash != appraise(made, ASSUMPTIONS).assumptions_hash


def test_a_rate_that_is_not_in_force_is_used_only_when_named_and_says_so():
    results = appraise(appraisal(cost(1), schedule="review_2026"), ASSUMPTIONS)
    assert any("Not in force" in note for note in results.notes)
    assert Appraisal().schedule == "standard"


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "error", "says"),
    [
        (Appraisal(), AppraisalError, "There are no options yet"),
        (appraisal(options=(SHARE,)), AppraisalError, "No option is the do-nothing case"),
        (appraisal(cost(1, start_year=4, years=2)), HorizonError, "runs to year 5, and the appraisal ends with year 4"),
        (appraisal(horizon=40, schedule="review_2026"), HorizonError, "does not reach year 39"),
        (appraisal(schedule="standrd"), AppraisalError, "not a known discount schedule. Choose one of: standard, "),
        (appraisal(cost(1, optimism_bias="software")), AppraisalError, "Choose none or one of: equipment_development"),
    ],
)
def test_what_cannot_be_computed_is_refused(made, error, says):
    with pytest.raises(error, match=says) as caught:
        appraise(made, ASSUMPTIONS)
    assert type(caught.value) is error


def test_faults_of_several_kinds_are_reported_in_one_message():
    made = appraisal(cost(1, start_year=9), benefit(1, price_year=1900), options=(SHARE,))
    with pytest.raises(AppraisalError) as caught:
        appraise(made, ASSUMPTIONS)
    assert type(caught.value) is AppraisalError
    for said in ("do-nothing case", "runs to year 9", "prices are of 1900/01"):
        assert said in str(caught.value)


def test_a_misspelt_key_is_never_matched_to_a_near_one():
    with pytest.raises(AppraisalError, match="Choose one of: health"):
        ASSUMPTIONS.schedule("healt")
    with pytest.raises(AppraisalError, match="Choose one of: outsourcing"):
        ASSUMPTIONS.bias("outsource")


# --- properties -------------------------------------------------------------------------------------------------------

AMOUNT = st.floats(0, 1e7)
LINE = st.fixed_dictionaries(
    {
        "amount": AMOUNT,
        "quantity": st.floats(0, 1000),
        "start_year": st.integers(0, 2),
        "years": st.integers(1, 3),
        "price_year": st.integers(2000, 2026),
        "option_id": st.sampled_from(["share", "nothing"]),
        "is_transfer": st.booleans(),
    }
)


def lines_of(specs):
    makers = (cost, benefit)
    return [
        makers[n % 2](s["amount"], id=f"l{n}", **{k: v for k, v in s.items() if k != "amount"})
        for n, s in enumerate(specs)
    ]


@given(st.lists(LINE, min_size=1, max_size=6), st.data())
def test_net_present_value_is_linear_in_each_line(specs, data):
    lines = lines_of(specs)
    which = data.draw(st.integers(0, len(lines) - 1))

    def npv(factor):
        changed = lines[which].with_(quantity=lines[which].quantity * factor)
        return result(*lines[:which], changed, *lines[which + 1 :]).npv

    scale = 1 + abs(npv(0)) + abs(npv(1))
    assert npv(3) - npv(0) == pytest.approx(3 * (npv(1) - npv(0)), abs=1e-9 * scale)


@given(st.lists(LINE, max_size=6))
def test_every_view_of_the_total_is_the_same_total(specs):
    found = result(*lines_of(specs))
    scale = 1 + sum(abs(x.pv[1]) for x in found.lines)
    for total in (
        found.pv_benefits - found.pv_costs,
        sum(p.net for p in found.parties),
        sum(p.net for p in found.perspectives),
        found.years[-1].cumulative,
        sum(x.weight * x.pv[1] for x in found.lines),
    ):
        assert total == pytest.approx(found.npv, abs=1e-9 * scale)
    assert found.npv_low <= found.npv + 1e-9 * scale
    assert found.npv_high >= found.npv - 1e-9 * scale
