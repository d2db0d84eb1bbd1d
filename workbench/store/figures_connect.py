"""Opens the engine that an address names. The only place that knows one engine from another, beside the shelves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import ibis

from workbench.errors import DataError
from workbench.store.figures_shelf import Engine, Folder, Shelf
from workbench.store.figures_url import folder_of, is_local_spark, scrubbed, secrets_of, shown

_SPARK = {
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
}
# On this computer alone: nothing listens beyond it, and few rows are not cut into 200 parts.
_LOCAL_SPARK = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
}


def shelf_at(place: str | Path) -> Shelf:
    """The shelf at an address.

    Parameters
    ----------
    place : str or path
        See :meth:`~workbench.store.figures.FigureStore.open`.

    Raises
    ------
    DataError
        When the engine is not installed or does not answer. No password is shown.
    """
    folder = folder_of(place)
    if folder is not None:
        return Folder(folder)
    address, secrets = str(place), secrets_of(str(place))
    try:
        return Engine(_engine(address), shown(address), secrets)
    except ImportError as error:
        raise DataError(
            f"The engine of this address is not installed: {error.name or error} is missing.",
            "Install it with: pip install 'data-sharing-workbench[engines]' (PostgreSQL, Spark) or "
            "'ibis-framework[NAME]' for another.",
            shown(address),
        ) from None
    except Exception as error:  # noqa: BLE001  each engine has errors of its own
        said = scrubbed(str(error).strip().split("\n")[0], secrets)
        raise DataError(
            f"The engine did not answer: {type(error).__name__}: {said[:300].rstrip('.')}.",
            "Check the address, the user and the password, and that the engine is running.",
            shown(address),
        ) from None


def _engine(address: str) -> Any:
    if is_local_spark(address.partition("?")[0]) or address.startswith("spark://"):
        return _spark(address)
    if address.startswith("duckdb://"):
        path = unquote(address.removeprefix("duckdb://"))
        return ibis.duckdb.connect(path or ":memory:")
    if address.startswith(("postgres://", "postgresql://")):
        return _postgres(address)
    return ibis.connect(address)


def _postgres(address: str) -> Any:
    # Not by ibis.connect, which reads "+" in a password as a space.
    url = urlsplit(address)
    database, _, schema = url.path.lstrip("/").partition("/")
    return ibis.postgres.connect(
        host=_host(url.netloc),
        user=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        port=url.port or 5432,
        database=unquote(database) or None,
        schema=unquote(schema) or None,
        **dict(parse_qsl(url.query)),
    )


def _host(netloc: str) -> str | None:
    """The host of an address, as it is written: the folder of a socket is a host too, and its case matters."""
    host = netloc.rpartition("@")[2]
    return unquote(re.sub(r":\d+$", "", host)).strip("[]") or None


def _spark(address: str) -> Any:
    """Spark by ``local[2]`` or ``spark://host:7077``; after ``?`` come ``database`` and Spark's own settings."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  470 MB that only Spark needs

    master, _, query = address.partition("?")
    settings = {**_SPARK, **(_LOCAL_SPARK if is_local_spark(master) else {}), **dict(parse_qsl(query))}
    database = settings.pop("database", "default")
    builder = SparkSession.builder.master(master).appName("data-sharing-workbench")
    for name, value in settings.items():
        builder = builder.config(name, value)
    # A session of its own: two stores of one program may use two databases of one Spark.
    engine = ibis.pyspark.connect(builder.getOrCreate().newSession())
    if database not in engine.list_databases():
        engine.create_database(database)
    engine._session.catalog.setCurrentDatabase(database)
    return engine
