"""Notes, tables and pictures are numbered once, and nothing in a document refers to what is not there."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.document import (
    Block,
    BulletList,
    Callout,
    Definitions,
    NumberedList,
    Paragraph,
    Picture,
    Run,
    Section,
    Table,
    assemble,
    cited,
    lines,
)
from workbench.domain.provenance import Citation

DAY = date(2026, 11, 25)


def source(name: str) -> Citation:
    return Citation(publisher="Publisher", title=name)


def section(*blocks: Block, id: str = "a", level: int = 1, number: str = "1") -> Section:
    return Section(id, id.upper(), level, blocks, number)


def test_a_source_used_twice_has_one_note_and_notes_count_up_in_order_of_use():
    one, two = source("One"), source("Two")
    first = Paragraph((Run("x", cites=(two,)), Run("y", cites=(one, two))))
    document = assemble("T", "", DAY, [section(first)])
    assert [(n.number, n.text) for n in document.notes] == [(1, "Publisher, Two."), (2, "Publisher, One.")]
    assert document.numbers((one, two)) == (1, 2)


def test_equal_sources_written_down_twice_are_one_source():
    document = assemble("T", "", DAY, [section(*(Paragraph((Run("x", cites=(source("One"),)),)) for _ in range(2)))])
    assert len(document.notes) == 1


def test_a_source_that_was_never_used_has_no_number():
    with pytest.raises(KeyError):
        assemble("T", "", DAY, [section()]).numbers((source("One"),))


def test_tables_and_pictures_are_numbered_apart_across_sections():
    def table(name: str) -> Table:
        return Table(name, ("a",), (), (100,), ("left",))

    document = assemble(
        "T",
        "",
        DAY,
        [section(table("x"), Picture("p", "c", "alt")), section(table("y"), Picture("q", "d", ""), id="b")],
    )
    labels = [b.label for s in document.sections for b in s.blocks if isinstance(b, Table | Picture)]
    assert labels == ["Table 1: x", "Figure 1: c", "Table 2: y", "Figure 2: d"]


@pytest.mark.parametrize(
    ("rows", "widths"),
    [(((), ()), (60, 40)), ((((Run("x"),),),), (60, 40)), ((), (60, 41)), ((), (100,))],
    ids=["empty row", "short row", "widths over 100", "too few widths"],
)
def test_a_table_that_does_not_add_up_is_refused(rows, widths):
    with pytest.raises(ValueError, match="does not have 2 cells"):
        Table("T", ("a", "b"), rows, widths, ("left", "left"))


def test_two_sections_of_one_id_are_refused():
    with pytest.raises(ValueError, match="one id"):
        assemble("T", "", DAY, [section(), section()])


def test_what_is_missing_is_told_with_the_section_it_belongs_to():
    gap = Callout("Missing", (Run("No figure."),))
    parts = [section(gap), section(Callout("Take care.", (Run("x"),)), gap, id="a-1", level=2, number="")]
    found = assemble("T", "", DAY, parts).missing
    assert [(g.section_id, g.heading, g.text) for g in found] == [("a", "1 A", "No figure.")] * 2


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("Bolton\x07", ["Bolton"]),  # the end of a Word table cell
        ("a\x0bb", ["a", "b"]),  # Word's manual line break
        ("a\r\nb\u2028c", ["a", "b", "c"]),
        ("\ud800a\ufffe", ["a"]),  # half a character, and none
        ("", [""]),
        ("£5 – “£6” 😀", ["£5 – “£6” 😀"]),
    ],
)
def test_what_word_and_excel_leave_in_a_paste_cannot_break_a_file(pasted, kept):
    assert lines(pasted) == kept


# --- whatever the tree ------------------------------------------------------------------------------------------------

SOURCES = st.sampled_from([source(f"S{n}") for n in range(6)])
RUNS = st.lists(st.builds(Run, st.text(), st.booleans(), st.lists(SOURCES, max_size=3).map(tuple)), max_size=4).map(
    tuple
)
PASSAGES = st.lists(RUNS, max_size=3).map(tuple)
BLOCKS = st.one_of(
    st.builds(Paragraph, RUNS),
    st.builds(Callout, st.sampled_from(["Take care.", "Missing"]), RUNS),
    st.builds(BulletList, PASSAGES),
    st.builds(NumberedList, PASSAGES),
    st.builds(lambda items: Definitions(tuple(("t", i) for i in items)), PASSAGES),
    st.builds(lambda rows: Table("t", ("h",), tuple((r,) for r in rows), (100,), ("left",)), PASSAGES),
    st.builds(lambda cites: Picture("p", "c", "a", cites=tuple(cites)), st.lists(SOURCES, max_size=2)),
)


@given(st.lists(st.lists(BLOCKS, max_size=4), max_size=4))
def test_every_note_number_refers_to_a_source_and_every_note_is_used(parts):
    document = assemble("T", "", DAY, [section(*blocks, id=f"s{n}") for n, blocks in enumerate(parts)])
    numbers = [n.number for n in document.notes]
    used = {n for s in document.sections for b in s.blocks for c in cited(b) for n in document.numbers((c,))}
    assert numbers == list(range(1, len(numbers) + 1))
    assert used == set(numbers)
    assert len({n.text for n in document.notes}) == len(numbers)
