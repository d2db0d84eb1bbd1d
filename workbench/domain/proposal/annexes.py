"""The annexes: what is missing, assumptions and guesses, the thread, the sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbench.domain import words
from workbench.domain.appraisal.options import Line
from workbench.domain.document import Gap, Run, Runs, Sources
from workbench.domain.findings import gravest_first
from workbench.domain.money import financial_year, pounds
from workbench.domain.proposal.writing import Case, Cell, Heading, Piece, bullets, care, para, so_many_missing, table
from workbench.domain.provenance import STATUS_WORDS, Citation, Status
from workbench.domain.review import WEIGHTS
from workbench.domain.thread import ThreadRow

WEIGHT_WORDS = {"blocks": "Blocks", "weakens": "Weakens", "note": "To be known", "fine": "Fine"}
GUESSES_FIRST: tuple[Status, ...] = ("guess", "assumption", "forecast", "outturn")


def missing_parts(case: Case, gaps: Sequence[Gap]) -> Iterator[Piece]:
    """Annex A, from what the other sections say is missing."""
    if gaps:
        yield para(f"{so_many_missing(len(gaps))} Each is marked in its place.")
        by_section: dict[str, list[str]] = {}
        for gap in gaps:
            by_section.setdefault(gap.heading, []).append(gap.text)
        yield table(
            "What is missing",
            (("Section", 30), ("What", 70)),
            [(heading, "\n".join(texts)) for heading, texts in by_section.items()],
        )
    else:
        yield para("Nothing is missing that can be checked by computer.")
    yield from _review(case)


def _review(case: Case) -> Iterator[Piece]:
    evidence = case.evidence
    open_ = [f for f in evidence.review if f.weight != "fine"]
    rows = [(WEIGHT_WORDS[f.weight], f.message, f.remedy) for f in sorted(open_, key=lambda f: WEIGHTS.index(f.weight))]
    told = {message for _, message, _ in rows}
    for finding in gravest_first((*evidence.model_findings, *evidence.request_findings)):
        if finding.message not in told:
            told.add(finding.message)
            rows.append((WEIGHT_WORDS[finding.severity], finding.message, finding.remedy))
    yield Heading("What a reviewer will ask")
    if not rows:
        yield para("The checks that can be computed find nothing to ask.")
        return
    yield care("These are checks by computer. No count of them says whether DWP will agree.")
    yield table("Findings of the checks", (("Weight", 14), ("What", 46), ("What to do", 40)), rows)


def assumptions(case: Case) -> Iterator[Piece]:
    """Annex B, guesses first."""
    lines = case.project.appraisal.lines
    count = sum(line.status == "guess" for line in lines)
    if not lines:
        yield para("The appraisal has no numbers yet.")
    else:
        if count:
            how_many = words.counted(count, "number", spelt=True)
            said = words.sentence(f"{how_many} {'is' if count == 1 else 'are'} a guess").rstrip(".")
            yield care(f"{said.replace('are a guess', 'are guesses')}, to be replaced. Guesses stand first.")
        yield table(
            "Every number in the appraisal, guesses first",
            (("Status", 13), ("What", 23), ("Number", 25), ("Where it is from", 39)),
            [_line_row(case, line) for line in _guesses_first(lines)],
        )
    request, model = case.project.request, case.project.logic_model
    if request.people_count is not None:
        basis = request.people_count_basis.strip() or "no source is given, so it is a guess"
        yield para((Run("Number of people: ", strong=True), Run(f"{request.people_count:,} – {basis}")))
    names = {n.id: n.label or n.id for n in model.nodes}
    unproven = [x for x in model.links if x.assumption.strip() and x.strength in ("", "none", "weak")]
    if unproven:
        yield Heading("Assumptions of the theory of change without strong evidence")
        yield from bullets(
            f"{names.get(x.source, x.source)} → {names.get(x.target, x.target)}: {x.assumption} "
            f"(evidence: {x.strength if x.strength in ('weak',) else 'none stated'})"
            for x in unproven
        )


def _guesses_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: GUESSES_FIRST.index(line.status))


def _line_row(case: Case, line: Line) -> tuple[Cell, ...]:
    option = next((o.name for o in case.project.appraisal.options if o.id == line.option_id), "")
    kind = f"{'transfer' if line.is_transfer else line.direction}, {line.who.strip() or 'nobody named'}"
    what = f"{line.label or 'A line without a name'}\n{option}: {kind}"
    span = ""
    if (line.unit_low, line.unit_high) != (line.unit_central, line.unit_central):
        span = f" ({pounds(line.unit_low)} to {pounds(line.unit_high)})"
    number = (
        f"{line.quantity:,.10g} {line.quantity_unit} × {pounds(line.unit_central)}{span}, prices of "
        f"{financial_year(line.price_year)}, "
        f"{words.counted(line.years, 'year', spelt=True)} from year {line.start_year}"
    )
    if line.direction == "benefit":
        number += f"; {line.attribution:.0%} of it counted as due to this"
    if line.optimism_bias:
        number += f"; optimism bias: {line.optimism_bias.replace('_', ' ')}"
    source = "\n".join(text for text in (line.source.strip(), line.quantity_note.strip()) if text)
    status: Runs = (Run(STATUS_WORDS[line.status], strong=line.status == "guess"),)
    return status, what, number, source or "No source is given"


def thread(case: Case) -> Iterator[Piece]:
    """Annex C: each need followed to the benefit it serves."""
    rows = case.evidence.thread
    if not rows:
        yield para("There is no need or data item to follow yet.")
        return
    yield para(
        "Each row follows one need through the data to the benefit it serves. A gap is where a reviewer will stop."
    )
    yield table(
        "From need to benefit",
        (
            ("Need and published figures", 22),
            ("Data items", 16),
            ("Activity", 15),
            ("Outcome", 17),
            ("Benefit", 14),
            ("Gap", 16),
        ),
        [_thread_row(row) for row in rows],
    )


def _thread_row(row: ThreadRow) -> tuple[Cell, ...]:
    need = f"{row.need}\n{row.verdict}".strip()
    outcome = f"{row.outcome}\nSeen by: {row.indicator}" if row.indicator else row.outcome
    return need, row.item, row.activity, outcome, row.benefit, "\n".join(row.gaps)


def sources(case: Case, others: Sequence[Citation]) -> Iterator[Piece]:
    """Annex D: the numbered notes; the others are sources that were used without a place in the text."""
    yield para("Numbers in the text refer to these notes. The same source has the same number throughout.")
    yield Sources()
    if others:
        yield para((Run("Used without a place in the text:", cites=tuple(others)),))
    yield para(
        "Sources given in the partnership’s own words stand beside each link in section 7 and each number in annex B. "
        "They have not been checked by computer."
    )
