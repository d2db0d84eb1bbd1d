"""The sample figures: a Frictionless data package in the tidy schema, read whole and checked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.catalogue import Dataset
from workbench.domain.figures import COLUMNS, FigureSet, Library, validate
from workbench.domain.periods import days_of
from workbench.domain.provenance import Citation
from workbench.errors import InvalidProject, WrongFile

_REMEDY = "Give the folder data/sample of a checkout, or cut it again with cut.py."


class _Described(BaseModel):
    """What the package says; whatever else it says is for people."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _ValueColumn(_Described):
    """One column of values, and the columns that belong to it."""

    column: str
    measure: str
    unit: str
    numerator: str = ""
    denominator: str = ""
    lower: str = ""
    upper: str = ""
    confidence: float = math.nan
    method: str = ""
    flag: str = ""


class _Constants(_Described):
    """What is the same for every row of a table."""

    source_id: str
    vintage: str
    values: tuple[_ValueColumn, ...]


class _Field(_Described):
    name: str
    type: Literal["string", "integer", "number"]


class _Schema(_Described):
    fields: tuple[_Field, ...]


class _Resource(_Described):
    """One table. Only the table of areas has no figures and needs no citation to be shown."""

    name: str
    path: str
    table: _Schema = Field(alias="schema")
    figures: _Constants | None = None
    citation: Citation | None = None


class _Package(_Described):
    resources: tuple[_Resource, ...] = Field(min_length=1)


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
    resources = {resource.name: resource for resource in _package(folder).resources}
    if "areas" not in resources:
        raise WrongFile("The package has no table “areas”.", _REMEDY, str(folder / "datapackage.json"))
    rows = _table(folder, resources.pop("areas"))
    frames, citations = [], {}
    for resource in resources.values():
        if resource.figures is None or resource.citation is None:
            what = "figures" if resource.figures is None else "citation"
            raise WrongFile(f"The table {resource.name} has no {what}.", _REMEDY, str(folder / "datapackage.json"))
        frames.append(_figures(_table(folder, resource), resource.figures, rows, folder / resource.path))
        citations[resource.figures.source_id] = resource.citation
    if not frames:
        raise WrongFile("The package has no table of figures.", _REMEDY, str(folder / "datapackage.json"))
    try:
        figures = validate(FigureSet(pd.concat(frames, ignore_index=True), citations), str(folder))
    except InvalidProject as error:
        raise WrongFile(f"The figures do not fit the schema: {error.message}.", _REMEDY, str(folder)) from error
    return Library(figures, datasets, AreaRegister.of(_areas(rows)))


def _package(folder: Path) -> _Package:
    file = folder / "datapackage.json"
    try:
        return _Package.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise WrongFile("The folder has no readable datapackage.json.", _REMEDY, str(folder)) from error
    except ValidationError as error:  # before ValueError, which it is
        first = error.errors()[0]
        place = "/".join(str(part) for part in first["loc"])
        raise WrongFile(
            f"This is not a package of figures in our schema. {place}: {first['msg']}.", _REMEDY, str(file)
        ) from error
    except ValueError as error:  # not JSON, or not UTF-8
        raise WrongFile("The file is not JSON.", _REMEDY, str(file)) from error


def _table(folder: Path, resource: _Resource) -> pd.DataFrame:
    """A table with exactly the columns that the package lists; text stays text, numbers are floats."""
    file = folder / resource.path
    numbers = {field.name: field.type != "string" for field in resource.table.fields}
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
        raise WrongFile(f"The table {resource.name} {reason}.", _REMEDY, str(file)) from error
    if list(frame.columns) != list(numbers):
        raise WrongFile(
            f"The columns are {', '.join(frame.columns)}; the package lists {', '.join(numbers)}.", _REMEDY, str(file)
        )
    return frame


def _figures(table: pd.DataFrame, same: _Constants, areas: pd.DataFrame, file: Path) -> pd.DataFrame:
    """A table of the package in the tidy schema: constants filled in, one row for each value column."""
    own = areas[areas["vintage"] == same.vintage].set_index("area_code")
    unknown = sorted(set(table["area_code"]) - set(own.index))
    if unknown:
        some = ", ".join(unknown[:5])
        raise WrongFile(f"The areas table does not hold {some} with boundaries of {same.vintage}.", _REMEDY, str(file))
    try:
        periods = {text: days_of(text) for text in table["period"].unique()}
    except ValueError as error:
        raise WrongFile(f"A period cannot be read: {error}.", _REMEDY, str(file)) from error
    base = pd.DataFrame(
        {
            "area_code": table["area_code"],
            "area_name": table["area_code"].map(own["area_name"]),
            "level": table["area_code"].map(own["level"]),
            "vintage": same.vintage,
            "period_start": table["period"].map({text: pd.Timestamp(first) for text, (first, _) in periods.items()}),
            "period_end": table["period"].map({text: pd.Timestamp(last) for text, (_, last) in periods.items()}),
            "source_id": same.source_id,
        }
    )
    try:
        return pd.concat([_values(base, table, said) for said in same.values], ignore_index=True)
    except KeyError as error:
        raise WrongFile(f"The table has no column {error}, which the package names.", _REMEDY, str(file)) from error


def _values(base: pd.DataFrame, table: pd.DataFrame, said: _ValueColumn) -> pd.DataFrame:
    frame = base.assign(value=table[said.column], measure=said.measure, unit=said.unit)
    for name in ("numerator", "denominator", "lower", "upper"):
        column = getattr(said, name)
        frame[name] = table[column] if column else np.nan
    has_interval = frame["lower"].notna()
    frame["confidence"] = np.where(has_interval, said.confidence, np.nan)
    frame["method"] = np.where(has_interval, said.method, "")
    frame["flag"] = said.flag
    return frame[list(COLUMNS)]


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
