"""Readable summaries are kept as files. To accept a change run with ``UPDATE_GOLDEN=1`` and read the diff."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.domain.figures import Library
from workbench.sources.sample import load_sample

FOLDER = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with the one kept under this name."""

    def compare(name: str, text: str) -> None:
        path = FOLDER / name
        if os.environ.get("UPDATE_GOLDEN") == "1":
            path.write_text(text + "\n", encoding="utf-8")
        assert path.is_file(), f"{path} is not kept yet; run with UPDATE_GOLDEN=1 and read it."
        assert text + "\n" == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def library(sample_dir: Path) -> Library:
    """The published figures that come with the workbench."""
    return load_sample(sample_dir)
