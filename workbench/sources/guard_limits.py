"""How much of a file is read at most, and the refusal that says so. See :mod:`workbench.sources.guard`."""

from __future__ import annotations

from workbench.errors import WrongFile

MOST_BYTES = 64_000_000
"""Of a file as it lies on the disk."""

MOST_UNPACKED = 200_000_000
"""Of everything in an archive together; the largest workbook of the reference material unpacks to 60 MB."""

MOST_RATIO = 300
"""Of a part's size to its compressed size, for parts above a megabyte. Sheets reach about 40."""

MOST_PARTS = 2_000
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
"""Of a sheet: what Excel and LibreOffice can hold."""

MOST_CELLS = 5_000_000
"""Of a table, empty ones between its corners included; one of 34,753 LSOAs by age has 3.3 million."""

MOST_TEXT = 100_000_000
"""Characters of the cells of a workbook together; one long text may stand in a million cells."""

SAVE_AGAIN = "Copy the cells with figures into a new sheet and save that."


class RefusedPart(WrongFile):
    """Why a file is not read. :func:`workbench.sources.guard.check` turns it into an error with the file's name."""
