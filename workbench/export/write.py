"""A document as a file: the suffix says the format, and a file is whole or not there."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from workbench.domain.document import Document
from workbench.errors import ExportError
from workbench.export import docx, odt, pandoc
from workbench.export.html import to_html
from workbench.export.markdown import to_markdown
from workbench.export.pandoc_tree import is_png, to_pandoc

Pictures = Mapping[str, bytes]

FORMATS: Final = (".docx", ".odt", ".html", ".md")


def write_document(document: Document, pictures: Pictures, path: Path) -> Path:
    """Write a document to a file.

    Parameters
    ----------
    document : Document
    pictures : mapping of str to bytes
        PNG by picture id. A picture that is not there is told in words in its place.
    path : Path
        Its suffix, one of :data:`FORMATS`, says the format. An existing file is replaced in one step. Beside ``x.md``
        the pictures are put into a folder ``x-pictures``.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ExportError
        When the suffix is not known, the folder is not there, a picture is no PNG, the file cannot be written or
        pandoc is missing. Nothing is left behind then, and an older file stays as it was.
    """
    render = _RENDER.get(path.suffix.lower())
    if render is None:
        known = ", ".join(FORMATS)
        raise ExportError(
            f"“{path.suffix or path.name}” is not a format the workbench writes.", f"Use one of {known}.", str(path)
        )
    if not path.parent.is_dir():
        raise ExportError("The folder is not there.", "Make the folder first, or choose another.", str(path.parent))
    shown = {p.id: pictures[p.id] for p in document.pictures if p.id in pictures}
    unreadable = [picture_id for picture_id, content in shown.items() if not is_png(content)]
    if unreadable:
        raise ExportError(
            f"The picture “{unreadable[0]}” is not a PNG.", "Hand over PNG, or leave it out.", unreadable[0]
        )
    try:
        content = render(document, shown, path)
        if path.suffix.lower() == ".md":
            _write_pictures(shown, _folder(path))
        _replace(path, content)
    except OSError as error:
        said = error.strerror or str(error)
        raise ExportError(f"The file could not be written: {said}.", "Choose another place.", str(path)) from error
    return path


def _markdown(document: Document, shown: Pictures, path: Path) -> bytes:
    return to_markdown(document, _folder(path).name).encode("utf-8")


def _html(document: Document, shown: Pictures, path: Path) -> bytes:
    return to_html(document, shown).encode("utf-8")


def _docx(document: Document, shown: Pictures, path: Path) -> bytes:
    made = docx.reference(pandoc.default_file("reference.docx"), document.title)
    return docx.finished(_by_pandoc(document, shown, "docx", made), document)


def _odt(document: Document, shown: Pictures, path: Path) -> bytes:
    made = odt.reference(pandoc.default_file("reference.odt"), document.title)
    pictures = [p for p in document.pictures if p.id in shown]
    return odt.finished(_by_pandoc(document, shown, "odt", made), document, pictures)


def _by_pandoc(document: Document, shown: Pictures, kind: str, reference: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="workbench-") as name:
        folder = Path(name)
        _write_pictures(shown, folder)
        style = folder / f"reference.{kind}"
        style.write_bytes(reference)
        out = folder / f"out.{kind}"
        pandoc.convert(to_pandoc(document, shown), kind, style, out, document.date)
        return out.read_bytes()


_RENDER: Final[Mapping[str, Callable[[Document, Pictures, Path], bytes]]] = {
    ".docx": _docx,
    ".odt": _odt,
    ".html": _html,
    ".md": _markdown,
}


def _folder(path: Path) -> Path:
    """Where the pictures of a text file lie; its name needs no escaping in a link."""
    return path.with_name(f"{re.sub(r'[^A-Za-z0-9._-]+', '-', path.stem)}-pictures")


def _write_pictures(pictures: Pictures, folder: Path) -> None:
    if pictures:
        folder.mkdir(exist_ok=True)
    for picture_id, png in pictures.items():
        _replace(folder / f"{picture_id}.png", png)


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file, then put it in its place in one step."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, made)
        else:
            made.chmod(0o644)
        os.replace(made, path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
