"""What the code of an area says by itself: kind of area, nation, and for Scotland the census. No register is needed.

Kinds follow the ONS Register of Geographic Codes (entity prefixes); runs of Scottish codes were counted in the lookups
of National Records of Scotland and the tables of SIMD 2012 (see ``reference/areas_recipe.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.errors import UnknownArea

LEVEL_BY_PREFIX: Mapping[str, str] = {
    "E00": "OA", "W00": "OA", "S00": "OA", "N00": "OA",
    "E01": "LSOA", "W01": "LSOA", "S01": "LSOA", "N20": "LSOA",
    "E02": "MSOA", "W02": "MSOA", "S02": "MSOA", "N21": "MSOA",
    "E05": "ward", "W05": "ward", "S13": "ward", "N08": "ward",
    "N10": "electoral area",
    "E06": "district", "E07": "district", "E08": "district", "E09": "district",
    "W06": "district", "S12": "district", "N09": "district",
    "E14": "constituency", "W07": "constituency", "S14": "constituency", "N05": "constituency", "N06": "constituency",
    "E54": "health board", "S08": "health board", "W11": "health board",
    "E10": "county", "E11": "county", "E12": "region", "E47": "combined authority",
    "E92": "nation", "W92": "nation", "S92": "nation", "N92": "nation",
    "K02": "nation", "K03": "nation", "K04": "nation",
}  # fmt: skip
"""Entity prefixes of the ONS Register of Geographic Codes that the workbench meets. Data zones of Scotland and Northern
Ireland stand at the level of LSOAs, intermediate zones and super data zones at that of MSOAs."""

LEVELS: tuple[str, ...] = (
    "nation", "region", "combined authority", "county", "health board", "district", "constituency", "electoral area",
    "ward", "MSOA", "LSOA", "OA",
)  # fmt: skip
"""Every level, the largest areas first."""

NATION_BY_LETTER: Mapping[str, str] = {
    "E": "England",
    "W": "Wales",
    "S": "Scotland",
    "N": "Northern Ireland",
    "K": "United Kingdom",
}

_TOGETHER = {"K02": "United Kingdom", "K03": "Great Britain", "K04": "England and Wales"}

# What an area is called where it is not called by its level.
_KINDS = {
    "S01": "data zone", "N20": "data zone", "S02": "intermediate zone", "N21": "super data zone",
    "N00": "small area", "N10": "district electoral area", "S12": "council area", "E54": "integrated care board",
    "E14": "parliamentary constituency", "W07": "parliamentary constituency", "S14": "parliamentary constituency",
    "N05": "parliamentary constituency", "N06": "parliamentary constituency",
}  # fmt: skip

_OLD_NI = re.compile(r"95[A-Z]{2}\d{2}[A-Z]\d", re.ASCII)
"""Super output areas of Northern Ireland (890, of the 2001 Census and kept in 2011) keep codes from before GSS."""

_GSS = re.compile(r"[EWSNK]\d{8}", re.ASCII)
CODE = re.compile(rf"(?<![A-Za-z0-9])(?:{_GSS.pattern}|{_OLD_NI.pattern})(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE)
"""A code of an area somewhere in a text."""

# First and last code of a run of Scottish codes. Each census began a new series, so a code belongs to one of them.
_RUNS: tuple[tuple[str, str, str], ...] = (
    ("S01000001", "S01006505", "2001"),
    ("S01006506", "S01013481", "2011"),
    ("S01013482", "S01020873", "2022"),
    ("S02001236", "S02002514", "2011"),
    ("S02002515", "S02003848", "2022"),
)


def level_of(code: str) -> str:
    """The level of an area, from the prefix of its GSS code.

    Parameters
    ----------
    code : str
        Nine characters, for example ``E08000001``; or an old code of a super output area of Northern Ireland,
        ``95AA01S1``.

    Returns
    -------
    str
        One of :data:`LEVELS`.

    Raises
    ------
    UnknownArea
        When the code has no form or prefix the workbench knows.

    Examples
    --------
    >>> level_of("E05000650"), level_of("95AA01S1")
    ('ward', 'LSOA')
    """
    if _GSS.fullmatch(code) and code[:3] in LEVEL_BY_PREFIX:
        return LEVEL_BY_PREFIX[code[:3]]
    if _OLD_NI.fullmatch(code):
        return "LSOA"
    raise UnknownArea(
        f"“{code}” is not a GSS code the workbench knows.",
        "Use a nine-character code such as E08000001 (Bolton) or E47000001 (Greater Manchester).",
    )


def nation_of(code: str) -> str:
    """The nation of an area, from its code; for codes that begin with K the nations together.

    Raises
    ------
    UnknownArea
        When the code has no form the workbench knows.

    Examples
    --------
    >>> nation_of("W06000015"), nation_of("K03000001"), nation_of("95AA01S1"), nation_of("E99000001")
    ('Wales', 'Great Britain', 'Northern Ireland', 'England')
    """
    if _OLD_NI.fullmatch(code):
        return NATION_BY_LETTER["N"]
    if _GSS.fullmatch(code):
        return _TOGETHER.get(code[:3], NATION_BY_LETTER[code[0]])
    level_of(code)  # raises
    raise AssertionError  # pragma: no cover


def census_of(code: str) -> str:
    """The census whose boundaries a code stands for, where the code alone tells: Scottish and Northern Irish zones.

    Examples
    --------
    >>> census_of("S01006505"), census_of("S01013482"), census_of("N20000001"), census_of("E01004766")
    ('2001', '2022', '2021', '')
    """
    if _GSS.fullmatch(code) and code[:3] in ("N20", "N21"):
        return "2021"
    return next((year for first, last, year in _RUNS if len(code) == 9 and first <= code <= last), "")


def kind_of(code: str) -> str:
    """What an area is called in words.

    Raises
    ------
    UnknownArea

    Examples
    --------
    >>> kind_of("S01006506"), kind_of("E01004766"), kind_of("95AA01S1")
    ('data zone', 'LSOA', 'super output area')
    """
    level = level_of(code)
    return "super output area" if _OLD_NI.fullmatch(code) else _KINDS.get(code[:3], level)


def describe_code(code: str) -> str:
    """An area that no register holds, in words: what its code alone says.

    Never raises: what is no code is said to be none.

    Examples
    --------
    >>> describe_code("E01004766")
    'an LSOA in England, not in the register'
    >>> describe_code("S01013482")
    'a data zone of 2022 in Scotland, not in the register'
    >>> describe_code("E99000001")
    'an area in England of a kind the workbench does not know'
    >>> describe_code("Bolton")
    'not a code the workbench knows'
    """
    if not _GSS.fullmatch(code) and not _OLD_NI.fullmatch(code):
        return "not a code the workbench knows"
    try:
        kind = kind_of(code)
    except UnknownArea:
        return f"an area in {nation_of(code)} of a kind the workbench does not know"
    if LEVEL_BY_PREFIX.get(code[:3]) == "nation":
        return f"{nation_of(code)}, not in the register"
    census = census_of(code)
    of = f" of {census}" if census else ""
    return f"{article(kind)} {kind}{of} in {nation_of(code)}, not in the register"


def article(noun: str) -> str:
    """The indefinite article as it is spoken: an LSOA, an MSOA, an OA, a ward.

    Examples
    --------
    >>> article("LSOA"), article("ward"), article("electoral area")
    ('an', 'a', 'an')
    """
    spoken_vowel = noun[:1].lower() in "aeio" or (noun.isupper() and noun[:1] in "FHLMNRSX")
    return "an" if spoken_vowel else "a"
