"""Pandoc as a separate program."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from workbench.errors import ExportError

SECONDS = 120
REMEDY = "Install it: pip install data-sharing-workbench[documents]"


@cache
def program() -> str:
    """Where pandoc is.

    Raises
    ------
    ExportError
        When it is not installed.
    """
    try:
        import pypandoc  # noqa: PLC0415  optional: only when a document is made

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError) as error:
        raise ExportError("Word and OpenDocument files need pandoc, which is not installed.", REMEDY) from error


def default_file(name: str) -> bytes:
    """One of pandoc's own data files, for example ``reference.docx``."""
    return _run(["--print-default-data-file", name], b"", None, {})


def convert(tree: str, kind: str, reference: Path, out: Path, day: date) -> None:
    """Turn a tree in JSON into a file.

    Parameters
    ----------
    tree : str
    kind : str
        ``docx`` or ``odt``.
    reference : Path
        The document whose styles are used. Pictures lie in the same folder.
    out : Path
    day : datetime.date
        The date the file carries, so that the same document gives the same file.

    Raises
    ------
    ExportError
        When pandoc is missing, fails or takes longer than two minutes.
    """
    stamp = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    arguments = ["--from=json", f"--to={kind}", "--standalone", f"--reference-doc={reference}", f"--output={out}"]
    _run(arguments, tree.encode("utf-8"), reference.parent, {"SOURCE_DATE_EPOCH": str(stamp)})


def _run(arguments: list[str], given: bytes, folder: Path | None, extra: dict[str, str]) -> bytes:
    try:
        done = subprocess.run(
            [program(), *arguments],
            input=given,
            cwd=folder,
            env={**os.environ, **extra},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except OSError as error:
        raise ExportError(f"Pandoc could not be started: {error}.", REMEDY) from error
    except subprocess.TimeoutExpired as error:
        raise ExportError(f"Pandoc took longer than {SECONDS} seconds and was stopped.", "Try again.") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise ExportError(f"Pandoc could not write the document: {said}", "Try another format, such as .html.")
    return done.stdout
