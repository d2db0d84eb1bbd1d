"""The store of figures: by the million, in a folder of Parquet files or on a shared engine named by its address.

Ibis is imported when a store is opened, not before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pandas as pd

from workbench.domain import words
from workbench.domain.areas import AreaRegister
from workbench.domain.bespoke import BespokeArea
from workbench.domain.bespoke_figures import OWN
from workbench.domain.figures import FigureSet, validate
from workbench.domain.provenance import Citation
from workbench.domain.statistics import Period
from workbench.errors import DataError, FigureMissing, NotComparable
from workbench.store import figures_answers as answers
from workbench.store import figures_plan as plan
from workbench.store.figures_answers import Holding, Ranking
from workbench.store.figures_manifest import Facet, Manifest, Segment, chosen
from workbench.store.figures_plan import Wanted

if TYPE_CHECKING:
    from workbench.store.figures_asker import Asker

__all__ = ["FigureStore", "Holding", "Ranking"]


class FigureStore:
    """A store of figures; see :meth:`open`.

    The vintage of an area is part of the key of its figures, so figures of two sets of boundaries never replace each
    other, and are never ranked or added together.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    @classmethod
    def open(cls, place: str | Path) -> FigureStore:
        """Open the store at an address; one that is not there yet is empty.

        Parameters
        ----------
        place : str or path
            A folder; or ``duckdb:///path``, ``postgres://user:password@host/database``, ``local[2]`` or
            ``spark://host:7077`` (after ``?`` Spark's own settings), or any other address that Ibis connects to. The
            password is better left to the engine's own place for it, for example ``PGPASSWORD``.

        Returns
        -------
        FigureStore
            Close it, or use it in a ``with``.

        Raises
        ------
        DataError
            When the engine is not installed or does not answer.

        Examples
        --------
        >>> import tempfile
        >>> with FigureStore.open(tempfile.mkdtemp()) as store:
        ...     store.measures()
        ()
        """
        try:
            from workbench.store.figures_asker import Asker  # noqa: PLC0415  imports Ibis
            from workbench.store.figures_connect import shelf_at  # noqa: PLC0415  the same
        except ImportError as error:
            raise DataError(
                f"The store of figures is not installed: {error.name} is missing.",
                "Install it with: pip install 'data-sharing-workbench[store]'",
            ) from error
        return cls(Asker(shelf_at(place)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"FigureStore({self._asker.shelf.shown!r})"

    def close(self) -> None:
        """Let go of the engine."""
        self._asker.shelf.close()

    # --- what is held -------------------------------------------------------------------------------------------------

    def measures(self) -> tuple[Holding, ...]:
        """What is held, measure by measure."""
        return self._asker.ask(lambda manifest: tuple(answers.holding(m, s) for m, s in manifest.measures.items()))

    def check(self) -> None:
        """Compare every file with the SHA-256 it was written with.

        Raises
        ------
        DataError
            Naming each file that is gone or was changed.
        """
        self._asker.check()

    # --- putting in and taking out ------------------------------------------------------------------------------------

    def put(self, figures: FigureSet, titles: Mapping[str, str] | None = None) -> None:
        """Keep figures; those of the same key (area, vintage, measure, unit, period, splits) are replaced.

        Parameters
        ----------
        figures : FigureSet
        titles : mapping of str to str, optional
            What a measure is called by its publisher.

        Raises
        ------
        InvalidProject
            When the figures break the schema; nothing is kept.
        DataError
            When the store cannot be written; what was there before stays.
        """
        validate(figures, self._asker.shelf.shown)
        names = [str(m) for m in figures.frame["measure"].unique()]
        parts = {m: self._asker.kept_rows(figures.where(measure=m)) for m in names}
        self._asker.change(parts, figures.citations, dict(titles or {}))

    def put_parquet(self, path: str | Path, measure: str, citations: Mapping[str, Citation], title: str = "") -> None:
        """Keep the figures of one measure from a Parquet file, without holding them in memory.

        Parameters
        ----------
        path : path
            With the columns of the schema; the splits of a row in a column ``splits`` as JSON.
        measure : str
        citations : mapping of str to Citation
            By ``source_id``.
        title : str, optional

        Raises
        ------
        DataError
            When the file breaks the schema, with every fault; nothing is kept.
        """
        self._asker.change_from_parquet(Path(path), measure, citations, title)

    def put_areas(self, areas: AreaRegister | pd.DataFrame) -> None:
        """Keep which area lies in which, for ``within=`` and :meth:`rollup`; what was kept before is replaced.

        Parameters
        ----------
        areas : AreaRegister or pandas.DataFrame
            A register, or a table with the columns ``code, vintage, level, ancestor, ancestor_name, ancestor_level,
            ancestor_vintage``: one row for each area and each area above it.
        """
        from workbench.store.figures_areas import checked, parents_of  # noqa: PLC0415  imports pyarrow

        self._asker.change_parents(checked(parents_of(areas) if isinstance(areas, AreaRegister) else areas))

    def remove(self, measure: str) -> None:
        """Take a measure out.

        Raises
        ------
        FigureMissing
            When it is not held.
        """
        self._asker.remove(measure)

    # --- asking -------------------------------------------------------------------------------------------------------

    def get(
        self,
        measure: str,
        *,
        level: str = "",
        vintage: str = "",
        areas: Collection[str] = (),
        within: str = "",
        periods: Collection[Period] = (),
        since: date | None = None,
        until: date | None = None,
        splits: Mapping[str, str] | None = None,
    ) -> FigureSet:
        """Figures of a measure, in order of area and period.

        Parameters
        ----------
        measure : str
        level, vintage : str, optional
        areas : collection of str, optional
            GSS codes.
        within : str, optional
            GSS code of an area: only areas in it, by what :meth:`put_areas` was given.
        periods : collection of (date, date), optional
            First and last day of each.
        since, until : datetime.date, optional
            Only periods that lie between these days, both included.
        splits : mapping of str to str, optional
            Only rows split so, ``{"sex": "female"}``; ``{}`` for rows that are not split. Left out: all rows.

        Returns
        -------
        FigureSet
            Splits are columns beside those of the schema.

        Raises
        ------
        FigureMissing
            When the store does not hold the measure, or has no figure for an area or a period that was named.
        """
        wanted = Wanted(
            level=level,
            vintage=vintage,
            areas=tuple(areas),
            within=within,
            periods=tuple(periods),
            since=since,
            until=until,
            splits=None if splits is None else answers.splits_of(splits),
        )

        def question(manifest: Manifest) -> FigureSet:
            segment = answers.held(manifest, measure)
            asked, parents = self._placed(manifest, segment, wanted)
            frame = answers.frame(self._asker.rows(segment, asked, parents), measure, plan.known(segment, asked))
            self._check_found(frame, measure, wanted, manifest)
            return FigureSet(frame, answers.cited(frame, manifest.citations))

        return self._asker.ask(question)

    def rank(
        self,
        measure: str,
        *,
        level: str,
        vintage: str = "",
        unit: str = "",
        within: str = "",
        period: Period | None = None,
        splits: Mapping[str, str] | None = None,
        highest_first: bool = True,
    ) -> Ranking:
        """Areas of a level by rank in one period, the latest unless one is given.

        Raises
        ------
        FigureMissing
            When nothing of this kind is held.
        NotComparable
            When several units, vintages or lengths of period are held and none is chosen.
        """
        wanted = Wanted(
            level=level,
            vintage=vintage,
            unit=unit,
            within=within,
            periods=(period,) if period else (),
            splits=answers.splits_of(splits or {}),
        )

        def question(manifest: Manifest) -> Ranking:
            segment = answers.held(manifest, measure)
            facets = answers.facets(segment, wanted, measure)
            asked = plan.of_one_kind(facets, wanted, measure)
            if not period:
                asked = plan.ending(asked, self._latest(segment, facets, asked))
            asked, parents = self._placed(manifest, segment, asked)
            table = self._asker.ranked(segment, asked, parents, highest_first=highest_first)
            frame = answers.frame(table, measure, plan.known(segment, asked))
            self._check_found(frame, measure, wanted, manifest)
            if frame["period_start"].nunique() > 1:
                raise NotComparable("The figures are of periods of different length.", "Give the period.", measure)
            frame["rank"] = frame["rank"].astype("Int64")
            return Ranking(frame, answers.cited(frame, manifest.citations), int(frame["rank"].count()))

        return self._asker.ask(question)

    def rollup(
        self,
        measure: str,
        *,
        level: str,
        to: str,
        vintage: str = "",
        to_vintage: str = "",
        within: str = "",
        periods: Collection[Period] = (),
        since: date | None = None,
        until: date | None = None,
        splits: Mapping[str, str] | None = None,
    ) -> FigureSet:
        """Figures of small areas added up to larger ones, by what :meth:`put_areas` was given.

        Counts are added; a rate is worked out again from the summed numerators and denominators. No interval is worked
        out, and ``method`` says so where the parts have one: :func:`~workbench.domain.bespoke_figures.combine` does it
        for one area. A sum that lacks a part is missing, never smaller, and its flag says why; ``rounded-n`` stands for
        the rounding of all parts together.

        Parameters
        ----------
        measure : str
        level, to : str
            From which level to which, for example ``LSOA`` and ``MSOA``.
        vintage, to_vintage : str, optional
            Needed when several are held.
        within, periods, since, until : optional
            As in :meth:`get`, of the small areas.
        splits : mapping of str to str, optional
            The split to add up. Left out: figures that are not split.

        Raises
        ------
        FigureMissing
            When nothing of this kind is held, or it is not known what the areas lie in.
        NotComparable
            When a sum would be wrong: the publisher changed the figures at random; they are scores, ranks, medians or
            rates without numerators and denominators; vintages or sources would be mixed.
        """
        wanted = Wanted(
            level=level,
            vintage=vintage,
            within=within,
            periods=tuple(periods),
            since=since,
            until=until,
            splits=answers.splits_of(splits or {}),
        )

        def question(manifest: Manifest) -> FigureSet:
            segment = answers.held(manifest, measure)
            facets = answers.facets(segment, wanted, measure)
            asked = plan.of_one_vintage(facets, wanted, measure)
            ways = plan.sums(chosen(facets, vintage=asked.vintage), measure)
            asked, parents = self._placed(manifest, segment, asked)
            parents = parents or manifest.parents
            if parents is None or not (targets := self._asker.targets(parents, level, asked.vintage, to)):
                raise answers.no_areas(level, to)
            target = to_vintage or plan.one(targets, "the vintage they are added up to", "Give to_vintage.", measure)
            said, frames = {"measure": measure, "level": to, "vintage": target}, []
            for how in ways:
                of_unit = plan.of_unit(asked, how.unit)
                sums, above = self._asker.added_up(segment, of_unit, parents, (to, target), how)
                sums = answers.whole_sums(sums, above, how, measure)  # lets go of what the engine answered
                frames.append(answers.summed(sums, how, plan.known(segment, of_unit), said))
            frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
            self._check_found(frame, measure, plan.anywhere(wanted), manifest)
            return FigureSet(frame, answers.cited(frame, manifest.citations))

        return self._asker.ask(question)

    def bespoke(
        self,
        measure: str,
        area: BespokeArea,
        *,
        periods: Collection[Period] = (),
        since: date | None = None,
        until: date | None = None,
        splits: Mapping[str, str] | None = None,
    ) -> FigureSet:
        """Figures of an area made of others, for every period unless some are given; added as in :meth:`rollup`.

        A period in which a part has no figure is there, and missing.

        Raises
        ------
        FigureMissing
            When the store has no figure for a part.
        NotComparable
            As in :meth:`rollup`.
        DataError
            When a part is named twice.
        """
        if len(set(area.parts)) < max(1, len(area.parts)):
            raise DataError(
                f"{area.name or area.id}: a part is named twice." if area.parts else f"{area.name} has no parts.",
                "Name each part once.",
                area.id,
            )
        wanted = Wanted(
            level=area.level,
            vintage=area.vintage,
            areas=area.parts,
            periods=tuple(periods),
            since=since,
            until=until,
            splits=answers.splits_of(splits or {}),
        )

        def question(manifest: Manifest) -> FigureSet:
            segment = answers.held(manifest, measure)
            facets = answers.facets(segment, wanted, measure)
            asked = plan.of_one_vintage(facets, wanted, measure)
            said = {"area_code": area.id, "area_name": area.name, "level": OWN, "vintage": asked.vintage}
            said, frames = {"measure": measure, **said}, []
            for how in plan.sums(chosen(facets, vintage=asked.vintage), measure):
                of_unit = plan.of_unit(asked, how.unit)
                sums = self._asker.added_together(segment, of_unit, how)
                sums = answers.whole_sums(sums, len(area.parts), how, measure)
                frames.append(answers.summed(sums, how, plan.known(segment, of_unit), said))
            frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
            if frame["value"].isna().all():
                plan.check_areas(self._asker.areas_with_rows(segment, asked), measure, wanted)
            self._check_found(frame, measure, plan.anywhere(wanted), manifest)
            return FigureSet(frame, answers.cited(frame, manifest.citations))

        return self._asker.ask(question)

    # --- parts of the above -------------------------------------------------------------------------------------------

    def _placed(self, manifest: Manifest, segment: Segment, wanted: Wanted) -> tuple[Wanted, Segment | None]:
        """What is wanted, with the vintages among which an area is looked up, and the table to look it up in."""
        if not wanted.within:
            return wanted, None
        if manifest.parents is None:
            raise answers.unknown(wanted.within)
        facets = chosen(segment.facets, level=wanted.level, vintage=wanted.vintage)
        return plan.among(wanted, {f.vintage for f in facets}), manifest.parents

    def _latest(self, segment: Segment, facets: tuple[Facet, ...], wanted: Wanted) -> date | None:
        if wanted.splits:  # facets know only whether rows are split
            found = self._asker.latest(segment, wanted)
            return found if isinstance(found, date) else None
        return max(f.last for f in facets if wanted.unit == f.unit and wanted.vintage == f.vintage)

    def _check_found(self, frame: pd.DataFrame, measure: str, wanted: Wanted, manifest: Manifest) -> None:
        if frame.empty:
            if wanted.within and manifest.parents and not self._asker.is_parent(manifest.parents, wanted.within):
                raise answers.unknown(wanted.within)
            said = ", ".join(t for t in (wanted.level, wanted.vintage, wanted.within, wanted.splits) if t)
            raise FigureMissing(
                f"The store has no figure of “{measure}” for what was asked{f': {said}' if said else ''}.",
                "Ask measures() what is held.",
                measure,
            )
        if wanted.areas:
            plan.check_areas(set(frame["area_code"].unique()), measure, wanted)
        if wanted.periods:
            ends = {(a.date(), b.date()) for a, b in set(zip(frame["period_start"], frame["period_end"], strict=True))}
            if absent := sorted(set(wanted.periods) - ends):
                raise FigureMissing(
                    f"The store has no figure of “{measure}” for {words.listed([words.period(*p) for p in absent])}.",
                    "Ask measures() what is held.",
                    measure,
                )
