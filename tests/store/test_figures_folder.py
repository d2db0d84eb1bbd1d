"""The store of figures in a folder: nothing half-written is seen, whoever dies, reads or writes at the same time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import threading
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.areas import Area, AreaRegister
from workbench.domain.figures import FigureSet
from workbench.errors import DataError, FigureMissing, NotComparable
from workbench.store.figures import FigureStore
from workbench.store.figures_areas import checked, parents_of
from workbench.store.figures_lock import locked
from workbench.store.figures_manifest import Manifest
from workbench.store.figures_url import folder_of, secrets_of, shown

from .making import A1, A2, A3, B1, DISTRICT, MSOA_A, REGISTER, figures, row, same_rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "figures"


def files(folder: Path) -> set[str]:
    """Every Parquet file in a store's folder, and whatever is left of one."""
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and ".parquet" in p.name}


# --- what lies in the folder ------------------------------------------------------------------------------------------


def test_other_programs_can_read_the_files_that_the_manifest_names(folder: Path):
    with FigureStore.open(folder) as store:
        store.put(figures(row(B1, 4.0), row(A1, 2.0, 2), row(A1, 1.0, 1)), titles={"claimants": "Claimant count"})
    manifest = json.loads((folder / "manifest.json").read_text())
    held = manifest["measures"]["claimants"]
    assert (manifest["schema_version"], held["rows"], held["title"]) == (1, 3, "Claimant count")
    assert manifest["citations"]["count"]["publisher"] == "Made up"
    assert held["name"].startswith("figures/measure=claimants/")
    table = pq.read_table(folder / held["name"], partitioning=None).to_pandas()
    assert table[["area_code", "value"]].to_numpy().tolist() == [[A1, 1.0], [A1, 2.0], [B1, 4.0]]
    assert table["lower"].isna().all()
    with FigureStore.open(folder) as store:
        store.check()
        (folder / held["name"]).write_bytes(b"PAR1 something else PAR1")
        with pytest.raises(DataError, match=held["name"]):
            store.check()
        with pytest.raises(DataError, match="could not be used"):
            store.get("claimants")


def test_only_what_two_generations_name_is_kept(folder: Path):
    with FigureStore.open(folder) as store:
        for n in range(4):
            store.put(figures(row(A1, float(n)), row(A1, 1.0, measure="jobs")))
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
        assert files(folder) == manifest.names | set(manifest.retired)
        assert len(manifest.retired) == 1  # of the measure that changed; the other's file is the same
        store.remove("claimants")
        store.remove("jobs")
        store.put(figures(row(A1, 1.0)))
        assert len(files(folder)) == 1
        assert [held.measure for held in store.measures()] == ["claimants"]


def test_a_manifest_of_a_later_version_is_refused_and_left_as_it_is(folder: Path):
    with FigureStore.open(folder) as store:
        store.put(figures(row(A1, 1.0)))
    path = folder / "manifest.json"
    said = json.loads(path.read_text()) | {"schema_version": 2, "new_part": []}
    path.write_text(json.dumps(said))
    with FigureStore.open(folder) as store:
        with pytest.raises(DataError, match="later version"):
            store.get("claimants")
        with pytest.raises(DataError, match="later version"):
            store.put(figures(row(A1, 2.0)))
    assert json.loads(path.read_text()) == said


def test_a_damaged_manifest_is_said_and_not_overwritten(folder: Path):
    folder.mkdir()
    (folder / "manifest.json").write_text('{"schema_version": 1, "gen')
    with FigureStore.open(folder) as store, pytest.raises(DataError, match="damaged"):
        store.put(figures(row(A1, 1.0)))
    assert (folder / "manifest.json").read_text() == '{"schema_version": 1, "gen'


# --- dying, reading and writing ---------------------------------------------------------------------------------------

WRITER = """
import sys
from tests.store.making import A1, figures, row
from workbench.store import figures_shelf
from workbench.store.figures import FigureStore

stop, folder = sys.argv[1:]

def pause(*_):
    print("here", flush=True)
    sys.stdin.read()

def before(name):
    original = getattr(figures_shelf.Folder, name)
    def paused(self, *args):
        pause()
        return original(self, *args)
    setattr(figures_shelf.Folder, name, paused)

if stop == "half a file":
    original = figures_shelf.sha256_of
    def half(path):
        path.write_bytes(path.read_bytes()[:100])
        pause()
    figures_shelf.sha256_of = half
else:
    before(stop)
with FigureStore.open(folder) as store:
    store.put(figures(row(A1, 2.0), row(A1, 2.0, measure="jobs")))
"""


@pytest.mark.parametrize("stop", ["half a file", "commit", "sweep"])
def test_a_writer_that_is_killed_leaves_a_whole_store(folder: Path, root: Path, stop: str):
    with FigureStore.open(folder) as store:
        store.put(figures(row(A1, 1.0), row(A1, 1.0, measure="jobs")))
    command = [sys.executable, "-c", WRITER, stop, str(folder)]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "here\n"
        writer.send_signal(signal.SIGKILL)
    expected = 2.0 if stop == "sweep" else 1.0  # by then the change was made
    with FigureStore.open(folder) as store:
        store.check()
        for measure in ("claimants", "jobs"):
            assert store.get(measure).frame["value"].tolist() == [expected]
        # The dead writer's lock is free, and what it left is cleared away.
        store.put(figures(row(A1, 3.0)))
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
        assert files(folder) == manifest.names | set(manifest.retired)


@pytest.mark.parametrize(("stop", "expected"), [("commit", 1.0), ("sweep", 2.0)])
def test_a_put_that_is_under_way_holds_up_no_reader(folder: Path, root: Path, stop: str, expected: float):
    """The writer stands still with the lock in its hand: before its change is the one that holds, and after."""
    with FigureStore.open(folder) as store:
        store.put(figures(row(A1, 1.0), row(A1, 1.0, measure="jobs")))
        command = [sys.executable, "-c", WRITER, stop, str(folder)]
        with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdin is not None
            assert writer.stdout.readline() == "here\n"
            with pytest.raises(DataError, match="Somebody else"), locked(folder / ".lock", wait_seconds=0):
                pytest.fail("the writer does not hold the lock: the test shows nothing")
            with FigureStore.open(folder) as newcomer:
                for reader in (store, newcomer):
                    assert [reader.get(m).frame["value"].tolist() for m in ("claimants", "jobs")] == [[expected]] * 2
            writer.stdin.close()
        assert writer.returncode == 0
        assert [store.get(m).frame["value"].tolist() for m in ("claimants", "jobs")] == [[2.0]] * 2


def test_a_writer_waits_for_another_and_says_so_when_it_cannot_have_its_turn(folder: Path):
    folder.mkdir()
    refused = pytest.raises(DataError, match="Somebody else is writing")
    with locked(folder / ".lock"), refused, locked(folder / ".lock", wait_seconds=0.1):
        pytest.fail("two hold the lock")
    with locked(folder / ".lock", wait_seconds=0.1):
        pass


def test_a_reader_meets_only_whole_changes_while_another_process_writes(folder: Path, root: Path):
    """Each change gives every row of both measures one new value; a reader must never see two values."""
    program = """
import sys
from tests.store.making import A1, A2, figures, row
from workbench.store.figures import FigureStore
with FigureStore.open(sys.argv[1]) as store:
    for n in range(12):
        store.put(figures(*(row(a, float(n), m, measure=k) for a in (A1, A2) for m in (1, 2) for k in ("a", "b"))))
"""
    with FigureStore.open(folder) as store:
        store.put(figures(*(row(a, -1.0, m, measure=k) for a in (A1, A2) for m in (1, 2) for k in ("a", "b"))))
        with subprocess.Popen([sys.executable, "-c", program, str(folder)], cwd=root) as writer:
            seen: list[float] = []
            while writer.poll() is None or not seen:
                found = store.get("a")
                values = set(found.frame["value"])
                assert len(found.frame) == 4
                assert len(values) == 1
                seen.append(values.pop())
        assert writer.returncode == 0
        assert seen == sorted(seen)
        assert store.get("b").frame["value"].tolist() == [11.0] * 4
    assert len(set(seen)) > 2, "the reader saw no change: the test shows nothing"


def test_a_reader_whose_file_is_taken_away_asks_again(folder: Path):
    with FigureStore.open(folder) as reader, FigureStore.open(folder) as writer:
        writer.put(figures(row(A1, 1.0)))
        shelf = reader._asker.shelf
        original, calls = shelf.table, []

        def late(segment: Any) -> Any:
            if not calls:  # between manifest and file two changes are made, and the file is swept away
                calls.append(segment)
                writer.put(figures(row(A1, 2.0)))
                writer.put(figures(row(A1, 3.0)))
            return original(segment)

        shelf.table = late
        assert reader.get("claimants").frame["value"].tolist() == [3.0]


def test_two_writers_lose_nothing_of_each_other(folder: Path):
    def write(area: str) -> None:
        with FigureStore.open(folder) as store:
            for n in (1, 2, 3):
                store.put(figures(row(area, float(n), n)))

    threads = [threading.Thread(target=write, args=(area,)) for area in (A1, A2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with FigureStore.open(folder) as store:
        assert len(store.get("claimants")) == 6


def test_one_store_may_be_asked_from_several_threads(folder: Path):
    with FigureStore.open(folder) as store:
        store.put(figures(*(row(a, 5.0, n) for a in (A1, A2, A3, B1) for n in range(1, 13))))
        store.put_areas(REGISTER)
        faults: list[BaseException] = []

        def ask() -> None:
            try:
                for _ in range(10):
                    assert len(store.get("claimants", within=DISTRICT)) == 48
                    assert len(store.rollup("claimants", level="LSOA", to="MSOA")) == 24
            except BaseException as fault:  # noqa: BLE001  handed to the test's own thread
                faults.append(fault)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []


# --- properties -------------------------------------------------------------------------------------------------------

AREAS = st.sampled_from([A1, A2, A3, B1])
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=5)


@st.composite
def figure_sets(draw: st.DrawFn, *, splits: bool = True) -> FigureSet:
    """Figures that keep the schema: any text, missing values with a flag, no key twice."""
    keys = st.tuples(AREAS, st.integers(1, 12), st.sampled_from(["2011", "2021"]), st.sampled_from(["a", "b/ c"]))
    chosen = draw(st.lists(st.tuples(keys, TEXTS if splits else st.just("")), min_size=1, max_size=25, unique=True))
    rows = []
    for (area, number, vintage, measure), sex in chosen:
        value = draw(st.one_of(st.none(), NUMBERS))
        more: dict[str, Any] = {"flag": draw(st.sampled_from(["", "provisional", "rounded-5"]))}
        if value is None:
            value, more["flag"] = np.nan, "suppressed"
        elif draw(st.booleans()):
            more |= {"lower": value - 1, "upper": value + 1, "confidence": 0.95}
        rows.append(row(area, value, number, vintage=vintage, measure=measure, sex=sex, method=draw(TEXTS), **more))
    return figures(*rows)


@given(figure_sets(), AREAS, st.integers(1, 12))
@settings(max_examples=12)
def test_whatever_is_put_comes_back_as_the_domain_would_choose_it(held: FigureSet, area: str, number: int):
    with tempfile.TemporaryDirectory() as folder, FigureStore.open(folder) as store:
        store.put(held)
        for measure in held.frame["measure"].unique():
            of_measure = held.where(measure=measure)
            same_rows(store.get(measure), of_measure)
            same_rows_or_missing(store, measure, of_measure.where(area_code=area), areas=[area])
            same_rows_or_missing(store, measure, of_measure.where(vintage="2011"), vintage="2011")
            month = [row(A1, 1.0, number)[c].date() for c in ("period_start", "period_end")]
            chosen = of_measure.where(period_end=pd.Timestamp(month[1]))
            same_rows_or_missing(store, measure, chosen, periods=[tuple(month)])


def same_rows_or_missing(store: FigureStore, measure: str, expected: FigureSet, **asked: Any) -> None:
    """Fail unless the store has these figures, or says that it has none."""
    if len(expected):
        same_rows(store.get(measure, **asked), expected)
    else:
        with pytest.raises(FigureMissing):
            store.get(measure, **asked)


@given(figure_sets(), figure_sets(), st.data())
@settings(max_examples=8)
def test_a_later_put_wins_and_the_order_of_the_others_does_not_matter(first: FigureSet, last: FigureSet, data: Any):
    pieces = [first.frame.iloc[i::3] for i in range(3)]
    orders = data.draw(st.sampled_from(list(permutations(pieces))))
    with tempfile.TemporaryDirectory() as folder, FigureStore.open(folder) as store:
        for piece in orders:
            if len(piece):
                store.put(FigureSet(piece, first.citations))
        store.put(last)
        key = ["area_code", "vintage", "measure", "unit", "period_start", "period_end", "sex"]
        both = pd.concat([first.frame, last.frame]).drop_duplicates(key, keep="last")
        for measure in both["measure"].unique():
            same_rows(store.get(measure), FigureSet(both[both["measure"] == measure], first.citations))


@given(figure_sets(splits=False))
@settings(max_examples=12)
def test_sums_are_those_of_pandas_and_lack_no_part(held: FigureSet):
    parents = {A1: MSOA_A, A2: MSOA_A, A3: MSOA_A, B1: "E02000002"}
    frame = held.frame[(held.frame["measure"] == held.frame["measure"].iloc[0]) & (held.frame["vintage"] == "2021")]
    if frame.empty:
        return
    measure = frame["measure"].iloc[0]
    with tempfile.TemporaryDirectory() as folder, FigureStore.open(folder) as store:
        store.put(held)
        store.put_areas(REGISTER)
        found = store.rollup(measure, level="LSOA", to="MSOA", vintage="2021").frame
        groups = frame.groupby([frame["area_code"].map(parents), "period_end"])["value"]
        sizes = pd.Series(parents).value_counts()
        expected = {key: values.sum() if values.count() == sizes[key[0]] else np.nan for key, values in groups}
        got = {(r.area_code, r.period_end): r.value for r in found.itertuples()}
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-6, nan_ok=True)
        assert (found.loc[found["value"].isna(), "flag"] != "").all()


# --- areas, addresses, imports ----------------------------------------------------------------------------------------


def test_an_area_that_would_be_counted_twice_is_refused():
    twice = pd.concat([parents_of(REGISTER), parents_of(REGISTER).query("code == @A1").assign(ancestor="E02000009")])
    with pytest.raises(DataError, match=f"{A1} would lie in two areas"):
        checked(twice)


def test_a_register_that_goes_round_in_circles_ends():
    table = parents_of(AreaRegister.of([Area("a", "A", "ward", "2020", "b"), Area("b", "B", "ward", "2020", "a")]))
    assert sorted(zip(table["code"], table["ancestor"], strict=True)) == [
        ("a", "a"),
        ("a", "b"),
        ("b", "a"),
        ("b", "b"),
    ]


PLACES = [
    "postgres://anna:s3cret@db.example:5432/figures",
    "postgres://anna:s3%40cret@db.example/figures?sslmode=require&password=s3cret2",
    "trino://anna:p/w@db.example/figures",
    "snowflake://anna@account/db?token=s3cret",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_password_is_in_no_error_and_no_name(place: str):
    hidden = shown(place)
    for secret in secrets_of(place):
        assert secret not in hidden
    assert "***" in hidden
    with pytest.raises(DataError) as refused:
        FigureStore.open(place.replace("db.example", "127.0.0.1").replace(":5432", ":1"))
    chain: list[BaseException | None] = [refused.value, refused.value.__cause__]
    said = "".join(f"{fault!s} {fault!r}" for fault in chain)
    assert not [secret for secret in secrets_of(place) if secret in said]


def test_an_address_is_a_folder_or_an_engine(tmp_path: Path):
    assert folder_of(tmp_path) == tmp_path
    assert folder_of(f"file://{tmp_path}/a%20b") == tmp_path / "a b"
    for engine in ("duckdb:///f.db", "postgresql://h/d", "spark://h:7077", "local", "local[*]", "local[2]?a=b"):
        assert folder_of(engine) is None


def test_ibis_is_imported_when_a_store_is_opened_and_not_before():
    program = (
        "import sys, tempfile; from workbench.store.figures import FigureStore; before = 'ibis' in sys.modules;"
        "FigureStore.open(tempfile.mkdtemp()).close(); print(before, 'ibis' in sys.modules, 'pyspark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False"]


def test_without_the_extra_the_error_says_what_to_install():
    program = (
        "import sys; sys.modules['ibis'] = None; from workbench.store.figures import FigureStore\n"
        "try: FigureStore.open('x')\nexcept Exception as e: print(type(e).__name__, e)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("DataError")
    assert "data-sharing-workbench[store]" in done.stdout


def test_sums_of_perturbed_cells_are_refused_even_when_only_one_is(folder: Path):
    with FigureStore.open(folder) as store:
        store.put(figures(row(A1, 1.0), row(A2, 1.0), row(A3, 1.0, flag="provisional;perturbed")))
        store.put_areas(REGISTER)
        with pytest.raises(NotComparable, match="at random"):
            store.rollup("claimants", level="LSOA", to="MSOA")
