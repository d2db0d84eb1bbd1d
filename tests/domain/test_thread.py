"""The thread from need to benefit, and the gaps it names."""

from hypothesis import given
from hypothesis import strategies as st
from proposals import APPRAISAL, MODEL, NEEDS, PROJECT, REQUEST, VERDICTS, model_with, request_with, verdict

from workbench.domain.logic_model import Link, Node
from workbench.domain.request import DataItem
from workbench.domain.thread import first_outcomes, thread

ITEM = REQUEST.items[0]


def gaps(project, verdicts=VERDICTS):
    return [gap for row in thread(project, verdicts) for gap in row.gaps]


def test_a_sound_proposal_has_one_unbroken_thread():
    answered, row = thread(PROJECT, VERDICTS)
    assert (answered.need, answered.verdict, answered.gaps) == ("Which wards?", "Enough as published", ())
    assert (row.need, row.verdict, row.item, row.activity, row.outcome, row.indicator, row.benefit, row.gaps) == (
        "Who is missed?",
        "Not enough",
        "Year of birth",
        "Write to people",
        "More stay in work",
        "Share in work",
        "More in work",
        (),
    )


def test_a_transfer_is_no_benefit():
    lines = tuple(x for x in APPRAISAL.lines if x.id != "jobs")
    assert gaps(PROJECT.with_(appraisal=APPRAISAL.with_(lines=lines))) == ["No benefit line values the outcome."]


def test_lines_of_an_option_that_is_not_preferred_do_not_count():
    lines = tuple(x.with_(option_id="con") for x in APPRAISAL.lines)
    assert gaps(PROJECT.with_(appraisal=APPRAISAL.with_(lines=lines))) == ["No benefit line values the outcome."]
    none_preferred = tuple(o.with_(preferred=False) for o in APPRAISAL.options)
    assert gaps(PROJECT.with_(appraisal=APPRAISAL.with_(lines=lines, options=none_preferred))) == []


def test_every_break_is_named():
    assert gaps(request_with(items=())) == ["No data item answers it.", "No data item feeds it."]
    assert "It feeds no activity." in gaps(request_with(items=(ITEM.with_(node_ids=()),)))
    assert "“Year of birth” has no reason." in gaps(request_with(items=(ITEM.with_(reason=""),)))
    assert "No need asks for it." in gaps(request_with(items=(ITEM.with_(need_ids=()),)))
    broken = model_with(links=tuple(k for k in MODEL.links if k.source != "out"))
    assert gaps(broken) == ["The activity leads to no outcome.", "No data item feeds it."]
    plain = model_with(nodes=tuple(n.with_(indicator="") for n in MODEL.nodes))
    assert gaps(plain) == ["The outcome has no indicator."]


def test_a_need_says_why_it_goes_no_further():
    def said(status, need="wards", **more):
        return gaps(PROJECT, (verdict(need, status, **more), VERDICTS[1]))

    assert said("met") == said("partly") == []
    assert said("unknown") == ["It is not known whether published figures are enough."]
    assert said("not met") == ["No figures answer it yet; ask for an ad-hoc table."]
    assert gaps(PROJECT, VERDICTS[1:]) == ["The need has not been tested."]


def test_items_that_go_the_same_way_share_a_row():
    two = (ITEM, ITEM.with_(id="ward", name="Ward"))
    row = thread(request_with(items=two), VERDICTS)[1]
    assert (row.item, row.item_ids) == ("Year of birth; Ward", ("birth", "ward"))


def test_the_nearest_outcomes_count_and_feedback_is_not_followed():
    more = MODEL.with_(
        nodes=(*MODEL.nodes, Node(id="later", level="outcome")),
        links=(*MODEL.links, Link(id="x", source="oc", target="later")),
    )
    assert [n.id for n in first_outcomes(more, "act")] == ["oc"]
    loop = more.with_(links=tuple(k.with_(feedback=k.id == "act-out") for k in more.links))
    assert first_outcomes(loop, "act") == ()
    assert first_outcomes(more, "gone") == ()


items = st.builds(
    DataItem,
    id=st.sampled_from(["a", "b"]),
    need_ids=st.sampled_from([(), ("people",), ("wards", "people"), ("gone",)]),
    node_ids=st.sampled_from([(), ("act",), ("in",), ("gone",)]),
)


@given(st.lists(items, max_size=3, unique_by=lambda i: i.id))
def test_every_need_item_and_outcome_is_somewhere_in_the_thread(chosen):
    rows = thread(request_with(items=tuple(chosen)), VERDICTS)
    assert {r.need_id for r in rows} >= {n.id for n in NEEDS}
    assert {i for r in rows for i in r.item_ids} == {i.id for i in chosen}
    assert "oc" in {r.outcome_id for r in rows}
