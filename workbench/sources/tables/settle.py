"""How a table is to be read: what its content settles, what somebody answered, and the questions that are left.

Nothing is guessed in silence. What was recognised is said in the notes; what the file leaves open becomes a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.domain.recipes import Candidate, Question, ValueColumn
from workbench.sources.imported import text
from workbench.sources.tables import titles
from workbench.sources.tables.find import Table
from workbench.sources.tables.numbers import Numbers
from workbench.sources.tables.roles import FINANCIAL, Column, Roles, is_generic, is_period, plain, without_mark

EVERYONE = frozenset({
    "total", "all", "all people", "all persons", "persons", "people", "both sexes", "all usual residents", "everyone",
    "all households", "all categories", "all ages", "individuals", "total people",
})  # fmt: skip
"""What stands for all of them in a column that splits figures."""

_SEXES = frozenset({"male", "males", "female", "females", "men", "women"})
_FACTS = ("date", "period", "month", "year", "time", "quarter", "reference period", "time period", "data for")
_SAYS_NOTHING = re.compile(r"counts?|numbers?|values?|rates?|percent(?:age)?|%", re.IGNORECASE)
_KINDS = re.compile(r"percent|percentage|per cent|%|rate|prop|proportion")
_AGE = re.compile(r"(?:aged? ?)?(\d{1,3}\+?)")
_BEGINS = {"january": 1, "april": 4, "august": 8, "september": 9, "october": 10}


@dataclass
class Settled:
    """What was found out about the columns of a table."""

    values: tuple[ValueColumn, ...] = ()
    breakdowns: dict[int, str] = field(default_factory=dict)
    measures: tuple[int, ...] = ()
    period_column: int | None = None
    period: str = ""
    confidence: float = 0.95
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def settle(table: Table, roles: Roles, numbers: Numbers, answers: Mapping[str, str], lines: Sequence[str]) -> Settled:
    """Work out measures, breakdowns, periods and intervals of a table.

    Parameters
    ----------
    table : Table
    roles : Roles
    numbers : Numbers
    answers : mapping of str to str
    lines : sequence of str
        All other text of the file: banner, foot, sheets of notes.
    """
    settled = Settled()
    values = list(roles.of("value"))
    says = [
        column
        for column in roles.of("measure", "detail")
        if not all(_SAYS_NOTHING.fullmatch(one) for one in column.said)
    ]
    settled.measures = tuple(column.place for column in roles.of("measure", "detail")) if says else ()
    period = next(iter(roles.of("period")), None)
    settled.period_column = period.place if period else None
    _split(table, roles, values, settled, numbers)
    settled.values = tuple(_value_columns(table, roles, values, settled, answers))
    _period(table, settled, answers, period)
    _confidence(roles, settled, answers, lines)
    _say_ignored(roles, settled)
    return settled


# --- what splits figures ----------------------------------------------------------------------------------------------


def _split(table: Table, roles: Roles, values: list[Column], settled: Settled, numbers: Numbers) -> None:
    """Columns of words that vary within an area split its figures; the others only describe the area."""
    areas = [text(cell) for cell in table.column(table.area)]
    for column in roles.of("text", "flag"):
        if column.role == "flag" and not any(len(said) > 12 for said in column.said):
            continue
        cells = [text(cell) for cell in table.column(column.place)]
        different = {cell for cell in cells if cell}
        if len(different) == 1:
            settled.notes.append(f"Every row says “{column.heading or 'without heading'}”: {different.pop()[:80]}.")
        elif column.role == "text" and _varies(areas, cells):
            settled.breakdowns[column.place] = _name_of(column, settled.breakdowns.values())
    keys = [
        *settled.breakdowns,
        *settled.measures,
        *([settled.period_column] if settled.period_column is not None else []),
    ]
    if len(values) > 1 and _repeats(table, [table.area, *keys]):
        for column in list(values):
            if (
                len(column.said) <= 40
                and _are_groups(column, numbers)
                and not _repeats(table, [table.area, *keys, column.place])
            ):
                settled.breakdowns[column.place] = _name_of(column, settled.breakdowns.values())
                values.remove(column)
                settled.notes.append(
                    f"The column “{column.heading}” has numbers that tell rows of an area apart: it splits figures."
                )
                break


def _are_groups(column: Column, numbers: Numbers) -> bool:
    read = [numbers.of(said) for said in column.said]
    return all(one is not None and one[0] == int(one[0]) for one in read if one is None or one[0] == one[0])


def _varies(areas: Sequence[str], cells: Sequence[str]) -> bool:
    seen: dict[str, str] = {}
    return any(cell and seen.setdefault(area, cell) != cell for area, cell in zip(areas, cells, strict=True))


def _repeats(table: Table, places: Sequence[int]) -> bool:
    seen: set[tuple[str, ...]] = set()
    for row in table.rows:
        key = tuple(text(row[place]) if place < len(row) else "" for place in places)
        if key in seen:
            return True
        seen.add(key)
    return False


def _name_of(column: Column, taken: object) -> str:
    name = re.sub(r"\W+", "_", column.heading.lower()).strip("_")[:40] or f"group_{column.place + 1}"
    if name in ("gender",):
        name = "sex"
    reserved = {"value", "unit", "measure", "level", "flag", "method", "lower", "upper", "vintage", "area_name"}
    return f"{name}_group" if name in reserved or name in list(taken) else name  # type: ignore[call-overload]


# --- columns of values ------------------------------------------------------------------------------------------------


def _value_columns(
    table: Table, roles: Roles, values: Sequence[Column], settled: Settled, answers: Mapping[str, str]
) -> Iterator[ValueColumn]:
    """What each column of values measures: its heading, or the rows, or what the sheet is about."""
    subject = titles.subject_of(table.banner, table.facts)
    headed = [column for column in values if plain(column.heading)]
    for column in values:
        if column not in headed:
            settled.notes.append(f"Column {column.place + 1} has numbers but no heading. It was left out.")
    groups = _groups(headed, roles, settled, table)
    made: list[ValueColumn] = []
    for column in headed:
        made.append(_one(column, groups, settled, subject, answers, table))
    keys = titles.distinct_keys([value.title for value in made if value.title])
    by_rows = bool(settled.measures)
    if not by_rows and any(not value.title for value in made):
        settled.questions.append(_measure_question(table, subject))
    for value in made:
        attached = _attached(value, roles, len(made), table)
        yield value.with_(measure=keys.get(value.title, ""), **attached)


def _groups(values: Sequence[Column], roles: Roles, settled: Settled, table: Table) -> dict[int, dict[str, str]]:
    """Breakdowns that headings give: ages, sexes, or groups of which one is the total."""
    ages = {
        c.place: m[1]
        for c in values
        if (m := _AGE.fullmatch(plain(c.heading).replace("_", " "))) and not is_period(c.heading)
    }
    if len(ages) >= 5:
        settled.notes.append(f"{len(ages)} columns are headed with ages. They were read as one measure by age.")
        return {place: {"age": age} for place, age in ages.items()}
    said = {column.place: plain(column.heading) for column in values}
    totals = [place for place, name in said.items() if name in EVERYONE]
    units = {titles.unit_of(column.heading) for column in values}
    intervals = roles.of("lower", "upper", "half")
    if len(totals) != 1 or len(values) < 2 or intervals or units & {"percent", "proportion", "rank", "score"}:
        return {}
    others = {name for place, name in said.items() if place not in totals}
    name = "sex" if others <= _SEXES else _group_name(table, roles)
    if name in settled.breakdowns.values():
        name = f"{name}_2"
    settled.notes.append(
        f"The headings are groups of one measure, with the total under “{_heading(values, totals[0])}”: {name}."
    )
    return {place: {name: "" if place in totals else _heading(values, place)} for place in said}


def _heading(values: Sequence[Column], place: int) -> str:
    return " ".join(next(column.heading for column in values if column.place == place).split())


def _group_name(table: Table, roles: Roles) -> str:
    """What the groups in the headings are of: the label that stands left of them, such as “Ethnic Group”."""
    for column in roles.columns:
        label = column.heading.partition(" – ")[0] if column.role != "value" else ""
        if (
            label
            and re.fullmatch(r"[A-Za-z][A-Za-z /-]{2,40}", label)
            and not re.search(
                r"area|zone|geograph|code|name|date|month|year|industry|status|options|summation|authorit|region",
                label,
                re.IGNORECASE,
            )
        ):
            return re.sub(r"\W+", "_", label.lower()).strip("_")
    return "group"


def _one(  # noqa: PLR0917
    column: Column,
    groups: Mapping[int, Mapping[str, str]],
    settled: Settled,
    subject: str,
    answers: Mapping[str, str],
    table: Table,
) -> ValueColumn:
    heading = " ".join(column.heading.split())
    group = dict(groups.get(column.place, {}))
    period, rest = ("", heading) if group else _period_in_heading(heading, settled)
    if group:
        title = (
            answers.get("measure") or _population(table, subject)
            if "age" in group
            else answers.get("measure") or subject
        )
    elif not settled.measures and _KINDS.fullmatch(plain(rest)):
        about = answers.get("measure") or subject
        title = f"{about} ({plain(rest)})" if about else ""
    elif is_generic(rest) or not rest:
        title = "" if settled.measures else answers.get("measure") or subject
    else:
        title = re.sub(r"\s*\[note[^\]]*\]", "", rest)
    key = titles.key_of(title) if title else ""
    unit = (
        answers.get(f"unit:{key}")
        or answers.get("unit")
        or titles.unit_of(heading, title, table.facts.get("units", ""), table.facts.get("counting", ""))
    )
    return ValueColumn(column=column.place, heading=heading, title=title, unit=unit, period=period, breakdowns=group)


def _population(table: Table, subject: str) -> str:
    near = " ".join([*table.headings, subject, table.cells.path.stem]).lower()
    return "Population by age" if "population" in near else (f"{subject} by age" if subject else "")


def _period_in_heading(heading: str, settled: Settled) -> tuple[str, str]:
    """A period that is the heading, or begins or ends it; and the rest."""
    bare, _ = without_mark(heading)
    if is_period(bare):
        return heading, ""
    parts = heading.split(" – ")
    for place, part in enumerate(parts):
        if len(parts) > 1 and is_period(without_mark(part)[0]):
            return part, " – ".join(parts[:place] + parts[place + 1 :])
    if settled.period_column is None and (found := re.fullmatch(r"((?:19|20)\d\d)[ _-]+(\D.*)", heading)):
        return found[1], found[2]
    if settled.period_column is None and (found := re.fullmatch(r"(.*\D)[ _,-]+((?:19|20)\d\d)", heading)):
        return found[2], found[1].strip(" ,_-")
    return "", heading


def _attached(value: ValueColumn, roles: Roles, count: int, table: Table) -> dict[str, int | None]:
    """The columns of interval and flag that belong to a column of values."""
    found: dict[str, int | None] = {}
    for name, role in (("lower", "lower"), ("upper", "upper"), ("half_width", "half"), ("flag", "flag")):
        mine = [c for c in roles.of(role) if count == 1 or _belongs(c, value, roles)]
        if mine:
            found[name] = mine[0].place
    return found


def _belongs(column: Column, value: ValueColumn, roles: Roles) -> bool:
    """Whether a column stands behind a column of values, or its heading is the value's with a word more."""
    base = set(plain(value.heading).split())
    own = set(plain(column.heading).split())
    if base and base <= own and len(own - base) <= 4:
        # "Owned outright LCI" belongs to "Owned outright", and not to "Owned".
        rivals = [set(plain(c.heading).split()) for c in roles.of("value")]
        return not any(base < rival <= own for rival in rivals)
    left = column.place - 1
    while left >= 0 and roles.by_place[left].role in ("lower", "upper", "half", "flag", "spread"):
        left -= 1
    unnamed = not (own & {word for c in roles.of("value") for word in plain(c.heading).split()} - {"%", "95%"})
    return unnamed and left == value.column


def _measure_question(table: Table, subject: str) -> Question:
    stem = re.sub(r"[_-]+", " ", table.cells.path.name.partition(".")[0])
    said = [one for one in (subject, stem) if one]
    return Question(
        key="measure",
        text="What do the figures measure?",
        why="No heading and no row says it.",
        candidates=tuple(Candidate(value=one, label=one) for one in dict.fromkeys(said)),
        free=True,
    )


# --- periods ----------------------------------------------------------------------------------------------------------


def _period(table: Table, settled: Settled, answers: Mapping[str, str], column: Column | None) -> None:
    if column is not None:
        odd = next((said for said in column.said if FINANCIAL.fullmatch(said) and not is_period(said)), "")
        if odd and answers.get("year_begins", "") not in _BEGINS:
            settled.questions.append(
                Question(
                    key="year_begins",
                    text="In which month do its years begin?",
                    why=f"It gives years such as {odd}.",
                    candidates=(
                        Candidate(value="april", label="April: financial years"),
                        Candidate(value="august", label="August: academic years of further education"),
                        Candidate(value="september", label="September: academic years of schools"),
                        Candidate(value="january", label="January"),
                        Candidate(value="october", label="October"),
                    ),
                )
            )
        return
    if settled.values and all(value.period for value in settled.values):
        return
    if answers.get("period"):
        settled.period = answers["period"]
        if not is_period(settled.period):
            settled.questions.append(_period_question(table, f"“{settled.period}” cannot be read as a period.", ()))
        return
    fact = next((table.facts[key] for key in _FACTS if key in table.facts and is_period(table.facts[key])), "")
    if fact:
        settled.period = fact
        settled.notes.append(f"The period {fact} was read from what stands above the table.")
        return
    by_name = titles.periods_of_name(table.cells.path.name.partition(".")[0])
    above = tuple(dict.fromkeys(one for line in table.banner[:3] for one in titles.periods_in(line)))
    every = tuple(dict.fromkeys([*above, *by_name]))
    readable = [one for one in every if is_period(one)]
    if len(every) == 1 and readable:
        settled.period = every[0]
        whence = "the name of the file" if by_name else "the title of the sheet"
        settled.notes.append(f"The table has no date. The period {every[0]} was read from {whence}.")
        return
    why = "It gives several." if every else "No column, heading or title gives one."
    settled.questions.append(_period_question(table, why, readable))


def _period_question(table: Table, why: str, candidates: Sequence[str]) -> Question:
    return Question(
        key="period",
        text="Which period are the figures of?",
        why=why,
        candidates=tuple(Candidate(value=one, label=one) for one in candidates),
        free=True,
    )


def begins_in(answers: Mapping[str, str]) -> int:
    """The month in which years such as 2019/20 begin; 0 when nobody said."""
    return _BEGINS.get(answers.get("year_begins", "").lower(), 0)


# --- intervals, and what was left out ---------------------------------------------------------------------------------


def _confidence(roles: Roles, settled: Settled, answers: Mapping[str, str], lines: Sequence[str]) -> None:
    if not any(value.lower is not None or value.half_width is not None for value in settled.values):
        return
    said = answers.get("confidence", "")
    if re.fullmatch(r"0?\.\d+", said):
        settled.confidence = float(said)
        return
    headings = " ".join(column.heading for column in roles.of("lower", "upper", "half"))
    found = set(re.findall(r"(?<!\d)(80|90|95|99)(?:\.0)?(?=\s*%|\s*per ?cent|\s|_|$)", headings))
    if not found:
        found = {
            level for line in lines if re.search(r"confidence|interval", line, re.IGNORECASE)
            for level in re.findall(r"(?<!\d)(80|90|95|99)\s*(?:%|per ?cent)", line)
        }  # fmt: skip
    if len(found) == 1:
        settled.confidence = int(found.pop()) / 100
        settled.notes.append(f"It has intervals, at {settled.confidence:.0%} as the file says.")
        return
    settled.questions.append(
        Question(
            key="confidence",
            text="At which level of confidence are its intervals?",
            why="The file does not say.",
            candidates=tuple(Candidate(value=f"0.{n}", label=f"{n}%") for n in (95, 99, 90, 80)),
        )
    )


def _say_ignored(roles: Roles, settled: Settled) -> None:
    if spread := roles.of("spread"):
        settled.notes.append(
            f"Left out: {spread[0].heading} and {len(spread) - 1} more columns of how spread out estimates are."
            if len(spread) > 1
            else f"Left out: {spread[0].heading}."
        )
    coordinates = [c for c in roles.of("coordinate") if plain(c.heading) not in ("area", "area units")]
    if coordinates:
        projected = any(re.search(r"east|north|bng|^x$|^y$|oseast|osnrth", plain(c.heading)) for c in coordinates)
        where = "metres of the British National Grid (EPSG:27700)" if projected else "longitude and latitude"
        settled.notes.append(
            f"The columns {', '.join(c.heading for c in coordinates)} place the areas ({where}). They are no figures."
        )
