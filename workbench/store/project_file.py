"""A project as one JSON file: read with every fault named, written whole or not at all.

A file that cannot be read is never written over, and a file of a later version is left as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.domain.project import SCHEMA_VERSION, Project, cleaned, flatten, repeated_ids
from workbench.errors import DamagedProject, NewerProject, ProjectError
from workbench.store.words import fault_words, is_whole

LARGEST = 50_000_000
"""Bytes. The largest project we can imagine is a hundredth of this; a bigger file is some other file."""

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""Steps between schema versions: the step under 1 turns the data of version 1 into that of version 2."""

_SAFE_COPY = "The file has been left as it is. Put it right, or go back to an earlier copy."


def load_project(path: Path | str) -> Project:
    """Read a project, without references to what is not there.

    Parameters
    ----------
    path : path
        A JSON file written by :func:`save_project`, or by hand.

    Returns
    -------
    Project

    Raises
    ------
    ProjectError
        When the file is not there or cannot be opened.
    DamagedProject
        When it is not a project; the message names the line and column, or every field that is wrong.
    NewerProject
        When a later version of the workbench wrote it.
    """
    return cleaned(parse_project(read_bytes(path), str(path)))


def save_project(project: Project, path: Path | str, *, replace: bool = False) -> None:
    """Write a project as indented JSON, in the place of the file or not at all.

    The new file appears complete, under the permissions of the old one; a symbolic link is followed.

    Parameters
    ----------
    project : Project
    path : path
    replace : bool
        Write even over a file that cannot be read, is of a later version, or holds another project.

    Raises
    ------
    ProjectError
        When the place cannot be written, or holds another project.
    DamagedProject, NewerProject
        When what is there cannot be read, or is of a later version.
    """
    if not replace and _holds_something(Path(path)):
        there = parse_project(read_bytes(path), str(path))
        if there.id != project.id:
            raise ProjectError(
                f"This file holds another project, “{there.name or there.id}”.", "Save under another name.", str(path)
            )
    write_bytes(path, project_bytes(project))


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False  # writing will say what is wrong with the place


def project_bytes(project: Project) -> bytes:
    """The file of a project: fields in the order of their steps, one on each line, so that a comparison reads well."""
    return (json.dumps(project.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n").encode()


def digest(content: bytes) -> str:
    """The SHA-256 by which a session knows the file it wrote from one that somebody changed."""
    return hashlib.sha256(content).hexdigest()


# --- reading ----------------------------------------------------------------------------------------------------------


def read_bytes(path: Path | str) -> bytes:
    """The content of a regular file of sane size.

    Raises
    ------
    ProjectError
        When there is no such file or it cannot be opened.
    DamagedProject
        When it is a folder or a device, or too big to be a project.
    """
    where = str(path)
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise DamagedProject("This is a folder, not a project file.", "Give the file inside it.", where)
        # Opening a pipe would wait for ever.
        if not stat.S_ISREG(found.st_mode):
            raise DamagedProject("This is not a file that can be read.", "Give a project file (.json).", where)
        if found.st_size > LARGEST:
            size = f"{found.st_size / 1_000_000:,.0f} MB"
            raise DamagedProject(f"This file is {size}: too big for a project.", "Give a project file (.json).", where)
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise ProjectError("There is no such file.", "Check the name and the folder.", where) from error
    except PermissionError as error:
        raise ProjectError("You may not read this file.", "Ask its owner for permission to read it.", where) from error
    except OSError as error:
        raise ProjectError(
            f"The file cannot be read: {_said(error)}.", "Check the name and the disk.", where
        ) from error


def parse_project(content: bytes, where: str = "") -> Project:
    """The project in the bytes of a file, as it stands: not yet cleaned.

    Raises
    ------
    DamagedProject, NewerProject
    """
    data = upgraded(_plain(content, where), where=where)
    try:
        project = Project.model_validate(data)
    except ValidationError as error:
        raise DamagedProject(fault_words(error, data), _SAFE_COPY, where) from error
    if cut := [p for p, v in flatten(project).items() if isinstance(v, str) and not is_whole(v)]:
        raise DamagedProject(f"{', '.join(cut)}: the text holds half a character.", _SAFE_COPY, where)
    if faults := repeated_ids(project):
        raise DamagedProject("; ".join(f"{f.where}: {f.message}" for f in faults), _SAFE_COPY, where)
    return project


def upgraded(
    data: dict[str, Any],
    steps: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = UPGRADES,
    target: int = SCHEMA_VERSION,
    where: str = "",
) -> dict[str, Any]:
    """The data of an older project brought to the schema of this version, one step at a time.

    Raises
    ------
    NewerProject
        When the data is of a later version.
    DamagedProject
        When it names no version, or one that never was.
    """
    version = data.get("schema_version")
    if version is None:
        raise DamagedProject(f"schema_version is missing; expected the number {target}.", _SAFE_COPY, where)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise DamagedProject(f"schema_version: expected the number {target}, found {version!r}.", _SAFE_COPY, where)
    if version > target:
        raise NewerProject(
            f"A later version of the workbench wrote this project (schema {version}; this one reads up to {target}).",
            "Update the workbench. The file has been left as it is.",
            where,
        )
    while version < target:
        if version not in steps:
            raise DamagedProject(f"There is no way to bring schema {version} up to date.", _SAFE_COPY, where)
        data = {**steps[version](data), "schema_version": version + 1}
        version += 1
    return data


def _plain(content: bytes, where: str) -> dict[str, Any]:
    if not content.strip(b" \t\r\n\0"):
        raise DamagedProject("The file is empty.", "Go back to an earlier copy.", where)
    try:
        text = content.decode("utf-8-sig")  # editors on Windows put a mark in front
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DamagedProject(
            f"This is not a JSON file: line {line} is not UTF-8 text.", "Give a project file (.json).", where
        ) from error
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DamagedProject(
            f"This is not whole JSON: line {error.lineno}, column {error.colno}: {error.msg.lower()}.",
            _SAFE_COPY,
            where,
        ) from error
    except (ValueError, RecursionError) as error:
        said = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise DamagedProject(f"This is not a project file: {said}.", _SAFE_COPY, where) from error
    if not isinstance(data, dict):
        raise DamagedProject("This is not a project file: it holds no named fields.", _SAFE_COPY, where)
    if not data.keys() & {"schema_version", "id"}:
        raise DamagedProject(
            "This is JSON, but not a project of the workbench: it has neither an id nor a schema_version.",
            "Give a project file (.json).",
            where,
        )
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once: Python would keep the last of two and say nothing."""
    data = dict(pairs)
    if len(data) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key “{twice}” stands twice in one place")
    return data


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


# --- writing ----------------------------------------------------------------------------------------------------------


def write_bytes(path: Path | str, content: bytes, *, about_to_replace: Callable[[], bool] = lambda: True) -> bool:
    """Put new content in the place of a file: whole, or the old file stays.

    Parameters
    ----------
    path : path
        A symbolic link is followed: the file it points to is replaced, not the link.
    content : bytes
    about_to_replace : callable
        Asked when the new content is safely on disk beside the old; False leaves the old file.

    Returns
    -------
    bool
        Whether the file was replaced.

    Raises
    ------
    ProjectError
        When the place cannot be written.
    """
    try:
        target = Path(os.path.realpath(path))
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            _write_through(beside, content)
            if target.exists():
                os.chmod(beside, stat.S_IMODE(target.stat().st_mode))
            if not about_to_replace():
                return False
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        raise ProjectError(
            f"The project file cannot be written: {_said(error)}.",
            "Check that the disk has room and that you may write in this folder.",
            str(path),
        ) from error
    return True


def _write_through(path: Path, content: bytes) -> None:
    """Write a new file down to the disk, with the permissions that a new file gets here."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut. Windows cannot open a folder, and needs not."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _said(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
