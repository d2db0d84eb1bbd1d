"""What the workbench depends on is pinned, the same wherever it is written down, and may be used by an MIT project."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAME = PROJECT["project"]["name"]
# Deliberately outside "all": Spark is 470 MB and wants Java, and psycopg is under the LGPL.
APART = {"engines"}
GIVEN = PROJECT["project"]["optional-dependencies"]
EXTRAS = {name: given for name, given in GIVEN.items() if name not in {"all", *APART}}
CONDA_NAMES = {"matplotlib-base": "matplotlib"}

RUN = [Requirement(text) for texts in [PROJECT["project"]["dependencies"], *EXTRAS.values()] for text in texts]
BUILD = [Requirement(text) for text in PROJECT["dependency-groups"]["build"]]
TEST = [Requirement(text) for text in PROJECT["dependency-groups"]["test"]]
ENGINES = [Requirement(text) for text in GIVEN["engines"] if not text.startswith(NAME)]
LOCKS = {
    "requirements.lock": [*RUN, *BUILD],
    "requirements-test.lock": [*RUN, *BUILD, *TEST],
    "requirements-engines.lock": [*RUN, *BUILD, *TEST, *ENGINES],
}


def by_name(requirements: list[Requirement]) -> dict[str, Requirement]:
    """Requirements under their one spelling."""
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


# --- extras and conda -------------------------------------------------------------------------------------------------


def test_the_extra_all_holds_every_extra_but_those_apart():
    (everything,) = GIVEN["all"]
    assert Requirement(everything).extras == set(EXTRAS)
    assert set(GIVEN) >= APART


def test_an_extra_apart_asks_for_the_store_in_the_same_versions():
    store = by_name([Requirement(text) for text in GIVEN["store"]])
    assert f"{NAME}[store]" in GIVEN["engines"]
    assert {r.name: r.specifier for r in ENGINES if r.name in store} == {
        "ibis-framework": store["ibis-framework"].specifier
    }


@cache
def conda() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def conda_packages() -> list[Requirement]:
    texts = [text for text in conda()["dependencies"] if isinstance(text, str)]
    return [Requirement(CONDA_NAMES.get(text.split()[0], text.split()[0]) + text.split()[1]) for text in texts]


def test_conda_asks_for_the_same_versions_as_pyproject():
    python = Requirement("python" + PROJECT["project"]["requires-python"])
    allowed = by_name([*RUN, *BUILD, python])
    for package in conda_packages():
        assert package.specifier == allowed[canonicalize_name(package.name)].specifier, package.name


def test_conda_brings_the_packages_analysts_know_and_pip_the_rest():
    assert {"jupyterlab", "ipywidgets", "pandas", "voila", "plotly", "python", "pip"} <= set(by_name(conda_packages()))
    assert conda()["dependencies"][-1] == {"pip": ["-e .[all]"]}


# --- the locks --------------------------------------------------------------------------------------------------------


def pins(lock: str) -> dict[str, list[Version]]:
    """The versions a lock pins; a package may have one for each Python."""
    found: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(Version(version))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_address(lock: str):
    assert not re.search(r"(https?|file)://|index-url|find-links|trusted-host", (ROOT / lock).read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_direct_dependency_within_its_range(lock: str):
    pinned = pins(lock)
    for name, requirement in by_name(LOCKS[lock]).items():
        assert pinned.get(name), f"{name} is not in {lock}: run `make lock`"
        assert all(requirement.specifier.contains(version) for version in pinned[name]), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_a_hash_for_every_pin(lock: str):
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_tests_run_on_what_make_app_installs():
    run, test = pins("requirements.lock"), pins("requirements-test.lock")
    assert {name: test.get(name) for name in run} == run


def test_the_engines_are_tested_on_what_everything_else_is_tested_on():
    test, engines = pins("requirements-test.lock"), pins("requirements-engines.lock")
    assert {name: engines.get(name) for name in test} == test
    assert {"pyspark", "psycopg"} <= set(engines) - set(test)


# --- licences ---------------------------------------------------------------------------------------------------------


def closure(name: str, extras: frozenset[str], seen: dict[str, set[str]]) -> dict[str, set[str]]:
    """Everything that is installed when a package is, on this machine: its name and the extras asked for."""
    new = {"", *extras} - seen.setdefault(canonicalize_name(name), set())
    if not new:
        return seen
    seen[canonicalize_name(name)] |= new
    environments = [{**default_environment(), "extra": extra} for extra in new]
    for requirement in map(Requirement, distribution(name).requires or []):
        if requirement.marker is None or any(map(requirement.marker.evaluate, environments)):
            closure(requirement.name, frozenset(requirement.extras), seen)
    return seen


def licences(name: str) -> list[str]:
    """What a package says of its licence: an expression, else classifiers, else the first line of the free text."""
    metadata = distribution(name).metadata
    if expression := metadata["License-Expression"]:
        return [expression]
    if classifiers := [
        c for c in metadata.get_all("Classifier") or [] if c.startswith("License :: ") and "::" in c[11:]
    ]:
        return classifiers
    return [line for line in (metadata["License"] or "").strip().splitlines()[:1] if line != "UNKNOWN"]


def strong_copyleft(said: list[str]) -> bool:
    """Whether the only terms offered are those of the GPL or AGPL. LGPL and MPL libraries may be imported."""
    choices = [choice for text in said for choice in re.split(r"\bOR\b", text)]
    strong = [bool(re.search(r"\bA?GPL|(?<!Lesser )General Public License", choice)) for choice in choices]
    return bool(strong) and (all(strong) or (len(said) > 1 and any(strong)))


def run_time() -> list[str]:
    return sorted(closure(NAME, frozenset({"all"}), {}))


def test_the_closure_reaches_through_the_extras():
    assert {"pandas", "voila", "pypandoc-binary", "jupyterlab", "tornado", "markupsafe"} <= set(run_time())
    assert not {"pytest", "ruff", "mypy"} & set(run_time())


@pytest.mark.parametrize("name", run_time())
def test_no_library_imported_at_run_time_is_under_the_gpl(name: str):
    said = licences(name)
    assert said, f"{name} does not say its licence: read it and note the finding here"
    assert not strong_copyleft(said), said


@pytest.mark.parametrize(
    ("said", "strong"),
    [
        (["GPL-3.0-or-later"], True),
        (["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"], True),
        (["License :: OSI Approved :: GNU Affero General Public License v3"], True),
        (["AGPL-3.0-only"], True),
        (["MIT AND GPL-2.0-only"], True),
        (
            [
                "License :: OSI Approved :: MIT License",
                "License :: OSI Approved :: GNU General Public License v2 (GPLv2)",
            ],
            True,
        ),
        (["MIT OR GPL-2.0-only"], False),
        (["LGPL-2.1-or-later"], False),
        (["License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"], False),
        (["MPL-2.0"], False),
        (["BSD-3-Clause"], False),
    ],
)
def test_the_rule_tells_licences_apart(said: list[str], strong: bool):
    assert strong_copyleft(said) is strong


def test_a_package_that_is_not_installed_is_not_passed_over():
    with pytest.raises(PackageNotFoundError):
        closure("no-such-package-of-ours", frozenset(), {})
