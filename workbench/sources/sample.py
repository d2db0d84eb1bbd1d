"""The sample figures: a Frictionless data package in the tidy schema, read whole and checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from pydantic import ValidationError

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.catalogue import Dataset
from workbench.domain.figures import COLUMNS, NUMBER_COLUMNS, FigureSet, Library, validate
from workbench.domain.periods import days_of
from workbench.domain.provenance import Citation
from workbench.errors import InvalidProject, WrongFile

_REMEDY = "Give the folder data/sample of a checkout, or cut it again with cut.py."


def load_sample(folder: Path, datasets: tuple[Dataset, ...] = ()) -> Library:
    """Read the sample package.

    Parameters
    ----------
    folder : Path
        Holds ``datapackage.json`` and the tables it lists.
    datasets : tuple of Dataset, optional
        What is known of published data sets, from the reference tables.

    Returns
    -------
    Library
        Some 33,000 figures, validated; ``source_id`` is the name of the table, and its citation is held.

    Raises
    ------
    WrongFile
        When the folder is not the package, a table is missing or does not fit what the package says of it.

    Examples
    --------
    >>> from workbench.places import sample
    >>> library = load_sample(sample())
    >>> bolton = library.measure("employment_rate", "district").where(area_code="E08000001").latest()
    >>> bolton.frame[["value", "lower", "upper"]].to_numpy().tolist()
    [[65.6, 59.5, 71.7]]
    """
    package = _package(folder)
    resources: Mapping[str, Any] = {str(r["name"]): r for r in package["resources"]}
    if "areas" not in resources:
        raise WrongFile("The package has no table “areas”.", _REMEDY, str(folder / "datapackage.json"))
    rows = _table(folder, resources["areas"])
    frames, citations = [], {}
    for name, resource in resources.items():
        if name != "areas":
            frames.append(_figures(_table(folder, resource), resource, rows, folder))
            citations[name] = _citation(resource, folder)
    try:
        figures = validate(FigureSet(pd.concat(frames, ignore_index=True), citations), str(folder))
    except InvalidProject as error:
        raise WrongFile(f"The figures do not fit the schema: {error.message}.", _REMEDY, str(folder)) from error
    return Library(figures, datasets, AreaRegister.of(_areas(rows)))


def _package(folder: Path) -> Mapping[str, Any]:
    file = folder / "datapackage.json"
    try:
        package = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongFile("The folder has no readable datapackage.json.", _REMEDY, str(folder)) from error
    except ValueError as error:  # not JSON, or not UTF-8
        raise WrongFile("The file is not JSON.", _REMEDY, str(file)) from error
    listed = package.get("resources") if isinstance(package, dict) else None
    described = isinstance(listed, list) and all(
        isinstance(r, dict) and {"name", "path", "schema"} <= set(r) and ("figures" in r or r["name"] == "areas")
        for r in listed
    )
    if not listed or not described:
        raise WrongFile("This is a data package, but not one of figures in our schema.", _REMEDY, str(file))
    return cast(Mapping[str, Any], package)


def _table(folder: Path, resource: Mapping[str, Any]) -> pd.DataFrame:
    """A table with exactly the columns that the package lists; text stays text, numbers are floats."""
    file = folder / resource["path"]
    numbers = {f["name"]: f["type"] in ("number", "integer") for f in resource["schema"]["fields"]}
    try:
        frame = pd.read_csv(
            file,
            dtype={name: np.float64 if is_number else str for name, is_number in numbers.items()},
            keep_default_na=False,
            na_values={name: [""] for name, is_number in numbers.items() if is_number},
            encoding="utf-8",
        )
    except (OSError, ValueError) as error:  # ParserError and UnicodeDecodeError are ValueErrors
        reason = "is missing" if isinstance(error, FileNotFoundError) else "cannot be read as its description says"
        raise WrongFile(f"The table {resource['name']} {reason}.", _REMEDY, str(file)) from error
    if list(frame.columns) != list(numbers):
        raise WrongFile(
            f"The columns are {', '.join(frame.columns)}; the package lists {', '.join(numbers)}.", _REMEDY, str(file)
        )
    return frame


def _figures(table: pd.DataFrame, resource: Mapping[str, Any], areas: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A table of the package in the tidy schema: constants filled in, one row for each value column."""
    common = resource["figures"]
    own = areas[areas["vintage"] == common["vintage"]].set_index("area_code")
    unknown = sorted(set(table["area_code"]) - set(own.index))
    if unknown:
        raise WrongFile(
            f"The areas table does not hold {', '.join(unknown[:5])} with boundaries of {common['vintage']}.",
            _REMEDY,
            str(folder / resource["path"]),
        )
    periods = {text: days_of(text) for text in table["period"].unique()}
    base = pd.DataFrame(
        {
            "area_code": table["area_code"],
            "area_name": table["area_code"].map(own["area_name"]),
            "level": table["area_code"].map(own["level"]),
            "vintage": common["vintage"],
            "period_start": table["period"].map({t: pd.Timestamp(p[0]) for t, p in periods.items()}),
            "period_end": table["period"].map({t: pd.Timestamp(p[1]) for t, p in periods.items()}),
            "source_id": common["source_id"],
        }
    )
    return pd.concat([_values(base, table, said) for said in common["values"]], ignore_index=True)


def _values(base: pd.DataFrame, table: pd.DataFrame, said: Mapping[str, Any]) -> pd.DataFrame:
    frame = base.assign(value=table[said["column"]], measure=said["measure"], unit=said["unit"])
    for name in ("numerator", "denominator", "lower", "upper"):
        frame[name] = table[said[name]] if name in said else np.nan
    has_interval = frame["lower"].notna()
    frame["confidence"] = np.where(has_interval, float(said.get("confidence", np.nan)), np.nan)
    frame["method"] = np.where(has_interval, said.get("method", ""), "")
    frame["flag"] = said.get("flag", "")
    frame[list(NUMBER_COLUMNS)] = frame[list(NUMBER_COLUMNS)].astype(np.float64)
    return frame[list(COLUMNS)]


def _citation(resource: Mapping[str, Any], folder: Path) -> Citation:
    try:
        return Citation.model_validate(resource["citation"])
    except (KeyError, ValidationError) as error:
        raise WrongFile(
            f"The table {resource['name']} has no citation that can be read.", _REMEDY, str(folder / "datapackage.json")
        ) from error


def _areas(rows: pd.DataFrame) -> Iterable[Area]:
    """One area for each code, as it is in its latest vintage."""
    vintages: dict[str, tuple[str, ...]] = {}
    latest: dict[str, Area] = {}
    columns = ["area_code", "area_name", "level", "vintage", "parent", "lon", "lat"]
    for code, name, level, vintage, parent, lon, lat in rows[columns].sort_values("vintage").to_numpy().tolist():
        vintages[code] = (*vintages.get(code, ()), vintage)
        place = (None, None) if np.isnan(lon) or np.isnan(lat) else (lon, lat)
        latest[code] = Area(code, name, level, vintage, parent, *place)
    for code, area in latest.items():
        yield replace(area, vintages=vintages[code] if len(vintages[code]) > 1 else ())
