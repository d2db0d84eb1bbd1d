"""Asks an engine what a store of figures wants to know, through Ibis, and changes what it holds."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from workbench.domain import words
from workbench.domain.figures import FigureSet
from workbench.domain.provenance import Citation
from workbench.errors import DataError, WorkbenchError
from workbench.store import figures_queries as queries
from workbench.store.figures_frames import KEPT, SPLITS, to_arrow
from workbench.store.figures_manifest import Facet, Manifest, Segment
from workbench.store.figures_plan import Sum, Wanted, known, needed, not_held
from workbench.store.figures_shelf import Shelf
from workbench.store.figures_url import scrubbed

T = TypeVar("T")

ATTEMPTS = 5
"""How often a question is put again when somebody has replaced what it was reading."""

RULES = {
    "unflagged": "a figure is missing and no flag says why",
    "backwards": "a period ends before it begins",
    "outside": "an interval does not hold its value",
    "undated": "a figure has no period",
    "nameless": "a figure has no area code",
    "double": "several figures have the same key",
}


class Asker:
    """The questions and changes of a store, on one shelf.

    Parameters
    ----------
    shelf : Shelf
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        # A connection answers one question at a time; a store may be shared by threads.
        self._one_at_a_time = threading.RLock()
        # What is above what, from a file or table that never changes; asked once while it is the one in use.
        self._areas: dict[tuple[str, ...], Any] = {}

    # --- reading ------------------------------------------------------------------------------------------------------

    def ask(self, question: Callable[[Manifest], T]) -> T:
        """Put a question to what is held now; again, when what is held has changed meanwhile.

        Raises
        ------
        DataError
            What the engine says, without any password.
        """
        with self._one_at_a_time:
            return self._ask(question)

    def _ask(self, question: Callable[[Manifest], T]) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            with self.plainly():
                manifest = self.shelf.manifest()
            try:
                return question(manifest)
            except WorkbenchError:
                raise
            except Exception as error:  # noqa: BLE001  each engine has errors of its own
                with self.plainly():
                    same = self.shelf.manifest().generation == manifest.generation
                if same or attempt == ATTEMPTS:
                    raise self._said(error) from None
        raise AssertionError

    def plainly(self) -> _Plainly:
        """A context in which what the engine says becomes one error with a remedy."""
        return _Plainly(self._said)

    def _said(self, error: BaseException) -> DataError:
        said = scrubbed(str(error).strip().split("\n")[0], self.shelf.secrets)
        return DataError(
            f"The store of figures could not be used: {type(error).__name__}: {said[:300].rstrip('.')}.",
            "Check that the files are whole or that the engine is running, then try again.",
            self.shelf.shown,
        )

    def rows(self, segment: Segment, wanted: Wanted, parents: Segment | None) -> pa.Table:
        """The rows that are wanted, in the order of the store, without what is known of all of them."""
        rows = self._filtered(segment, wanted, parents)
        return queries.ordered(rows, known(segment, wanted).read(KEPT)).to_pyarrow()

    def ranked(self, segment: Segment, wanted: Wanted, parents: Segment | None, *, highest_first: bool) -> pa.Table:
        """The rows that are wanted, with their rank."""
        rows = self._filtered(segment, wanted, parents)
        return queries.ranked(rows, known(segment, wanted).read(KEPT), highest_first=highest_first).to_pyarrow()

    def latest(self, segment: Segment, wanted: Wanted) -> object:
        """The last day of the latest period that is wanted."""
        return self._filtered(segment, wanted, None).period_end.max().to_pyarrow().as_py()

    def added_up(
        self, segment: Segment, wanted: Wanted, parents: Segment, target: tuple[str, str], how: Sum
    ) -> tuple[pa.Table, pa.Table]:
        """The rows that are wanted, added to the areas of another level and vintage; and those areas."""
        # What an earlier answer of this size took and no longer needs would lie beside what this one takes.
        pa.default_memory_pool().release_unused()
        above = queries.lying_in(self.shelf.table(parents), wanted.level, wanted.vintage, *target)
        rows = self._filtered(segment, wanted, parents)
        sums = queries.added_up(rows, above, how, known(segment, wanted)).to_pyarrow()
        key = (parents.name, wanted.level, wanted.vintage, *target)
        return sums, self._once(key, lambda: queries.names(above).to_pyarrow())

    def _once(self, key: tuple[str, ...], ask: Callable[[], T]) -> T:
        if key not in self._areas:
            self._areas = {k: found for k, found in self._areas.items() if k[0] == key[0]}
            self._areas[key] = ask()
        found: T = self._areas[key]
        return found

    def added_together(self, segment: Segment, wanted: Wanted, how: Sum) -> pa.Table:
        """The rows of the areas that are wanted, added to one."""
        rows = self._filtered(segment, wanted, None)
        return queries.added_together(rows, how, known(segment, wanted)).to_pyarrow()

    def areas_with_rows(self, segment: Segment, wanted: Wanted) -> set[str]:
        """The areas that have any row."""
        rows = self._filtered(segment, wanted, None)
        return set(rows.select("area_code").distinct().to_pyarrow().column(0).to_pylist())

    def targets(self, parents: Segment, level: str, vintage: str, to: str) -> list[str]:
        """The vintages of a level in which areas of another level and vintage lie."""
        table = self.shelf.table(parents)
        own = table.filter(table.level == level, table.vintage.isin([vintage, ""]), table.ancestor_level == to)
        vintages = own.select("ancestor_vintage").distinct()
        return self._once(
            (parents.name, level, vintage, to), lambda: sorted(vintages.to_pyarrow().column(0).to_pylist())
        )

    def is_parent(self, parents: Segment, code: str) -> bool:
        """Whether any area lies in this one."""
        table = self.shelf.table(parents)
        return bool(table.filter(table.ancestor == code).limit(1).count().to_pyarrow().as_py())

    def _filtered(self, segment: Segment, wanted: Wanted, parents: Segment | None) -> ir.Table:
        above = self.shelf.table(parents) if parents is not None and wanted.within else None
        return queries.filtered(self.shelf.table(segment), needed(segment, wanted), above)

    # --- writing ------------------------------------------------------------------------------------------------------

    def kept_rows(self, figures: FigureSet) -> pa.Table:
        """The rows of one measure as they are kept."""
        return to_arrow(figures)

    def change(self, parts: Mapping[str, pa.Table], citations: Mapping[str, Citation], titles: dict[str, str]) -> None:
        """Put rows in, measure by measure, as one change."""
        with self._one_at_a_time, self.plainly(), self.shelf.writing():
            self._change({m: queries.fitted(ibis.memtable(rows)) for m, rows in parts.items()}, citations, titles)

    def change_from_parquet(self, path: Path, measure: str, citations: Mapping[str, Citation], title: str) -> None:
        """Put the rows of a file in.

        Raises
        ------
        DataError
            When they break a rule of the schema; every rule that is broken is named.
        """
        with self._one_at_a_time, self.plainly(), self.shelf.writing(), self.shelf.parquet(path) as raw:
            if absent := [c for c in KEPT if c not in (*raw.columns, SPLITS)]:
                raise DataError(f"Columns are missing: {words.listed(absent)}.", "Add the columns.", path.name)
            rows = queries.fitted(raw if SPLITS in raw.columns else raw.mutate(**{SPLITS: ibis.literal("")}))
            self._check(rows, citations, path.name)
            self._change({measure: rows}, citations, {measure: title})

    def _check(self, rows: ir.Table, citations: Mapping[str, Citation], where: str) -> None:
        (found,) = queries.faults(rows).to_pyarrow().to_pylist()
        counts = {**found, "double": queries.doubles(rows).count().to_pyarrow().as_py()}
        said = [f"{RULES[rule]} ({words.counted(int(n), 'row')})" for rule, n in counts.items() if n]
        sources = rows.select("source_id").distinct().to_pyarrow().column(0).to_pylist()
        if uncited := sorted(set(sources) - set(citations)):
            said.append(f"figures have no citation: {words.listed(uncited)}")
        if said:
            raise DataError(f"The figures break the schema: {'; '.join(said)}.", "Correct the file.", where)

    def _change(
        self, parts: Mapping[str, ir.Table], citations: Mapping[str, Citation], titles: Mapping[str, str]
    ) -> None:
        before = self.shelf.manifest()
        measures = dict(before.measures)
        for measure, rows in parts.items():
            measures[measure] = self._replaced(measure, measures.get(measure), rows, titles.get(measure, ""))
        self._commit(before, before.following(measures, {**before.citations, **citations}, before.parents))

    def _commit(self, before: Manifest, after: Manifest) -> None:
        self.shelf.commit(after)
        self.shelf.sweep(before, after)

    def change_parents(self, parents: pd.DataFrame) -> None:
        """Put the table of areas and of what they lie in in the place of the one held."""
        with self._one_at_a_time, self.plainly(), self.shelf.writing():
            before = self.shelf.manifest()
            rows = ibis.memtable(pa.table({c: pa.array(parents[c], pa.string()) for c in parents.columns}))
            name, sha256 = self.shelf.write("", rows.order_by(["ancestor", "level", "code"]))
            segment = Segment(name=name, rows=len(parents), sha256=sha256)
            self._commit(before, before.following(before.measures, before.citations, segment))

    def remove(self, measure: str) -> None:
        """Take a measure out.

        Raises
        ------
        FigureMissing
            When it is not held.
        """
        with self._one_at_a_time, self.plainly(), self.shelf.writing():
            before = self.shelf.manifest()
            if measure not in before.measures:
                raise not_held(measure, before.measures)
            kept = {m: segment for m, segment in before.measures.items() if m != measure}
            self._commit(before, before.following(kept, before.citations, before.parents))

    def check(self) -> None:
        """Compare every file with the SHA-256 it was written with.

        Raises
        ------
        DataError
        """
        manifest = self.shelf.manifest()
        segments = [*manifest.measures.values(), *([manifest.parents] if manifest.parents else [])]
        if wrong := sorted(s.name for s in segments if not self.shelf.is_whole(s)):
            raise DataError(
                f"Files of the store are gone or were changed: {words.listed(wrong)}.",
                "Put the folder back from a copy, or bring these figures in again.",
                self.shelf.shown,
            )

    def _replaced(self, measure: str, held: Segment | None, new: ir.Table, title: str) -> Segment:
        """Write the rows of a measure with new ones in the place of those of the same key."""
        before = self.shelf.table(held) if held else None
        name, sha256 = self.shelf.write(measure, queries.replaced(before, new))
        segment = Segment(name=name, rows=0, sha256=sha256, title=title or (held.title if held else ""))
        rows = self.shelf.table(segment)
        facets = [Facet(**row) for row in queries.facets(rows).to_pyarrow().to_pylist()]
        texts = queries.kinds(rows, SPLITS).to_pyarrow().column(SPLITS).to_pylist()
        periods = queries.kinds(rows, "period_end", "period_start").to_pyarrow().to_pylist()
        methods = queries.kinds(rows, "method").limit(2).to_pyarrow().column(0).to_pylist()
        return segment.with_(
            rows=sum(f.rows for f in facets),
            facets=tuple(sorted(facets, key=lambda f: (f.level, f.vintage, f.unit, f.source_id, f.flag, f.split))),
            splits=tuple(sorted({name for text in texts if text for name in json.loads(text)})),
            method=methods[0] if len(methods) == 1 else None,
            periods=sorted(((p["period_start"], p["period_end"]) for p in periods), key=lambda p: (p[1], p[0])),
        )


class _Plainly:
    def __init__(self, said: Callable[[BaseException], DataError]) -> None:
        self._said = said

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, WorkbenchError):
            raise self._said(error) from None
