"""Each rule speaks when it should, names the field, and is silent when all is well."""

import pytest
from costing import ASSUMPTIONS, MODEL, NOTHING, SHARE, appraisal, benefit, cost, deflator

from workbench.domain.appraisal.appraise import appraise, check_appraisal
from workbench.domain.appraisal.checks import refusals
from workbench.domain.appraisal.options import Appraisal, Option
from workbench.domain.logic_model import LogicModel
from workbench.errors import AppraisalError


def faults(made, assumptions=ASSUMPTIONS, model=MODEL):
    return check_appraisal(made, assumptions, model)


SOUND = appraisal(cost(100), benefit(200, start_year=1, years=4))


def test_a_sound_appraisal_has_no_faults():
    assert faults(SOUND) == ()


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"label": " "}, "label", "nobody can tell what it is"),
        ({"who": ""}, "who", "does not say who"),
        ({"source": ""}, "source", "the value has no source"),
        ({"status": "guess"}, "status", "the value is a guess"),
        ({"quantity": 30.0}, "quantity_note", "the quantity has no source"),
        ({"quantity": 0.0, "quantity_note": "x"}, "unit_central", "counts as nil"),
        ({"unit_low": -1.0}, "unit_central", "below zero"),
        ({"unit_low": 201.0}, "unit_low", "does not lie between low and high"),
        ({"unit_high": 199.0}, "unit_low", "does not lie between low and high"),
        ({"outcome_id": ""}, "outcome_id", "names no outcome"),
        ({"outcome_id": "gone"}, "outcome_id", "is not in the logic model"),
        ({"outcome_id": "list"}, "outcome_id", "values an output, not an outcome"),
        ({"optimism_bias": "outsourcing"}, "optimism_bias", "is an uplift on cost"),
        ({"label": "Universal Credit saved", "perspective": "fiscal"}, "is_transfer", "only moves between parties"),
        ({"source": "UCD, JSA payments", "perspective": "fiscal"}, "is_transfer", "only moves between parties"),
        ({"optimism_bias": "softwear"}, "optimism_bias", "type of project is not known"),
        ({"option_id": "gone"}, "option_id", "belongs to no option"),
        ({"start_year": -1}, "start_year", "begins before year 0"),
        ({"years": 0}, "years", "lasts for no year"),
        ({"years": 5}, "years", "runs to year 5, and the appraisal ends with year 4"),
        ({"price_year": 1900}, "price_year", "no price index is held for 1900/01"),
        ({"attribution": 1.2}, "attribution", "not between 0 and 1"),
        ({"optimism_bias_share": -0.1}, "optimism_bias_share", "not between 0 and 1"),
    ],
)
def test_one_thing_wrong_with_a_benefit_is_found(changes, field, says):
    made = SOUND.with_(lines=(SOUND.lines[0], SOUND.lines[1].with_(**changes)))
    found = [f for f in faults(made) if f.where == f"appraisal/lines/benefit/{field}" and says in f.message]
    assert found
    assert all(f.remedy.endswith(".") and f.message.endswith(".") for f in faults(made))
    assert {f.where for f in faults(made)} == {f"appraisal/lines/benefit/{field}"}


def test_a_cost_is_borne_whole():
    (fault,) = faults(appraisal(cost(1, attribution=0.5), benefit(1)))
    assert fault.where == "appraisal/lines/cost/attribution"


def test_a_cost_needs_no_outcome_and_a_transfer_marked_so_is_fine():
    saved = benefit(9, id="t", label="Universal Credit saved", is_transfer=True, perspective="fiscal")
    assert faults(appraisal(cost(1), benefit(2), saved)) == ()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "There are no options yet"),
        ((SHARE,), "No option is the do-nothing case"),
        ((NOTHING, NOTHING.with_(id="n2"), SHARE), "2 options are the do-nothing case"),
        ((NOTHING, SHARE, SHARE), "2 options share this id"),
        ((NOTHING, SHARE.with_(preferred=False)), "No option is preferred"),
        ((NOTHING.with_(preferred=True), SHARE), "2 options are preferred"),
        ((NOTHING, SHARE, Option(id="o", name="Ask")), "“Ask” has neither costs nor benefits yet"),
        ((NOTHING.with_(name=""), SHARE), "An option has no name"),
    ],
)
def test_options_that_cannot_be_compared_or_told_apart(options, says):
    assert any(says in f.message for f in faults(SOUND.with_(options=options)))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"horizon": 0, "lines": ()}, "The appraisal covers no year"),
        ({"horizon": 51}, "more than 50 years"),
        ({"schedule": "review_2026"}, "is not in force"),
        ({"schedule": "lower_rate_sensitivity"}, "is not the rate for money"),
        ({"schedule": "health"}, "is not the rate for money"),
        ({"schedule": "standrd"}, "not a known discount schedule"),
        ({"schedule": "review_2026", "horizon": 32}, "does not reach year 31"),
        ({"schedule": "review_2026", "horizon": 31, "timing": "mid-year"}, "does not reach year 31"),
    ],
)
def test_a_basis_that_does_not_hold(fields, says):
    assert any(says in f.message for f in faults(SOUND.with_(**fields)))


def test_the_last_year_of_a_schedule_is_still_within_it():
    assert not any("does not reach" in f.message for f in faults(SOUND.with_(schedule="review_2026", horizon=31)))


def pair(**two):
    return appraisal(
        cost(1),
        benefit(5, id="a", who="Council", perspective="fiscal"),
        benefit(6, id="b", **{"who": "council ", **two}),
    )


@pytest.mark.parametrize("perspective", ["economic"])
def test_one_outcome_valued_as_fiscal_and_economic_for_the_same_party_is_counted_twice(perspective):
    (fault,) = faults(pair(perspective=perspective))
    assert fault.where == "appraisal/lines/b/perspective"
    assert "may be counted twice" in fault.message


@pytest.mark.parametrize("perspective", ["economic", "social"])
def test_society_s_gain_holds_the_government_s(perspective):
    (fault,) = faults(pair(perspective=perspective, who="Society"))
    assert "once as fiscal and once as" in fault.message


@pytest.mark.parametrize(
    "two",
    [
        {"perspective": "fiscal"},
        {"perspective": "economic", "who": "The person"},
        {"perspective": "economic", "is_transfer": True},
        {"perspective": "economic", "option_id": "other"},
        {"perspective": "economic", "outcome_id": "well"},
    ],
)
def test_two_gains_that_differ_are_not_one_counted_twice(two):
    assert not any("counted twice" in f.message for f in faults(pair(**two)))


def test_all_faults_come_together():
    made = appraisal(cost(1, who="", source=""), benefit(1, outcome_id="", years=9), options=(SHARE,))
    assert {f.where.rpartition("/")[2] for f in faults(made)} >= {"options", "who", "source", "outcome_id", "years"}


def test_faults_that_stop_the_sum_are_the_ones_appraise_refuses():
    bare = ASSUMPTIONS.with_(deflator=deflator({2024: 100.0}))
    for made, assumptions in ((Appraisal(), ASSUMPTIONS), (appraisal(cost(1, price_year=2000)), bare)):
        assert refusals(made, assumptions)
        assert {r.fault for r in refusals(made, assumptions)} <= set(check_appraisal(made, assumptions, LogicModel()))
        with pytest.raises(AppraisalError):
            appraise(made, assumptions)
    assert refusals(SOUND, ASSUMPTIONS) == ()
