"""Figures on other boundaries: what is exact, what is best fit, what is not possible, and what was lost."""

import csv
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.figures import COLUMNS, NUMBER_COLUMNS, FigureSet, validate
from workbench.domain.provenance import Citation
from workbench.domain.vintages import Change, convert, kinds_of, turned
from workbench.errors import DataError

DAY = pd.Timestamp("2024-03-31")


def figures(*rows, vintage="2011", unit="people", measure="m"):
    """Figures of ``(code, value)`` or ``(code, value, more)``."""
    frame = []
    for code, value, *more in rows:
        row = dict.fromkeys(NUMBER_COLUMNS, float("nan")) | dict.fromkeys(COLUMNS[:5], "") | {"method": "", "flag": ""}
        row |= {"area_code": code, "area_name": code, "level": "LSOA", "vintage": vintage, "measure": measure}
        row |= {"period_start": DAY, "period_end": DAY, "value": value, "unit": unit, "source_id": "s"}
        frame.append(row | (more[0] if more else {}))
    return FigureSet(pd.DataFrame(frame)[list(COLUMNS)], {"s": Citation(publisher="ONS", title="t")})


def values(converted):
    return dict(zip(converted.figures.frame["area_code"], converted.figures.frame["value"], strict=True))


LOOKUP = [
    Change("u", "u", "U"), Change("m1", "m", "M"), Change("m2", "m", "M"),
    Change("s", "s1", "S"), Change("s", "s2", "S"),
]  # fmt: skip


def test_unchanged_areas_keep_whatever_they_have():
    made = convert(figures(("u", 3, {"lower": 1, "upper": 4, "confidence": 0.95}), unit="rank"), "2021", LOOKUP)
    assert validate(made.figures).frame.loc[0, ["value", "lower", "upper", "vintage"]].tolist() == [3, 1, 4, "2021"]
    assert (made.exact, made.best_fit, made.lost) == (("u",), (), ())


def test_counts_of_merged_areas_add_up_and_their_intervals_go():
    interval = {"lower": 5, "upper": 12, "confidence": 0.95}
    made = convert(
        figures(("m1", 10, interval), ("m2", 5)), "2021", LOOKUP, areas=AreaRegister.of([Area("m", "M", "")])
    )
    assert values(made) == {"m": 15}
    assert made.exact == ("m",)
    row = made.figures.frame.iloc[0]
    assert (row["area_name"], row["vintage"], row["flag"]) == ("M", "2021", "")
    assert row[["lower", "upper", "confidence"]].isna().all()
    assert any("lost the interval" in note for note in made.notes)


def test_a_rate_of_merged_areas_comes_from_its_counts_not_from_the_mean_of_rates():
    parts = (("m1", 50.0, {"numerator": 50, "denominator": 100}), ("m2", 10.0, {"numerator": 30, "denominator": 300}))
    made = convert(figures(*parts, unit="percent"), "2021", LOOKUP)
    assert values(made) == {"m": 20.0}
    row = made.figures.frame.iloc[0]
    assert (row["numerator"], row["denominator"]) == (80, 400)


def test_a_rate_whose_counts_are_of_something_else_is_not_recomputed():
    parts = (("m1", 50.0, {"numerator": 5, "denominator": 100}), ("m2", 10.0, {"numerator": 30, "denominator": 300}))
    made = convert(figures(*parts, unit="percent"), "2021", LOOKUP)
    assert not len(made.figures)
    assert made.lost == ("m1", "m2")


@pytest.mark.parametrize(
    ("rows", "unit", "why"),
    [
        ((("m1", 40.0), ("m2", 50.0)), "percent", "rate"),
        ((("m1", 4.0), ("m2", 5.0)), "rank", "rate"),
        ((("m1", 4.0, {"flag": "perturbed"}), ("m2", 5.0)), "people", "at random"),
        ((("m1", float("nan"), {"flag": "suppressed"}), ("m2", 5.0)), "people", "missing"),
        ((("m1", 4.0),), "people", "no figure"),
        ((("s", 4.0),), "people", "no weights"),
    ],
)
def test_what_cannot_be_had_is_refused_with_its_reason(rows, unit, why):
    made = convert(figures(*rows, unit=unit), "2021", LOOKUP)
    assert not len(made.figures)
    assert {r.area_code for r in made.not_possible} <= {"m", "s1", "s2"}
    assert all(why in str(r) and str(r).startswith(f"{r.area_code}, m: ") for r in made.not_possible)
    assert set(made.lost) == {code for code, *_ in rows}
    assert any(note.startswith("Not possible") for note in made.notes)


def test_a_split_is_a_best_fit_with_weights_and_says_so():
    made = convert(figures(("s", 10)), "2021", LOOKUP, weights={("s", "s1"): 0.3, ("s", "s2"): 0.7})
    assert values(made) == pytest.approx({"s1": 3, "s2": 7})
    assert set(made.figures.frame["flag"]) == {"estimated"}
    assert (made.exact, made.best_fit) == ((), ("s1", "s2"))
    assert made.notes[0].startswith("Take care.")


def test_the_other_way_a_split_adds_up_exactly():
    made = convert(figures(("s1", 3), ("s2", 7), vintage="2021"), "2011", turned(LOOKUP))
    assert values(made) == {"s": 10}
    assert made.exact == ("s",)


def test_rounding_of_the_parts_is_still_said():
    made = convert(figures(("m1", 10, {"flag": "rounded-5"}), ("m2", 5)), "2021", LOOKUP)
    assert made.figures.frame.loc[0, ["flag", "method"]].tolist() == [
        "rounded-5",
        "sum of 2 parts; rounding may move it by up to 2.5",
    ]
    assert any("rounding moves the sum further" in note for note in made.notes)


def test_the_share_of_the_total_that_was_lost_is_said():
    made = convert(figures(("u", 60), ("m1", 10), ("m2", 5), ("s", 25)), "2021", LOOKUP)
    assert made.lost_shares == {"m": 0.25}
    assert "25.0% of the total of m in its newest period is in no figure of the result." in made.notes
    part = convert(figures(("u", 60), ("s", 40)), "2021", LOOKUP, weights={("s", "s1"): 0.75})
    assert part.lost_shares == pytest.approx({"m": 0.1})
    assert convert(figures(("u", 60)), "2021", LOOKUP).lost_shares == {"m": 0.0}
    assert convert(figures(("s", 40.0)), "2021", LOOKUP).lost_shares == {"m": 1.0}
    assert convert(figures(("s", 40.0), unit="rank"), "2021", LOOKUP).lost_shares == {}


def test_what_one_measure_lost_is_not_hidden_by_another_that_went_over():
    rows = [figures(("m1", 4), ("m2", 6)), figures(("m1", 4), ("u", 6), measure="n")]
    both = FigureSet(pd.concat([r.frame for r in rows], ignore_index=True), rows[0].citations)
    made = convert(both, "2021", LOOKUP)
    assert made.lost == ()
    assert made.lost_shares == {"m": 0.0, "n": 0.4}
    assert "40.0% of the total of n in its newest period is in no figure of the result." in made.notes


def test_an_area_that_the_lookup_does_not_name_is_lost_and_said():
    made = convert(figures(("u", 1), ("elsewhere", 2)), "2021", LOOKUP)
    assert made.lost == ("elsewhere",)
    assert "The lookup does not name 1 of them." in made.notes


@pytest.mark.parametrize(
    ("given_figures", "changes", "weights"),
    [
        (figures(("u", 1)), [], None),
        (figures(("u", 1)), [Change("u", "u", "Z")], None),
        (figures(("u", 1)), [Change("u", "u", "U", "2001", "2021")], None),
        (figures(("u", 1)), [Change("u", "u", "U", "2011", "2031")], None),
        (figures(("u", 1), ("m1", 1, {"vintage": "2001"})), LOOKUP, None),
        (figures(("s", 1)), LOOKUP, {("s", "s1"): 0.6, ("s", "s2"): 0.6}),
        (figures(("s", 1)), LOOKUP, {("s", "s1"): -0.1}),
    ],
)
def test_vintages_and_weights_that_do_not_fit_are_refused(given_figures, changes, weights):
    with pytest.raises(DataError):
        convert(given_figures, "2021", changes, weights=weights)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5)), min_size=1, max_size=20), st.data())
def test_counts_are_never_made_or_lost_in_silence(pairs, data):
    lookup = kinds_of([(f"a{s}", f"b{t}") for s, t in pairs])
    sources = sorted({c.source for c in lookup})
    rows = [(s, data.draw(st.integers(0, 100))) for s in sources]
    made = convert(figures(*rows), "2021", lookup)
    held = dict(rows)
    assert sum(values(made).values()) == sum(v for s, v in held.items() if s not in made.lost)
    assert set(values(made)) == set(made.exact)
    whole = sum(held.values())
    assert made.lost_shares.get("m", 0.0) * whole == pytest.approx(whole - sum(values(made).values()))


@pytest.mark.shared
def test_the_lookup_of_lsoas_of_2011_and_2021(shared):
    with (shared / "data/lookups/converted/lookup_lsoa11_lsoa21_ltla22.csv").open(encoding="utf-8-sig") as file:
        lookup = [Change(r["lsoa11_code"], r["lsoa21_code"], r["change_code"]) for r in csv.DictReader(file)]
    assert Counter(c.kind for c in lookup) == {"U": 33_647, "M": 239, "S": 1_900, "X": 9}
    with (shared / "data/national_small_area/population20_lsoa11.csv").open(encoding="utf-8-sig") as file:
        people = {r["lsoa11_code"]: float(r["total_population"]) for r in csv.DictReader(file)}
    made = convert(figures(*people.items()), "2021", lookup)
    merged = {c.target for c in lookup if c.kind == "M"}
    assert len(made.exact) == 33_647 + len(merged)
    assert len({r.area_code for r in made.not_possible}) == 35_672 - len(made.exact)
    assert set(made.lost) == {c.source for c in lookup if c.kind in "SX"}
    assert sum(values(made).values()) == sum(people.values()) - sum(people[code] for code in made.lost)
    # The kinds that the lookup states are those that follow from it.
    assert {(c.source, c.target): c.kind for c in lookup if c.kind in "UM"} == {
        (c.source, c.target): c.kind for c in kinds_of((c.source, c.target) for c in lookup) if c.kind in "UM"
    }


@pytest.mark.shared
def test_districts_that_merged_in_2023_add_up(shared):
    with (shared / "data/lookups/converted/lookup_ltla22_ltla23.csv").open(encoding="utf-8-sig") as file:
        lookup = kinds_of((r["ltla22_code"], r["ltla23_code"]) for r in csv.DictReader(file))
    assert Counter(c.kind for c in lookup) == {"U": 357, "M": 17}
    carlisle, allerdale, copeland = "E07000028", "E07000026", "E07000029"
    rows = [(carlisle, 110), (allerdale, 96), (copeland, 67)]
    made = convert(figures(*rows, vintage="2022"), "2023", lookup)
    assert values(made) == {"E06000063": 273}
