"""A project comes apart into one entry per field and goes together again; what changed is told field by field."""

from __future__ import annotations

import types
import typing
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.appraisal.options import Appraisal, Effect, Line, Option
from workbench.domain.base import Entity, Value
from workbench.domain.logic_model import Link, LogicModel, Node
from workbench.domain.need import Need
from workbench.domain.project import (
    DELETED,
    Project,
    Prose,
    changed,
    cleaned,
    entity_type,
    flatten,
    put,
    repeated_ids,
    unflatten,
)
from workbench.domain.request import DataItem, DataRequest

# --- any project at all ----------------------------------------------------------------------------------------------

IDS = st.text("abcXYZ019_.-", min_size=1, max_size=4)
LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    date: st.dates(),
    type(None): st.none(),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value that a field of this kind may hold."""
    if kind in LEAVES:
        return LEAVES[kind]
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return st.sampled_from(args)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values(arg) for arg in args])
    if origin is tuple:
        unique = {"unique_by": lambda e: e.id} if isinstance(args[0], type) and issubclass(args[0], Entity) else {}
        return st.lists(values(args[0]), max_size=3, **unique).map(tuple)
    return built(kind)


def built(model: type[Value]) -> st.SearchStrategy[Any]:
    fields = {name: values(info.annotation) for name, info in model.model_fields.items() if name != "schema_version"}
    if "id" in fields:
        fields["id"] = IDS
    return st.builds(model, **fields)


projects = built(Project)


@given(projects)
def test_taking_apart_and_putting_together_gives_the_same_project(project: Project):
    assert Project.model_validate(unflatten(flatten(project))) == project


@given(projects, projects)
def test_the_changed_entries_lead_from_one_project_to_the_other(one: Project, other: Project):
    before = flatten(one)
    after = flatten(other, before)
    fields = dict(before)
    for path, value in changed(before, after).items():
        if value is DELETED:
            del fields[path]
        else:
            fields[path] = value
    assert Project.model_validate(unflatten(fields)) == other


@given(projects)
def test_cleaning_twice_is_cleaning_once_and_leaves_no_loose_end(project: Project):
    clean = cleaned(project)
    assert cleaned(clean) == clean
    nodes = {n.id for n in clean.logic_model.nodes}
    links = clean.logic_model.links
    assert all({x.source, x.target} <= nodes for x in links)
    assert len({(x.source, x.target) for x in links}) == len(links)
    assert {x.outcome_id for x in clean.appraisal.lines} <= nodes | {""}


@given(projects)
def test_a_project_of_distinct_ids_is_taken(project: Project):
    assert repeated_ids(project) == ()


# --- positions --------------------------------------------------------------------------------------------------------


def needs(*ids: str) -> Project:
    return Project(id="p", needs=tuple(Need(id=i) for i in ids))


def moved(before: Project, after: Project) -> dict[str, Any]:
    """The positions that change when one follows the other."""
    known = flatten(before)
    changes = changed(known, flatten(after, known))
    return {path: value for path, value in changes.items() if path.count("/") == 1}


def test_a_newcomer_in_the_middle_leaves_the_others_where_they_are():
    assert moved(needs("a", "b", "c"), needs("a", "new", "b", "c")) == {"needs/new": 0.5}


def test_a_newcomer_at_either_end():
    assert moved(needs("b"), needs("a", "b", "c")) == {"needs/a": -1.0, "needs/c": 1.0}


def test_removing_one_writes_one_entry():
    assert moved(needs("a", "b", "c", "d"), needs("a", "c", "d")) == {"needs/b": DELETED}


def test_moving_the_last_to_the_front_writes_one_position():
    assert moved(needs("a", "b", "c", "d"), needs("d", "a", "b", "c")) == {"needs/d": -1.0}


def test_where_no_room_is_left_between_two_positions_all_are_numbered_afresh():
    between = flatten(needs("a", "0", "b"), {"needs/a": 1.0, "needs/b": 1.0000000000000002})
    assert [between[f"needs/{i}"] for i in ("a", "0", "b")] == [0.0, 1.0, 2.0]


def test_equal_positions_which_two_people_gave_at_once_are_left_alone():
    known = {"needs/a": 3.0, "needs/b": 3.0}
    assert flatten(needs("a", "b"), known)["needs/b"] == 3.0


@given(st.lists(IDS, unique=True, max_size=8), st.lists(IDS, unique=True, max_size=8), st.data())
def test_any_order_is_kept_through_positions(old: list[str], new: list[str], data: st.DataObject):
    known = {f"needs/{i}": data.draw(st.sampled_from([0.0, 0.5, 1.0, 1.5])) for i in old}
    back = unflatten(flatten(needs(*new), known))
    assert [n["id"] for n in back["needs"]] == new


# --- deleted entities -------------------------------------------------------------------------------------------------


def test_only_the_entry_of_a_deleted_entity_goes_so_that_it_can_come_back_whole():
    before = flatten(Project(id="p", needs=(Need(id="n1", question="Who?"),)))
    assert changed(before, flatten(Project(id="p"))) == {"needs/n1": DELETED}


def test_fields_of_a_deleted_entity_are_left_unread():
    assert unflatten({"id": "p", "needs/n1/question": "Who?"})["needs"] == []


def test_no_entity_lies_within_another():
    # `changed` leaves the fields of a deleted entity behind; entities within it would come back with it unasked.
    def entities(model: type[Value]) -> list[type[Entity]]:
        found: list[type[Entity]] = []
        for name, info in model.model_fields.items():
            if (inner := entity_type(model, name)) is not None:
                found.append(inner)
            elif isinstance(info.annotation, type) and issubclass(info.annotation, Value):
                found += entities(info.annotation)
        return found

    assert len(entities(Project)) >= 10
    assert [e.__name__ for e in entities(Project) if entities(e)] == []


def test_a_position_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="could not convert"):
        unflatten({"id": "p", "needs/n1": "first"})


# --- cleaning ---------------------------------------------------------------------------------------------------------

A, B = Node(id="a", level="input"), Node(id="b", level="activity")


def test_of_two_links_between_the_same_boxes_the_first_id_stays_whatever_the_order():
    links = (Link(id="l2", source="a", target="b", mechanism="later"), Link(id="l1", source="a", target="b"))
    for order in (links, links[::-1]):
        model = LogicModel(nodes=(A, B), links=order)
        assert [x.id for x in cleaned(Project(id="p", logic_model=model)).logic_model.links] == ["l1"]


def test_the_way_back_is_another_link():
    links = (Link(id="l1", source="a", target="b"), Link(id="l2", source="b", target="a", feedback=True))
    project = Project(id="p", logic_model=LogicModel(nodes=(A, B), links=links))
    assert cleaned(project) is project


def test_references_to_what_is_gone_are_dropped():
    item = DataItem(id="i", need_ids=("n", "gone"), node_ids=("a", "gone"))
    lines = (
        Line(id="kept", option_id="o", direction="benefit", price_year=2025, outcome_id="gone"),
        Line(id="lost", option_id="gone", direction="cost", price_year=2025),
    )
    project = cleaned(
        Project(
            id="p",
            needs=(Need(id="n"),),
            logic_model=LogicModel(nodes=(A,)),
            request=DataRequest(items=(item,)),
            appraisal=Appraisal(options=(Option(id="o"),), lines=lines, effects=(Effect(id="e", option_id="gone"),)),
        )
    )
    assert project.request.items[0].need_ids == ("n",)
    assert project.request.items[0].node_ids == ("a",)
    assert [(x.id, x.outcome_id) for x in project.appraisal.lines] == [("kept", "")]
    assert project.appraisal.effects[0].option_id == ""  # an effect that nobody can place stays in view


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_two_entities_with_one_id_are_found_wherever_they_are():
    project = Project(id="p", logic_model=LogicModel(nodes=(A, A.with_(label="again"))))
    assert [f.where for f in repeated_ids(project)] == ["logic_model/nodes/a"]


def test_a_need_is_put_in_its_place_and_taken_out_with_what_refers_to_it():
    project = needs("a", "b").with_(request=DataRequest(items=(DataItem(id="i", need_ids=("a", "b")),)))
    assert [n.question for n in project.with_need(Need(id="a", question="Who?")).needs] == ["Who?", ""]
    assert project.without_need("a").request.items[0].need_ids == ("b",)


def test_the_words_of_a_section():
    project = Project(id="p", prose=put((), Prose(id="purpose", text="To help.")))
    assert (project.prose_for("purpose"), project.prose_for("cost")) == ("To help.", "")


@given(projects, projects)
def test_equal_projects_have_equal_hashes_and_others_do_not(one: Project, other: Project):
    assert one.content_hash() == Project.model_validate(one.model_dump()).content_hash()
    assert (one.content_hash() == other.content_hash()) == (one.model_dump_json() == other.model_dump_json())
