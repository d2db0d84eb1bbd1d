"""Words for figures: keys and titles of measures, units, periods that stand in a text, and who published a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_LONGEST = 70
_UNITS: tuple[tuple[str, str], ...] = (
    ("percent", r"%|\bper ?cent\b|percentage"),
    ("rate per 100,000", r"per 100[, ]?000"),
    ("rate per 10,000", r"per 10[, ]?000"),
    ("rate per 1,000", r"per 1[, ]?000|per thousand"),
    ("proportion", r"\bproportion\b|\bprop\b|\bshare\b"),
    ("pounds", r"£|\bpounds?\b|\bgbp\b"),
    ("rank", r"\brank\b"),
    ("decile", r"\bdecile\b"),
    ("score", r"\bscores?\b"),
    ("years", r"^years$|\byrs\b|life expectancy"),
    ("ratio", r"\bratio\b"),
    ("households", r"\bhouseholds?\b"),
    ("dwellings", r"\bdwellings?\b"),
    ("enterprises", r"\benterprises?\b"),
    ("people", r"\b(persons?|people|residents|population|claimants|individuals|females|males|starters)\b"),
)
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_WHEN = re.compile(
    rf"(?P<span>{_MONTH} (?:19|20)\d\d ?(?:-|–|to) ?{_MONTH} (?:19|20)\d\d)|(?P<month>{_MONTH} (?:19|20)\d\d)"
    r"|(?P<iso>(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?!\d))"
    r"|(?P<mid>mid-?(?:year )?(?:19|20)\d\d)|(?P<year>(?<![\d-])(?:19|20)\d\d(?![\d/]))",
    re.IGNORECASE,
)
_BOUNDARIES = re.compile(
    r"(?:lsoas?|msoas?|data zones?|dz|soas?|wards?|super output areas?[^,;]{0,20}|constituenc\w+|boundar\w+)\s*"
    r"\(?(?:19|20)\d\d\)?"
    r"|(?:19|20)\d\d (?:super output|lsoa|msoa|data zone|ward|boundar)\w*"
    r"|crown copyright\W*(?:19|20)\d\d|published\W+[^,;]*(?:19|20)\d\d|updated on [^,;]*(?:19|20)\d\d",
    re.IGNORECASE,
)
_TABLE = re.compile(r"^table\s*[\w.]+\s*[-–:]\s*", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"superweb.*|back to.*|this worksheet.*|©.*|.*crown copyright.*|units?:.*|source:.*|filters:?.*|counting:.*"
    r"|contents",
    re.IGNORECASE,
)
_PUBLISHERS = (
    (r"from nomis on|\bnomis\b", "Office for National Statistics, via Nomis"),
    (r"National Records of Scotland", "National Records of Scotland"),
    (r"Department for Work and Pensions", "Department for Work and Pensions"),
    (r"Department for Communities", "Department for Communities, Northern Ireland"),
    (r"Office for National Statistics", "Office for National Statistics"),
    (r"StatsWales|statswales\.gov\.wales", "Welsh Government, StatsWales"),
    (r"Department for Business, Energy", "Department for Business, Energy and Industrial Strategy"),
    (r"NISRA", "Northern Ireland Statistics and Research Agency"),
)

NOT_STATED = "not stated in the file"


def key_of(title: str) -> str:
    """A key for a measure from its title.

    Examples
    --------
    >>> key_of("Number of households in fuel poverty"), key_of("2. %")
    ('number_of_households_in_fuel_poverty', 'm_2_percent')
    """
    said = re.sub(r"[^a-z0-9]+", "_", title.lower().replace("%", " percent ").replace("£", " pounds ")).strip("_")
    if len(said) > _LONGEST:
        said = said[:_LONGEST].rpartition("_")[0] or said[:_LONGEST]
    return said if said and said[0].isalpha() else f"m_{said}".rstrip("_")


def distinct_keys(titles: Sequence[str]) -> dict[str, str]:
    """A key for each title, no two alike."""
    keys: dict[str, str] = {}
    for title in titles:
        if title not in keys:
            key, number = key_of(title), 2
            while key in keys.values():
                key, number = f"{key_of(title)}_{number}", number + 1
            keys[title] = key
    return keys


def unit_of(*said: str) -> str:
    """The unit that the first of some texts names; empty when none does.

    Examples
    --------
    >>> unit_of("Proportion of households fuel poor (%)"), unit_of("IMD_rank"), unit_of("Mean")
    ('percent', 'rank', '')
    """
    for one in said:
        lower = one.lower().replace("_", " ")
        found = next((unit for unit, pattern in _UNITS if re.search(pattern, lower)), "")
        if found:
            return found
    return ""


def periods_in(said: str) -> tuple[str, ...]:
    """The periods that a text names, without years of boundaries and of publication.

    Examples
    --------
    >>> periods_in("Fuel poverty by LSOA 2011, 2020"), periods_in("Rents, 1 October 2021 to 30 September 2022")
    (('2020',), ('October 2021', 'September 2022'))
    """
    text = _BOUNDARIES.sub(" ", said)
    return tuple(dict.fromkeys(found[0] for found in _WHEN.finditer(text)))


def periods_of_name(stem: str) -> tuple[str, ...]:
    """The periods that the name of a file gives; the day and time of a download are none."""
    said = re.sub(
        r"(?<!\d)20\d\d[-_]\d\d[-_]\d\d([-_ ]\d\d[-_]?\d\d[-_]?\d\d)?(?!\d)", lambda m: " " if m[1] else m[0], stem
    )
    return periods_in(re.sub(r"[_]+", " ", re.sub(r"(?<=[A-Za-z])(?=(?:19|20)\d\d(?!\d))", " ", said)))


def subject_of(banner: Iterable[str], facts: Mapping[str, str]) -> str:
    """What the figures of a sheet are of: a fact that says so, else its first title."""
    for key in ("measure", "counting"):
        if facts.get(key):
            return facts[key]
    for line in banner:
        said = _TABLE.sub("", " ".join(line.split()))
        if len(said) > 3 and not _NO_TITLE.fullmatch(said):
            said = re.sub(
                r"[ ,(]*(?:for|in|at)? *(?:19|20)\d\d(?: to (?:19|20)\d\d)?\)?$", "", said, flags=re.IGNORECASE
            )
            return re.sub(r"\s*\[note[^\]]*\]", "", said)[:150]
    return ""


def publisher_of(lines: Iterable[str]) -> str:
    """Who published a file, when one of its lines says so."""
    for line in lines:
        for pattern, name in _PUBLISHERS:
            if re.search(pattern, line, re.IGNORECASE):
                return name
    return ""


def disclosure_of(lines: Iterable[str]) -> str:
    """How a file says that its counts were changed, as a flag: perturbed, rounded; empty when it does not say."""
    for line in lines:
        if re.search(
            r"perturbed|randomly adjusted|statistical disclosure control has been applied", line, re.IGNORECASE
        ):
            return "perturbed"
        rounded = re.search(r"round(?:ed|ing)[^.]{0,40}?(?:nearest|base) (5|10|100)\b", line, re.IGNORECASE)
        if rounded:
            return f"rounded-{rounded[1]}"
    return ""
