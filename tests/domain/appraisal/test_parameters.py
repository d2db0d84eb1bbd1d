"""A schedule without gaps, bounds in order, exact keys."""

import pytest
from costing import ASSUMPTIONS, HERE, STANDARD
from pydantic import ValidationError

from workbench.domain.parameters import Band, UnitValue
from workbench.errors import HorizonError


def bands(*spans):
    return tuple(Band(first=a, last=b, rate=0.03) for a, b in spans)


@pytest.mark.parametrize(
    "spans", [((1, None),), ((0, 30), (32, None)), ((0, 30), (30, None)), ((0, None), (31, 40)), ()]
)
def test_a_schedule_with_a_gap_an_overlap_or_nothing_is_refused(spans):
    with pytest.raises(ValidationError):
        STANDARD.with_(bands=bands(*spans))


def test_a_rate_in_per_cent_is_refused():
    with pytest.raises(ValidationError):
        Band(first=0, last=None, rate=3.5)


@pytest.mark.parametrize(("year", "rate"), [(0, 0.035), (30, 0.035), (31, 0.03), (75, 0.03), (76, 0.025), (9999, 0.01)])
def test_a_band_holds_from_its_first_to_its_last_year(year, rate):
    assert STANDARD.rate(year) == rate


def test_a_schedule_reaches_as_far_as_it_has_rates():
    short = STANDARD.with_(bands=bands((0, 10)))
    assert (short.reaches(10), short.reaches(11), short.reaches(-1)) == (True, False, False)
    with pytest.raises(HorizonError):
        short.rate(11)


@pytest.mark.parametrize(("share", "uplift"), [(0, 0.1), (0.5, 1.05), (1, 2.0)])
def test_an_uplift_lies_between_the_bounds(share, uplift):
    assert ASSUMPTIONS.bias("equipment_development").uplift(share) == pytest.approx(uplift)


def test_a_unit_value_outside_its_own_range_is_refused():
    with pytest.raises(ValidationError, match="does not lie between low and high"):
        UnitValue(
            id="v", label="V", low=2, central=1, high=3, unit="GBP", perspective="social", who="w", group="g",
            price_year=2019, years_are="calendar", status="outturn", citation=HERE,
        )  # fmt: skip
