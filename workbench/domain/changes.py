"""What changed between two pulls of one table: publishers revise without notice, and a kept figure must say so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.domain import words
from workbench.domain.figures import COLUMNS, FigureSet

KEY = ("area_code", "vintage", "measure", "unit", "period_start", "period_end")


@dataclass(frozen=True, slots=True)
class Changes:
    """How a table differs from what it was.

    Attributes
    ----------
    same, revised, added, gone : int
        Figures with one key in both and equal; in both and different (value, flag or interval); new; no longer there.
    largest : float or None
        The largest change of a value, as a share of what it was; None when no value changed or what it was is zero.
    examples : tuple of str
        Up to three revised figures, in words.
    newest : str
        The newest period that is new, in words; empty when none is.
    """

    same: int
    revised: int
    added: int
    gone: int
    largest: float | None
    examples: tuple[str, ...]
    newest: str

    @property
    def sentence(self) -> str:
        """The changes in a sentence or two.

        Examples
        --------
        >>> Changes(same=10, revised=0, added=0, gone=0, largest=None, examples=(), newest="").sentence
        'Nothing has changed: all 10 figures are as they were.'
        """
        if not (self.revised or self.added or self.gone):
            return f"Nothing has changed: all {self.same:,} figures are as they were."
        parts = []
        if self.revised:
            most = f", by up to {words.decimal(100 * self.largest)}%" if self.largest is not None else ""
            some = f" ({'; '.join(self.examples)})" if self.examples else ""
            parts.append(f"{words.counted(self.revised, 'figure')} revised{most}{some}")
        if self.added:
            newest = f", up to {self.newest}" if self.newest else ""
            parts.append(f"{words.counted(self.added, 'figure')} new{newest}")
        if self.gone:
            parts.append(f"{words.counted(self.gone, 'figure')} no longer published")
        return f"{'; '.join(parts)}; {self.same:,} as before."


def changes(before: FigureSet, after: FigureSet) -> Changes:
    """Compare two pulls of one table, figure by figure.

    Parameters
    ----------
    before, after : FigureSet
        In the tidy schema. Breakdown columns are part of the key.

    Returns
    -------
    Changes

    Examples
    --------
    >>> changes(figures, figures).revised  # doctest: +SKIP
    0
    """
    splits = sorted({c for f in (before, after) for c in f.frame.columns if c not in COLUMNS})
    key = [*KEY, *splits]
    old, new = (_keyed(f.frame, key, splits) for f in (before, after))
    both = old.merge(new, left_index=True, right_index=True, suffixes=("_was", ""))
    differs = np.zeros(len(both), dtype=bool)
    for column in ("value", "lower", "upper"):
        was, now = both[f"{column}_was"].to_numpy(float), both[column].to_numpy(float)
        differs |= ~((was == now) | (np.isnan(was) & np.isnan(now)))
    differs |= (both["flag_was"] != both["flag"]).to_numpy()
    revised = both.loc[differs]
    added = new.index.difference(old.index)
    return Changes(
        same=int(len(both) - differs.sum()),
        revised=int(differs.sum()),
        added=len(added),
        gone=len(old.index.difference(new.index)),
        largest=_largest(revised),
        examples=tuple(_said(row) for _, row in revised.head(3).iterrows()),
        newest=_newest(new.loc[added], old),
    )


def fingerprint(figures: FigureSet) -> str:
    """A SHA-256 of figures whatever the order of their rows, by which a change is seen.

    Examples
    --------
    >>> len(fingerprint(figures))  # doctest: +SKIP
    64
    """
    splits = sorted(c for c in figures.frame.columns if c not in COLUMNS)
    columns = [*KEY, *splits, "value", "lower", "upper", "flag"]
    ordered = figures.frame[columns].sort_values([*KEY, *splits]).reset_index(drop=True)
    # Twelve digits: what a file of text keeps of a number and a service gives of it are then the same.
    numbers = {c: [f"{v:.12g}" for v in ordered[c]] for c in ("value", "lower", "upper")}
    rows = ordered.assign(**numbers).astype("str").itertuples(index=False)
    return hashlib.sha256("\n".join("\x1f".join(row) for row in rows).encode()).hexdigest()


def _keyed(frame: pd.DataFrame, key: list[str], splits: list[str]) -> pd.DataFrame:
    filled = frame.assign(**{c: (frame[c].fillna("") if c in frame else "") for c in splits})
    keyed: pd.DataFrame = filled.set_index(key, drop=False)[
        ["area_name", "measure", "period_start", "period_end", "unit", "value", "lower", "upper", "flag"]
    ].rename_axis([f"k_{c}" for c in key])
    return keyed


def _largest(revised: pd.DataFrame) -> float | None:
    was, now = revised["value_was"].to_numpy(float), revised["value"].to_numpy(float)
    usable = ~np.isnan(was) & ~np.isnan(now) & (was != 0)
    return float(np.max(np.abs(now[usable] / was[usable] - 1))) if usable.any() else None


def _said(row: pd.Series) -> str:
    when = words.period(row["period_start"].date(), row["period_end"].date())
    was, now = ("no figure" if np.isnan(v) else words.amount(v, row["unit"]) for v in (row["value_was"], row["value"]))
    if was == now:
        return f"{row['area_name']}, {when}: its flag or interval"
    return f"{row['area_name']}, {when}: {was}, now {now}"


def _newest(added: pd.DataFrame, old: pd.DataFrame) -> str:
    """The last period of what is new, when it lies after everything that was there."""
    if added.empty or (len(old) and added["period_end"].max() <= old["period_end"].max()):
        return ""
    row = added.sort_values("period_end").iloc[-1]
    return words.period(row["period_start"].date(), row["period_end"].date())
