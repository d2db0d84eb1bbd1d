"""The thirteen checks of a logic model, the rule for links, and what falls with an assumption."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.logic_model import LEVELS, Link, LogicModel, Node
from workbench.domain.model_checks import RANK, check, falls_if, leads_to_outcome, link_refusal, reachable

SAID = {"mechanism": "m", "assumption": "a", "evidence": "e", "strength": "weak", "risk": "r"}
MEASURED = {
    "indicator": "i",
    "baseline": "b",
    "target": "t",
    "indicator_source": "s",
    "owner": "o",
    "measured_by": "2029",
    "indicator_use": "both",
}
LABELS = {
    "input": "Key workers",
    "activity": "Make a plan",
    "output": "Plans made",
    "outcome": "More stay in work",
    "impact": "Fewer out of work",
}


def link(source, target, **more):
    return Link(id=f"{source}-{target}", source=source, target=target, **{**SAID, **more})


def whole(**changes):
    """A model that passes every check."""
    nodes = tuple(Node(id=lv, level=lv, label=LABELS[lv], **(MEASURED if lv == "outcome" else {})) for lv in LEVELS)
    links = tuple(link(a, b) for a, b in pairwise(LEVELS))
    model = LogicModel(
        nodes=nodes,
        links=links,
        target_group="g",
        external_factors="f",
        unintended_effects="u",
        review_date="d",
        agreed_by="a",
    )
    return model.with_(**changes)


def with_node(model, node_id, **changes):
    return model.with_(nodes=tuple(n.with_(**changes) if n.id == node_id else n for n in model.nodes))


def with_link(model, link_id, **changes):
    return model.with_(links=tuple(k.with_(**changes) if k.id == link_id else k for k in model.links))


def without_link(model, link_id):
    return model.with_(links=tuple(k for k in model.links if k.id != link_id))


def adding(model, *links):
    return model.with_(links=(*model.links, *links))


def test_a_whole_model_passes_every_check():
    assert check(whole()) == ()


def test_an_empty_model_says_where_to_start():
    (finding,) = check(LogicModel())
    assert (finding.severity, finding.remedy) == ("blocks", "Start with the impact and work back.")


# One planted fault for each of the thirteen checks: the model, the check, its weight, its subject, and what is said.
PLANTED = [
    (
        whole(nodes=(*whole().nodes, Node(id="lone", level="activity", label="Hold a fair"))),
        ("linked", "blocks", "lone", "“Hold a fair” is linked to nothing."),
    ),
    (without_link(whole(), "input-activity"), ("linked", "blocks", "input", "“Key workers” is linked to nothing.")),
    (
        without_link(whole(), "output-outcome"),
        ("linked", "weakens", "output", "“Plans made” leads to nothing."),
    ),
    (
        adding(without_link(whole(), "activity-output"), link("activity", "outcome", skip_reason="s")),
        ("linked", "weakens", "output", "Nothing leads to “Plans made”."),
    ),
    (
        without_link(whole(), "activity-output"),
        ("outcome-reached", "blocks", "outcome", "No activity leads to “More stay in work”."),
    ),
    (
        without_link(whole(), "output-outcome"),
        ("activity-leads", "blocks", "activity", "“Make a plan” leads to no outcome."),
    ),
    (
        without_link(whole(), "outcome-impact"),
        ("impact-reached", "weakens", "impact", "No activity leads to “Fewer out of work”."),
    ),
    (
        adding(whole(), link("activity", "outcome")),
        ("levels", "weakens", "activity-outcome", "leaves out outputs."),
    ),
    (
        adding(whole(), link("input", "outcome")),
        ("levels", "weakens", "input-outcome", "leaves out activities and outputs."),
    ),
    (adding(whole(), link("outcome", "activity")), ("direction", "blocks", "outcome-activity", "runs backwards.")),
    (adding(whole(), link("outcome", "outcome")), ("direction", "blocks", "outcome-outcome", "joins a box to itself.")),
    (
        with_link(whole(), "activity-output", assumption=" ", risk=""),
        ("link-said", "weakens", "activity-output", "“Plans made” has no assumption and risk."),
    ),
    (
        with_link(whole(), "activity-output", strength=""),
        ("link-said", "weakens", "activity-output", "has no strength."),
    ),
    (
        with_link(whole(), "activity-output", strength="none"),
        ("link-said", "note", "activity-output", "rests on no evidence."),
    ),
    (
        with_node(whole(), "outcome", indicator=""),
        ("indicator", "weakens", "outcome", "“More stay in work” has no indicator."),
    ),
    (
        with_node(whole(), "outcome", owner="", baseline=""),
        ("indicator", "weakens", "outcome", "has no baseline and owner."),
    ),
    (
        with_node(whole(), "outcome", indicator_use=""),
        ("indicator", "note", "outcome", "does not say what it is for."),
    ),
    (whole(external_factors=""), ("alternatives", "weakens", "", "what else could bring")),
    (whole(target_group=" "), ("target-group", "blocks", "", "The target group is not stated.")),
    (whole(unintended_effects=""), ("unintended", "weakens", "", "effects you do not want")),
    (whole(review_date=""), ("review-date", "weakens", "", "There is no review date.")),
    (whole(agreed_by=""), ("agreed", "weakens", "", "who agreed the model")),
]


@pytest.mark.parametrize(("model", "expected"), PLANTED)
def test_each_planted_fault_is_found_and_named(model, expected):
    key, severity, subject, words = expected
    found = [f for f in check(model) if (f.check, f.severity, f.subject_id) == (key, severity, subject)]
    assert any(words in f.message for f in found), [f.message for f in check(model)]
    assert all(f.remedy for f in found)


def test_every_check_has_a_planted_fault():
    assert {expected[0] for _, expected in PLANTED} == {
        "linked", "outcome-reached", "activity-leads", "impact-reached", "levels", "direction", "link-said",
        "indicator", "alternatives", "target-group", "unintended", "review-date", "agreed",
    }  # fmt: skip


def test_a_circle_is_found_on_each_of_its_links():
    two = whole(nodes=(*whole().nodes, Node(id="b", level="outcome", label="B", **MEASURED)))
    circle = adding(two, link("outcome", "b"), link("b", "outcome"))
    found = {f.subject_id for f in check(circle) if f.check == "direction"}
    assert found == {"outcome-b", "b-outcome"}
    assert not [f for f in check(with_link(circle, "b-outcome", feedback=True)) if f.check == "direction"]


def test_a_reason_or_a_feedback_mark_takes_the_finding_away():
    skipping = adding(whole(), link("activity", "outcome", skip_reason="It shows at once."))
    looping = adding(whole(), link("outcome", "activity", feedback=True))
    assert check(skipping) == ()
    assert check(looping) == ()


def test_boxes_with_the_same_words_are_told_apart_by_level():
    model = with_node(without_link(whole(), "activity-output"), "output", label=LABELS["outcome"])
    assert any("“More stay in work” (outcome)" in f.message for f in check(model))


def test_a_box_without_words_is_still_named():
    model = with_node(without_link(whole(), "activity-output"), "outcome", label="")
    assert any(f.message == "No activity leads to an outcome without words." for f in check(model))


def test_findings_come_the_gravest_first():
    weights = [f.severity for f in check(without_link(whole(agreed_by="", target_group=""), "activity-output"))]
    assert weights == sorted(weights, key=("blocks", "weakens", "note").index)


@pytest.mark.parametrize(
    ("source", "target", "feedback", "says"),
    [
        ("activity", "outcome", False, ""),
        ("activity", "activity", False, "A link must join two different boxes."),
        ("activity", "output", False, "These two boxes are already linked."),
        ("activity", "output", True, "These two boxes are already linked."),
        ("output", "activity", False, "Links run from inputs towards impact."),
        ("output", "activity", True, ""),
        ("activity", "gone", False, "Choose two boxes that are in the model."),
    ],
)
def test_a_link_is_taken_or_refused_with_the_reason(source, target, feedback, says):
    said = link_refusal(whole(), source, target, feedback)
    assert said.startswith(says)
    assert bool(said) == bool(says)


def test_a_link_that_would_close_a_circle_is_refused():
    two = whole(nodes=(*whole().nodes, Node(id="b", level="outcome")))
    one_way = adding(two, link("outcome", "b"))
    assert link_refusal(one_way, "b", "outcome").startswith("This would close a circle.")
    assert link_refusal(one_way, "b", "outcome", feedback=True) == ""


def test_an_outcome_falls_with_its_only_way():
    assert falls_if(whole(), "activity-output") == ("outcome", "impact")
    assert falls_if(whole(), "outcome-impact") == ("impact",)
    assert falls_if(whole(), "input-activity") == ()
    assert falls_if(whole(), "no such link") == ()


def test_an_outcome_with_a_second_way_stands():
    model = adding(whole(), link("activity", "outcome", skip_reason="s"))
    assert falls_if(model, "activity-output") == ()


def test_a_feedback_loop_is_no_way_to_an_outcome():
    model = with_link(whole(), "activity-output", feedback=True)
    assert "outcome" not in reachable(model)
    assert not leads_to_outcome(model, "activity")


# --- properties -------------------------------------------------------------------------------------------------------

IDS = [f"b{i}" for i in range(6)]


@st.composite
def models(draw):
    nodes = tuple(Node(id=i, level=draw(st.sampled_from(LEVELS)), label=i) for i in IDS)
    pairs = draw(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), st.booleans()), max_size=10))
    links = tuple(Link(id=f"k{n}", source=a, target=b, feedback=f) for n, (a, b, f) in enumerate(pairs))
    return LogicModel(nodes=nodes, links=links)


@given(models(), st.sampled_from(IDS), st.sampled_from(IDS), st.booleans())
def test_adding_a_link_never_makes_a_reached_box_unreached(model, source, target, feedback):
    more = adding(model, Link(id="new", source=source, target=target, feedback=feedback))
    assert reachable(model) <= reachable(more)


@given(models(), st.sampled_from(IDS), st.sampled_from(IDS), st.booleans())
def test_a_link_that_is_taken_brings_no_fault_of_direction(model, source, target, feedback):
    before = [f for f in check(model) if f.check == "direction"]
    if link_refusal(model, source, target, feedback) == "":
        more = adding(model, Link(id="new", source=source, target=target, feedback=feedback))
        assert [f for f in check(more) if f.check == "direction"] == before


@given(models(), st.integers(0, 9))
def test_what_falls_was_reached_and_is_not_any_longer(model, n):
    fallen = falls_if(model, f"k{n}")
    left = without_link(model, f"k{n}")
    assert set(fallen) <= reachable(model)
    assert not set(fallen) & reachable(left)
    still = {i for i in reachable(model) - reachable(left) if RANK[next(x.level for x in model.nodes if x.id == i)] > 2}
    assert set(fallen) == still


@given(models())
def test_links_only_made_by_the_rule_hold_no_circle_and_run_forward(model):
    """A model built link by link through the rule passes the check of direction."""
    built = model.with_(links=())
    for k in model.links:
        if link_refusal(built, k.source, k.target, k.feedback) == "":
            built = adding(built, k)
    assert not [f for f in check(built) if f.check == "direction"]


@given(models())
def test_deleting_any_box_leaves_a_model_that_can_be_checked(model):
    fewer = model.with_(nodes=model.nodes[1:])
    assert all(f.message and f.remedy for f in check(fewer))
