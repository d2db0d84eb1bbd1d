"""The areas of a table: code, name, level and boundaries of each, and what could not be found.

Codes are exact. A code that the register does not hold is kept, with the level its prefix gives, because a national
file is more than the places of one proposal. Names are only found in the register, and only exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.domain import words
from workbench.domain.area_codes import CODE, LEVELS, census_of, level_of
from workbench.domain.areas import Area, AreaRegister
from workbench.domain.recipes import Candidate, Question
from workbench.errors import UnknownArea, WrongFile
from workbench.sources.tables.find import CODE_AND_NAME, PREFIXED

CENSUS_LEVELS = frozenset({"OA", "LSOA", "MSOA"})
"""Areas drawn anew for each census: figures of two censuses are of different areas even where codes are the same."""

_ORDER = {level: place for place, level in enumerate(LEVELS)}
_TOTALS = frozenset({"nation", "region", "combined authority", "county"})
_LEVELS = {
    "ladu": "district", "lad": "district", "country": "nation", "gor": "region", "region": "region", "ward": "ward",
    "msoa": "MSOA", "lsoa": "LSOA", "mca": "combined authority", "cauth": "combined authority",
}  # fmt: skip
_HEADED = (
    ("constituency", r"constituenc"), ("ward", r"\bwards?\b"),
    ("district", r"local authorit|\bdistricts?\b|\bLAs?\b|LAD"),
    ("region", r"\bregions?\b"), ("MSOA", r"msoa|middle.layer"), ("LSOA", r"lsoa|lower.layer|data zone"),
)  # fmt: skip
_MCA = re.compile(r"User Defined Geography:(.+)-MCA(?: - from \w+)?")
_YEAR_IN = re.compile(
    r"(?:lsoa|msoa|oa|ward|wd|lad|ltla|utla|dz|iz|rgn|region|cauth|ctry|soa|sdz|lgd|pcon|cty|dea|outputarea|datazone"
    r"|intermediatezone|super output area|data zone|output area|constituency)s?[ _-]?(\d{2}|20\d\d)(?!\d)"
    r"|(20\d\d)[ _-](?:super output|lsoa|msoa|data zone|ward|output area|boundar)",
    re.IGNORECASE,
)
_LAST_2011 = "E01033768"  # LSOAs made for the 2021 Census begin above this code (ONS code history)


@dataclass(frozen=True, slots=True)
class Place:
    """One area as a file means it."""

    code: str
    name: str
    level: str
    vintage: str


@dataclass
class Places:
    """The areas of a column.

    Attributes
    ----------
    found : mapping of str to Place
        By what the cell says.
    unknown : mapping of str to str
        What stands for no area, and why.
    unheld : tuple of str
        Codes that are kept and that the register does not hold.
    notes : list of str
    questions : list of Question
    kind, level, vintage : str
        For the recipe.
    """

    found: dict[str, Place] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    unheld: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    kind: str = "code"
    level: str = ""
    vintage: str = ""


def year_of_heading(heading: str) -> str:
    """The year of the boundaries that a heading names; empty when it names none.

    Examples
    --------
    >>> year_of_heading("lsoa11cd"), year_of_heading("2011 super output area - lower layer"), year_of_heading("AREACD")
    ('2011', '2011', '')
    """
    found = _YEAR_IN.search(heading)
    year = (found[1] or found[2]) if found else ""
    return f"20{year}" if len(year) == 2 else year


def places_of(  # noqa: PLR0917
    said: Iterable[str],
    heading: str,
    names: Mapping[str, str],
    areas: AreaRegister,
    answers: Mapping[str, str],
    where: str,
) -> Places:
    """The areas that the cells of a column stand for.

    Parameters
    ----------
    said : iterable of str
        The different texts of the column.
    heading : str
        May give the year of the boundaries.
    names : mapping of str to str
        What the file calls each code.
    areas : AreaRegister
    answers : mapping of str to str
        ``vintage`` and ``level``.
    where : str
        For errors.

    Raises
    ------
    WrongFile
        When codes of two censuses stand in one column.
    """
    texts = list(dict.fromkeys(said))
    places = Places()
    codes = {one: code for one in texts if (code := _code(one))}
    places.kind = _kind(texts, codes)
    held, outside = _held(codes, areas, places)
    years = _years(held, heading, answers, places, where)
    outside_years = _outside(outside, years, heading, answers, places)
    for one, code in codes.items():
        if code in held:
            area = held[code]
            places.found[one] = Place(code, area.name, area.level, years.get(code, area.vintage))
        elif code in outside:
            name = names.get(one) or _name(one) or code
            places.found[one] = Place(code, name, outside[code], outside_years.get(code, ""))
    places.unheld = tuple(dict.fromkeys(outside))
    level = answers.get("level", "") or level_of_heading(heading)
    _by_name([one for one in texts if one not in codes], areas, level, places)
    return places


def level_of_heading(heading: str) -> str:
    """The level of areas that a heading names; empty when it names none or several.

    Examples
    --------
    >>> level_of_heading("Westminster Parliamentary Constituency 2024"), level_of_heading("Area")
    ('constituency', '')
    """
    found = {level for level, pattern in _HEADED if re.search(pattern, heading, re.IGNORECASE)}
    return found.pop() if len(found) == 1 else ""


def _code(said: str) -> str:
    stripped = said.strip()
    if CODE.fullmatch(stripped):
        return stripped.upper()
    both = CODE_AND_NAME.fullmatch(stripped)
    return (both[1] or both[4]).upper() if both else ""


def _name(said: str) -> str:
    both = CODE_AND_NAME.fullmatch(said.strip())
    return (both[2] or both[3]).strip() if both else ""


def _kind(texts: Sequence[str], codes: Mapping[str, str]) -> str:
    if any(_name(one) for one in codes):
        return "code and name"
    if codes:
        return "code"
    return "prefixed" if any(PREFIXED.fullmatch(one) for one in texts) else "name"


def _held(codes: Mapping[str, str], areas: AreaRegister, places: Places) -> tuple[dict[str, Area], dict[str, str]]:
    """Areas that are held, by code; levels of codes that are not."""
    held: dict[str, Area] = {}
    outside: dict[str, str] = {}
    for one, code in codes.items():
        area = areas.areas.get(code)
        if area is not None:
            held[code] = area
            continue
        try:
            outside[code] = level_of(code)
        except UnknownArea:
            places.unknown[one] = "is a code of a kind that the workbench does not know"
    return held, outside


def _years(
    held: Mapping[str, Area], heading: str, answers: Mapping[str, str], places: Places, where: str
) -> dict[str, str]:
    """The boundaries of each held area: one year for all areas of a census level."""
    years: dict[str, str] = {}
    by_level: dict[str, list[Area]] = {}
    for area in held.values():
        by_level.setdefault(area.level, []).append(area)
    for level, group in by_level.items():
        asked = answers.get("vintage", "") or year_of_heading(heading)
        fitting = _common(group)
        if asked and all(area.is_of(asked) for area in group):
            year = asked
        elif len(fitting) >= 1 and not (asked and level in CENSUS_LEVELS and asked in _all_years(group)):
            year = max(fitting)
            if asked:
                places.notes.append(
                    f"The file says {level}s of {asked}. That year is not held; the codes are those of {year}."
                )
            elif len(fitting) > 1:
                places.notes.append(f"Its {level}s are the same in {' and '.join(sorted(fitting))}; {year} was taken.")
        elif level in CENSUS_LEVELS:
            raise _mixed(group, level, asked, where)
        else:
            places.notes.append(
                f"Its {level}s are of several years. Each was taken with the boundaries its code stands for."
            )
            year = ""
        for area in group:
            years[area.code] = year or area.vintage
        if year:
            places.vintage = year if level in CENSUS_LEVELS or not places.vintage else places.vintage
            places.notes.append(f"Found with the boundaries of {year}: {words.counted(len(group), level)}.")
    return years


def _common(group: Sequence[Area]) -> set[str]:
    every = [set(area.vintages or (area.vintage,)) for area in group]
    return set.intersection(*every) - {""} if every else set()


def _all_years(group: Sequence[Area]) -> set[str]:
    return {year for area in group for year in (area.vintages or (area.vintage,))}


def _mixed(group: Sequence[Area], level: str, asked: str, where: str) -> WrongFile:
    if asked:
        odd = [area.code for area in group if not area.is_of(asked)]
        said = (
            f"Its column says {level}s of {asked}; {len(odd):,} of its codes are of other years: {', '.join(odd[:3])}."
        )
    else:
        only = {
            year: [a.code for a in group if set(a.vintages or (a.vintage,)) == {year}]
            for year in sorted(_all_years(group))
        }
        some = "; ".join(f"{len(codes):,} only of {year}, such as {codes[0]}" for year, codes in only.items() if codes)
        said = f"Its {level}s are of two censuses, which are different areas: {some}."
    return WrongFile(said, "Bring the figures of each census in a file of its own.", where)


def _outside(
    outside: Mapping[str, str], years: Mapping[str, str], heading: str, answers: Mapping[str, str], places: Places
) -> dict[str, str]:
    """The boundaries of codes that are not held: the year the file names, or that of its other areas of the level."""
    asked = answers.get("vintage", "") or year_of_heading(heading)
    found: dict[str, str] = {}
    open_codes: list[str] = []
    beside = {level_of(held): year for held, year in years.items()}
    if any(other.startswith("E01") and other > _LAST_2011 for other in outside):
        beside.setdefault("LSOA", "2021")
    for code, level in outside.items():
        year = census_of(code) or asked
        if not year and level in CENSUS_LEVELS:
            year = beside.get(level, "")
            if not year:
                open_codes.append(code)
        found[code] = year
    if open_codes:
        kind = outside[open_codes[0]]
        places.questions.append(
            Question(
                key="vintage",
                text=f"Of which year are its {kind}s?",
                why=f"{len(open_codes):,} codes such as {open_codes[0]} stand in lists of several years.",
                candidates=(
                    Candidate(value="2011", label="the 2011 Census"),
                    Candidate(value="2021", label="the 2021 Census"),
                    Candidate(value="2001", label="the 2001 Census"),
                ),
            )
        )
    years_said = {year for year in found.values() if year}
    if not places.vintage and len(years_said) == 1:
        places.vintage = years_said.pop()
    if outside:
        some = f"{words.counted(len(outside), 'code')} not in the register, such as {next(iter(outside))}, were kept"
        known = sorted({year for year in found.values() if year})
        years_known = f"boundaries are those of {' and '.join(known)}" if known else ""
        unknown = sum(1 for year in found.values() if not year)
        open_years = f"the year of boundaries is not known for {unknown:,}" if unknown else ""
        said = "; ".join(filter(None, ("level and nation follow from the code", years_known, open_years)))
        places.notes.append(f"{some}: {said}.")
    return found


# --- names ------------------------------------------------------------------------------------------------------------


def _by_name(texts: Sequence[str], areas: AreaRegister, level: str, places: Places) -> None:
    """Names that an area bears exactly, at the level that most of them fit or above it: tables show totals too."""
    wanted: dict[str, tuple[Area, ...]] = {}
    for one in texts:
        prefixed, name = _prefix(one)
        named = areas.named(name, prefixed) if name and (prefixed or not PREFIXED.fullmatch(one)) else ()
        wanted[one] = named
    counts: dict[str, int] = {}
    for candidates in wanted.values():
        for found in {area.level for area in candidates}:
            counts[found] = counts.get(found, 0) + 1
    most = level or max(counts, key=lambda one: (counts[one], -_ORDER[one]), default="")
    doubtful = []
    for one, candidates in wanted.items():
        prefixed, _ = _prefix(one)
        fitting = [
            a
            for a in candidates
            if prefixed or a.level == most or (_ORDER[a.level] < _ORDER[most] and a.level in _TOTALS)
        ]
        own = [a for a in fitting if a.level == most] if len(fitting) > 1 else fitting
        if len(own) == 1:
            places.found[one] = Place(own[0].code, own[0].name, own[0].level, own[0].vintage)
        elif fitting:
            doubtful.append(one)
            places.unknown[one] = "is the name of several areas"
        else:
            places.unknown[one] = "is no area that is held by exactly this name"
    rivals = [one for one, n in counts.items() if n == counts.get(most)]
    few = 0 < counts.get(most, 0) < 3 and len(wanted) > 5 * counts[most]  # a ward may be called as a region is
    if not level and most and (len(rivals) > 1 or few) and not any(_prefix(one)[0] for one in wanted):
        places.questions.append(
            Question(
                key="level",
                text="Which kind of area are they?",
                why=f"Areas of several kinds bear names such as {next(one for one, found in wanted.items() if found)}.",
                candidates=tuple(Candidate(value=one, label=one, rows=n) for one, n in sorted(counts.items())),
            )
        )
    places.level = most
    named_count = sum(1 for one in texts if one in places.found)
    if named_count:
        places.notes.append(
            f"{named_count:,} areas were found by name, exactly as the register writes it but for case and accents."
        )


def _prefix(said: str) -> tuple[str, str]:
    """Level and name from a name with a prefix of Nomis; a name without one has no level."""
    if mca := _MCA.fullmatch(said):
        return "combined authority", mca[1]
    found = PREFIXED.fullmatch(said)
    if found:
        return _LEVELS.get(found[1], ""), found[2]
    return "", said.strip()
