"""A cube comes back as it was written, however it was written, or is refused."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import SourceUnavailable
from workbench.sources.services.jsonstat import MOST_CELLS, parse

SMALL = {
    "version": "2.0",
    "class": "dataset",
    "label": "Claimants",
    "id": ["sex", "month"],
    "size": [2, 3],
    "dimension": {
        "sex": {"label": "Sex", "category": {"index": ["f", "m"], "label": {"f": "Women", "m": "Men"}}},
        "month": {"category": {"index": {"b": 1, "a": 0, "c": 2}}},
    },
    "role": {"time": ["month"]},
    "value": [1, 2, 3, 4, 5, 6],
}


def read(**changes):
    return parse(json.dumps({**SMALL, **changes}).encode())


# --- what the format allows -------------------------------------------------------------------------------------------


def test_the_last_dimension_moves_fastest():
    rows = read().tidy().to_dict("records")
    assert [(r["sex"], r["month"], r["value"]) for r in rows[:4]] == [
        ("f", "a", 1.0), ("f", "b", 2.0), ("f", "c", 3.0), ("m", "a", 4.0),
    ]  # fmt: skip


def test_labels_and_roles_are_kept():
    sex, month = read().axes
    assert (sex.role, sex.label, sex.label_of("m")) == ("breakdown", "Sex", "Men")
    assert (month.role, month.label, month.label_of("a")) == ("time", "month", "a")


def test_a_cell_that_is_not_there_is_not_zero():
    sparse = read(value={"0": 7, "4": None})
    assert sparse.values[0] == 7
    assert np.isnan(sparse.values[1:]).all()
    assert np.isnan(read(value=[None, 0, 3, 4, 5, 6]).values[0])


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("p", ["p"] * 6),
        (["", "p", "", "", None, "s"], ["", "p", "", "", "", "s"]),
        ({"5": "s"}, ["", "", "", "", "", "s"]),
    ],
)
def test_status_may_be_one_a_list_or_a_map(status, expected):
    assert read(status=status).tidy()["status"].tolist() == expected


def test_one_code_needs_no_index():
    one = {"sex": {"category": {"label": {"t": "All"}}}}
    assert read(id=["sex"], size=[1], dimension=one, role={}, value=[5]).axes[0].codes == ("t",)


# --- what it does not -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"class": "collection"}, "not a data set but “collection”"),
        ({"version": "1.0"}, "not JSON-stat of version 2"),
        ({"value": [1, 2, 3, 4, 5]}, "holds 5 of value where its sizes say 6"),
        ({"value": [1, 2, 3, 4, 5, 6, 7]}, "holds 7 of value"),
        ({"value": None}, "value is missing"),
        ({"value": {"6": 1}}, "outside 0 to 5"),
        ({"value": {"-1": 1}}, "outside 0 to 5"),
        ({"value": {"01": 1}}, "outside 0 to 5"),
        ({"value": [1, "2", 3, 4, 5, 6]}, "value 1 is not a number but “2”"),
        ({"value": [True, 2, 3, 4, 5, 6]}, "value 0 is not a number"),
        ({"value": [10**400, 2, 3, 4, 5, 6]}, "too large"),
        ({"status": ["p"]}, "holds 1 of status"),
        ({"size": [2, 4]}, "month has 3 codes where its size says 4"),
        ({"size": [6]}, "size for each dimension"),
        ({"size": [2, True]}, "size for each dimension"),
        ({"id": ["sex", "sex"]}, "once each"),
        ({"role": {"time": ["year"]}}, "names a dimension it does not have"),
        ({"dimension": {"sex": SMALL["dimension"]["sex"]}}, "dimension month is missing"),
    ],
)
def test_what_does_not_fit_is_refused(changes, said):
    with pytest.raises(SourceUnavailable, match=said):
        read(**changes)


@pytest.mark.parametrize(
    "category",
    [{"index": {"a": 0, "b": 2, "c": 3}}, {"index": {"a": 0, "b": 0, "c": 1}}, {"index": ["a", "b", "b"]},
     {"index": {"a": 0, "b": True, "c": 2}}, {"index": ["a", "b", 3]},
     {"index": ["a", "b", "c"], "label": {"d": "D"}}, {}],
)  # fmt: skip
def test_codes_without_a_place_of_their_own_are_refused(category):
    with pytest.raises(SourceUnavailable):
        read(dimension={**SMALL["dimension"], "month": {"category": category}})


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>busy</html>", b"[]", b'{"class":"dataset","class":"dataset"}', b'{"value": NaN}', b"\xff\xfe",
     b'{"class": "dataset", "version": "2.0", "id": ["sex"', b"[" * 100_000],
)  # fmt: skip
def test_what_is_not_whole_json_is_refused(content):
    with pytest.raises(SourceUnavailable, match=r"not whole JSON|not a JSON object"):
        parse(content)


def test_a_claim_of_too_many_cells_takes_no_memory():
    codes = [str(n) for n in range(8_000)]
    big = {name: {"category": {"index": codes}} for name in "ab"}
    assert len(codes) ** 2 > MOST_CELLS
    with pytest.raises(SourceUnavailable, match="more than can be read"):
        read(id=["a", "b"], size=[8_000, 8_000], dimension=big, role={}, value={})


def test_a_description_needs_no_values():
    assert parse(json.dumps({**SMALL, "value": []}).encode(), values=False).axes == read().axes


# --- any cube ---------------------------------------------------------------------------------------------------------

codes = st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=4, unique=True)
number = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**12), 10**12)


@st.composite
def cubes(draw):
    """A cube as a mapping from codes to a value, and as JSON-stat: written here by walking it, not by the reader."""
    axes = draw(st.lists(codes, min_size=1, max_size=3))
    names = [f"d{n}" for n in range(len(axes))]
    keys = [()]
    for axis in axes:
        keys = [(*key, code) for key in keys for code in axis]
    values = draw(st.lists(number, min_size=len(keys), max_size=len(keys)))
    dimension = {}
    for name, axis in zip(names, axes, strict=True):
        index = dict(draw(st.permutations([(c, i) for i, c in enumerate(axis)]))) if draw(st.booleans()) else axis
        dimension[name] = {"category": {"index": index}}
    sparse = {str(i): v for i, v in enumerate(values) if v is not None}
    written = {"class": "dataset", "version": "2.0", "id": names, "size": [len(a) for a in axes],
               "dimension": dimension, "value": sparse if draw(st.booleans()) else values}  # fmt: skip
    return names, dict(zip(keys, values, strict=True)), written


@given(cubes())
def test_any_cube_reads_back_the_same(cube):
    names, expected, written = cube
    frame = parse(json.dumps(written).encode()).tidy()
    found = {tuple(row[n] for n in names): row["value"] for row in frame.to_dict("records")}
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert math.isnan(found[key]) if value is None else found[key] == float(value)
