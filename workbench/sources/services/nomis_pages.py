"""Pages of Nomis data: each checked where it stands in the whole table, and the table whole or an error.

Nomis cuts a table off at its cap with status 200 and no word. Every row says its number (``RECORD_OFFSET``) and how
many there are (``RECORD_COUNT``); a table is whole when the numbers run from 0 to the count. How many rows a page has
is the service's to choose: the next page is asked for from where the last one ended.

Verified: columns and numbering, against one recorded reply (NM_2002_1). Wants a live run: ``select`` with these
columns, and what a throttled reply looks like.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.errors import Refused, SourceUnavailable
from workbench.sources.services import tidy
from workbench.sources.services.contract import Check, Reply

FIXED = (
    "DATE", "DATE_NAME", "GEOGRAPHY", "GEOGRAPHY_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_TYPECODE",
)  # fmt: skip
OBSERVED = ("OBS_VALUE", "OBS_STATUS", "OBS_STATUS_NAME", "OBS_CONF", "OBS_CONF_NAME")
NUMBERED = ("RECORD_OFFSET", "RECORD_COUNT")
_ENDINGS = ("", "_NAME", "_CODE", "_TYPE", "_TYPECODE", "_SORTORDER")
_HARMLESS = frozenset({"URN", "OBS_ROUND", "OBS_ROUND_NAME", "UNIT_MULTIPLIER", "TIME_FORMAT", "UNIT", "TITLE_COMPL"})


class Changed(Exception):
    """The table became another while it was read."""


@dataclass(frozen=True, eq=False)
class Page:
    """Rows in the order of the service; ``count`` is that of the whole table, -1 when there is no row to say it."""

    rows: pd.DataFrame
    count: int


def columns(dimensions: Sequence[str]) -> tuple[str, ...]:
    """The columns that are read, for dimensions in lower case."""
    named = tuple(f"{d.upper()}{ending}" for d in dimensions for ending in ("", "_NAME"))
    return (*FIXED, *named, *OBSERVED, *NUMBERED)


def page_check(offset: int, dimensions: Sequence[str]) -> Check:
    """The check of the page that begins with row ``offset``."""

    def check(reply: Reply) -> None:
        read_page(reply, offset, dimensions)

    return check


def read_page(reply: Reply, offset: int, dimensions: Sequence[str]) -> Page:
    """Read one page.

    Parameters
    ----------
    reply : Reply
    offset : int
        The number its first row must have.
    dimensions : sequence of str
        Every dimension but areas and time, in lower case. A column of another is refused: the service chose its code.

    Raises
    ------
    Refused
        When the service says that it cannot answer.
    SourceUnavailable
        When the reply is empty, no CSV, lacks a column, has one too many, or its rows are not numbered from ``offset``.
    """
    _refuse_other(reply)
    header, lines = _lines(reply)
    _refuse_columns(reply, header, dimensions)
    wanted = columns(dimensions)
    places = [header.index(name) for name in wanted]
    odd = next((n for n, line in enumerate(lines, start=2) if len(line) != len(header)), 0)
    if odd:
        tidy.refuse(reply, f"Row {odd} is not as wide as the header: the reply was cut off.")
    rows = pd.DataFrame([[line[p].strip() for p in places] for line in lines], columns=list(wanted), dtype="str")
    count = _numbering(reply, rows, offset)
    return Page(rows.drop(columns=list(NUMBERED)), count)


def pull(
    ask: Callable[[int], Reply], dimensions: Sequence[str], tell: Callable[[int, int], None]
) -> tuple[pd.DataFrame, list[Reply]]:
    """Every page of a table.

    Parameters
    ----------
    ask : callable
        The checked reply that begins with a row of this number.
    dimensions : sequence of str
    tell : callable
        Told how many rows have come, of how many.

    Raises
    ------
    Changed
        When two pages give different counts.
    SourceUnavailable
        When a page before the end has no row.
    """
    pages: list[pd.DataFrame] = []
    replies: list[Reply] = []
    done, count = 0, -1
    while count < 0 or done < count:
        reply = ask(done)
        page = read_page(reply, done, dimensions)
        replies.append(reply)
        pages.append(page.rows)
        if len(page.rows) == 0:
            if done:
                tidy.refuse(reply, f"The table breaks off after {done:,} of {count:,} rows.")
            break  # nothing at all matched
        if count not in (-1, page.count):
            raise Changed
        count, done = page.count, done + len(page.rows)
        tell(done, count)
    return pd.concat(pages, ignore_index=True), replies


def _refuse_other(reply: Reply) -> None:
    start = reply.content[:200].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start:
        raise SourceUnavailable(
            "Nomis answered with nothing at all, as it does when a dimension or code does not fit the data set.",
            "Check areas, periods and codes. Some kinds of area are not known to it by GSS code.",
            reply.url,
        )
    if start.startswith(b"{"):
        try:
            said = json.loads(reply.content).get("error", "")
        except (ValueError, AttributeError):
            said = ""
        if said:
            raise Refused(f"Nomis answered: “{said}”.", "Check areas, periods and codes.", reply.url)
    tidy.check_status(reply)
    if b"RECORD_COUNT" not in reply.content.split(b"\n", 1)[0].upper():
        tidy.refuse(reply, "The reply does not say how many rows the table has, so it cannot be told whole.")


def _lines(reply: Reply) -> tuple[list[str], list[list[str]]]:
    try:
        text = reply.content.decode("utf-8-sig")
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except (UnicodeDecodeError, csv.Error):
        tidy.refuse(reply, "The reply is damaged or was cut off.")
    return [name.strip().upper() for name in lines[0]], lines[1:]


def _refuse_columns(reply: Reply, header: Sequence[str], dimensions: Sequence[str]) -> None:
    missing = [name for name in columns(dimensions) if name not in header]
    if missing:
        tidy.refuse(reply, f"The table lacks the column {', '.join(missing)}.")
    if len(set(header)) < len(header):
        tidy.refuse(reply, "The table has two columns of one name.")
    ours = {f"{d.upper()}{e}" for d in ("date", "geography", *dimensions) for e in _ENDINGS}
    unknown = [name for name in header if name not in ours and name not in (*OBSERVED, *NUMBERED, *_HARMLESS)]
    if unknown:
        tidy.refuse(reply, f"The table has a column that was not asked for: {', '.join(unknown)}.")


def _numbering(reply: Reply, rows: pd.DataFrame, offset: int) -> int:
    """The count of the whole table, once the rows are numbered one after the other from ``offset``."""
    if rows.empty:
        return -1
    numbers = pd.to_numeric(rows["RECORD_OFFSET"], errors="coerce")
    counts = pd.to_numeric(rows["RECORD_COUNT"], errors="coerce")
    if counts.isna().any() or counts.nunique() != 1:
        tidy.refuse(reply, "Its rows do not agree on how many there are.")
    count = int(counts.iloc[0])
    expected = pd.Series(range(offset, offset + len(rows)), index=rows.index)
    if not numbers.eq(expected).all():
        tidy.refuse(reply, f"Its rows are not numbered one after the other from {offset:,}: some are missing or twice.")
    if offset + len(rows) > count:
        tidy.refuse(reply, f"It has more rows than the {count:,} it says there are.")
    return count
