"""What the sensitivity says is what comes out when the appraisal is done again with the changed value."""

import pytest
from costing import ASSUMPTIONS, NOTHING, SHARE, appraisal, benefit, cost
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.appraisal.appraise import appraise
from workbench.domain.appraisal.options import Option
from workbench.domain.appraisal.sensitivity import sensitivity
from workbench.domain.project import put
from workbench.errors import AppraisalError, HorizonError


def npv(made, option_id="share"):
    return appraise(made, ASSUMPTIONS).option(option_id).npv


def again(made, line_id, **changes):
    """The net present value with one line changed."""
    line = next(x for x in made.lines if x.id == line_id)
    return npv(made.with_(lines=put(made.lines, line.with_(**changes))))


MADE = appraisal(
    cost(100, low=80, high=160, optimism_bias="equipment_development", optimism_bias_share=0.25, price_year=2020),
    benefit(90, low=60, high=100, start_year=1, years=3, price_year=2019),
    benefit(40, id="saved", option_id="nothing", low=30, high=45, years=2),
    cost(25, id="now", option_id="nothing"),
    benefit(500, id="moved", is_transfer=True, low=100, high=900),
)


def test_the_green_book_s_own_example_breaks_even_at_twelve_staff():
    made = appraisal(cost(1_000_000), benefit(100_000, start_year=1, years=10), horizon=11)
    saving = next(s for s in sensitivity(made, ASSUMPTIONS).switching if s.line_id == "benefit")
    assert saving.unit_value == pytest.approx(120_241.37, abs=0.005)
    assert saving.unit_value / 10_000 == pytest.approx(12.0241, abs=5e-5)
    assert saving.words == "it rose by 20.2%, to £120,241"


def test_at_its_switching_value_each_line_makes_the_result_nil():
    found = sensitivity(MADE, ASSUMPTIONS)
    assert {s.line_id for s in found.switching} == {"cost", "benefit", "saved", "now"}, "a transfer switches nothing"
    possible = [s for s in found.switching if s.multiplier is not None]
    assert possible
    for s in possible:
        assert again(MADE, s.line_id, unit_central=s.unit_value) == pytest.approx(0, abs=1e-9), s.label


AMOUNT = st.floats(1, 1e6)


@given(AMOUNT, AMOUNT, AMOUNT, st.integers(1, 3), st.integers(2000, 2026))
def test_a_switching_value_is_exact_or_there_is_none(a, b, now, years, price_year):
    made = appraisal(cost(a), benefit(b, years=years, price_year=price_year), cost(now, id="now", option_id="nothing"))
    for s in sensitivity(made, ASSUMPTIONS).switching:
        if s.multiplier is None:
            # No value of zero or more would do: at nil, and at any height, the result keeps its sign.
            ends = again(made, s.line_id, unit_central=0.0), again(made, s.line_id, unit_central=1e9)
            assert ends[0] * ends[1] > 0
            assert (s.unit_value, s.words) == (None, "no change in this line alone would do it")
        else:
            assert again(made, s.line_id, unit_central=s.unit_value) == pytest.approx(0, abs=1e-6)


def test_each_range_is_the_result_with_that_one_value():
    rows = {row.label: row for row in sensitivity(MADE, ASSUMPTIONS).rows}
    assert set(rows) == {"Cost", "Benefit", "Benefit (saved: doing nothing)", "Optimism bias: Cost"}
    for line_id, label in (("cost", "Cost"), ("benefit", "Benefit"), ("saved", "Benefit (saved: doing nothing)")):
        line = next(x for x in MADE.lines if x.id == line_id)
        assert rows[label].low == pytest.approx(again(MADE, line_id, unit_central=line.unit_low))
        assert rows[label].high == pytest.approx(again(MADE, line_id, unit_central=line.unit_high))
    bias = rows["Optimism bias: Cost"]
    assert bias.low == pytest.approx(again(MADE, "cost", optimism_bias_share=0.0))
    assert bias.high == pytest.approx(again(MADE, "cost", optimism_bias_share=1.0))
    assert (bias.low_input, bias.high_input) == ("+10%", "+200%")
    assert (rows["Cost"].low_input, rows["Cost"].high_input) == ("£80", "£160")


def test_the_widest_range_stands_first():
    widths = [row.width for row in sensitivity(MADE, ASSUMPTIONS).rows]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == len(widths)


def test_what_needs_to_change_least_stands_first():
    made = appraisal(cost(100), benefit(60, id="a"), benefit(50, id="b"), benefit(1, id="c"))
    found = sensitivity(made, ASSUMPTIONS).switching
    assert [s.line_id for s in found] == ["cost", "a", "b", "c"]
    assert found[-1].multiplier is None


def test_another_rate_is_the_result_at_that_rate():
    rates = sensitivity(MADE, ASSUMPTIONS, also=("health", "review_2026")).discounting
    assert [r.schedule_id for r in rates] == ["lower_rate_sensitivity", "health", "review_2026"]
    for r in rates:
        assert r.npv == pytest.approx(npv(MADE.with_(schedule=r.schedule_id)))
        assert r.in_force is (r.schedule_id != "review_2026")


def test_a_rate_that_is_not_in_force_is_never_shown_unasked():
    assert [r.schedule_id for r in sensitivity(MADE, ASSUMPTIONS).discounting] == ["lower_rate_sensitivity"]
    long = MADE.with_(horizon=40)
    with pytest.raises(HorizonError):
        sensitivity(long, ASSUMPTIONS, also=("review_2026",))


def test_the_option_is_the_preferred_one_unless_another_is_asked_for():
    other = Option(id="ask", name="Ask for consent")
    made = MADE.with_(options=(NOTHING, other, SHARE))
    assert sensitivity(made, ASSUMPTIONS).name == "Share data"
    assert sensitivity(made, ASSUMPTIONS, "ask").npv == npv(made, "ask")
    assert (
        sensitivity(made.with_(options=(NOTHING, other, SHARE.with_(preferred=False))), ASSUMPTIONS).option_id == "ask"
    )
    for absent in ("nothing", "shar"):
        with pytest.raises(AppraisalError, match="no such option"):
            sensitivity(made, ASSUMPTIONS, absent)
    with pytest.raises(AppraisalError, match="no such option"):
        sensitivity(appraisal(options=(NOTHING,)), ASSUMPTIONS)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((cost(60), benefit(100)), "it fell by 40%, to £60"),
        ((cost(60), benefit(100, price_year=2019)), "it fell by 51.5%, to £49 in 2019/20 prices"),
        ((cost(100), benefit(20)), "it were 5 times as high, £100"),
        ((cost(100), benefit(100)), "it stayed as it is"),
    ],
)
def test_a_switching_value_is_said_in_words(lines, words):
    made = appraisal(*lines)
    assert next(s for s in sensitivity(made, ASSUMPTIONS).switching if s.line_id == "benefit").words == words
