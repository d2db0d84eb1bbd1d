"""The strict reader refuses what is repeated, unknown, uncited or ahead of its time, and names the place."""

from datetime import date
from textwrap import dedent

import pytest

from workbench.domain.base import Entity, Value
from workbench.domain.catalogue import Dataset
from workbench.domain.provenance import Citation, Status
from workbench.errors import NotCited, ReferenceDataError
from workbench.reference.schema import parse, parse_list, parse_yaml, read_list, read_mapping, read_yaml


class Price(Entity):
    value: float
    unit: str
    price_year: int
    status: Status
    citation: Citation


class Prices(Value):
    title: str
    values: tuple[Price, ...]


GOOD = """
- id: bread
  value: 1.4
  unit: GBP per loaf
  price_year: 2024
  status: outturn
  citation: {publisher: ONS, title: Prices, published: 2025-01-02, retrieved: 2025-02-03}
"""


def refused(text: str, today: date | None = None) -> ReferenceDataError:
    with pytest.raises(ReferenceDataError) as caught:
        parse_list(dedent(text), Price, "prices.yaml", today=today)
    return caught.value


def test_a_good_list_is_read():
    (bread,) = parse_list(GOOD, Price, "prices.yaml", today=date(2025, 2, 3))
    assert (bread.value, bread.price_year, bread.citation.published) == (1.4, 2024, date(2025, 1, 2))


def test_a_repeated_key_is_refused_with_its_line():
    error = refused(GOOD.replace("  unit:", "  value: 2\n  unit:"))
    assert str(error) == "prices.yaml, line 4: The key value stands twice. Take one of them out."


def test_a_key_merged_from_an_anchor_may_be_replaced():
    assert parse_yaml("- &a {x: 1, y: 2}\n- {<<: *a, y: 3}", "a.yaml")[1] == {"x": 1, "y": 3}


def test_an_unknown_key_is_refused_with_the_nearest_known_one():
    error = refused(GOOD.replace("price_year", "price_yer"))
    assert "0/price_yer: This key is not known. Write price_year, or take the key out." in str(error)
    assert "0/price_year: This key is missing. Add price_year." in str(error)


def test_an_unknown_key_far_from_any_other_is_refused_with_all_known_ones():
    error = refused(GOOD + "  zzz: 1\n")
    assert str(error) == (
        "prices.yaml: 0/zzz: This key is not known. Known keys are citation, id, price_year, status, unit, value."
    )


def test_an_unknown_key_is_found_at_any_depth():
    text = f"title: T\nvalues:{GOOD.replace('publisher: ONS', 'publisher: ONS, licens: OGL')}"
    with pytest.raises(ReferenceDataError, match=r"values/0/citation/licens: This key is not known. Write licence"):
        parse(text, Prices, "prices.yaml")


@pytest.mark.parametrize("key", ["unit", "price_year", "status", "value"])
def test_a_value_without_what_makes_it_a_value_is_refused(key):
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(f"  {key}:"))
    error = refused(text)
    assert str(error) == f"prices.yaml: 0/{key}: This key is missing. Add {key}."
    assert not isinstance(error, NotCited)


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("  citation:", "  citatio:", "0/citation"),
        ("publisher: ONS, ", "", "0/citation/publisher"),
        ("title: Prices", "title: ' '", "0/citation/title"),
    ],
)
def test_a_value_without_its_source_is_not_cited(before, after, place):
    error = refused(GOOD.replace(before, after))
    assert isinstance(error, NotCited)
    assert f"{place}: " in str(error)
    assert "Add the citation: publisher and title at least." in str(error)


@pytest.mark.parametrize("key", ["published", "retrieved"])
def test_a_date_that_lies_ahead_is_refused(key):
    text = GOOD.replace(f"{key}: 2025", f"{key}: 2031")
    error = refused(text, today=date(2025, 6, 1))
    assert f"0/citation/{key}: The date 2031-" in str(error)
    assert parse_list(text, Price, "prices.yaml"), "without a date of today nothing lies ahead"


@pytest.mark.parametrize(
    ("before", "after"),
    [("1.4", "'1.4'"), ("1.4", "yes"), ("1.4", ".nan"), ("GBP per loaf", "no"), ("outturn", "fact")],
)
def test_a_value_of_the_wrong_kind_is_refused_and_not_guessed(before, after):
    assert str(refused(GOOD.replace(before, after))).startswith("prices.yaml: ")


def test_every_fault_is_reported_at_once():
    text = GOOD + GOOD.replace("bread", "milk").replace("1.4", "dear").replace("  unit: GBP per loaf\n", "")
    message = str(refused(text))
    assert "1/value: " in message
    assert "1/unit: " in message


def test_two_entries_with_one_id_are_refused():
    assert str(refused(GOOD + GOOD)) == "prices.yaml: bread: Two entries have this id. Give each an id of its own."
    with pytest.raises(ReferenceDataError, match="Two entries have this id"):
        parse(f"title: T\nvalues:{GOOD}{GOOD}", Prices, "prices.yaml")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "a: [1", "a: \x00", "- just\n- text"])
def test_a_file_that_is_not_what_it_should_be_is_refused(text):
    assert "prices.yaml" in str(refused(text))


def test_a_table_that_is_not_in_the_package_is_named():
    for read in (read_yaml, read_list, read_mapping):
        with pytest.raises(ReferenceDataError, match=r"values/none.yaml: The reference table is not there"):
            read("values/none.yaml", Price)


def test_the_data_sets_of_the_package_are_read():
    assert all(d.citation.publisher for d in read_list("datasets.yaml", Dataset))
