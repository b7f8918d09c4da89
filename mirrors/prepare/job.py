"""The provider's own tool: raw exports become totals, or events under tokens, in a folder for the city."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from mirrors.definitions import Profile, load_contracts, load_jurisdiction
from mirrors.intake.finding import Refused
from mirrors.intake.privacy.groups import small_groups
from mirrors.intake.reading import open_file
from mirrors.intake.upload import Upload, read_upload
from mirrors.locale import Language
from mirrors.prepare.arrival import in_contract
from mirrors.prepare.receipt import Counted, Prepared, Written, receipt
from mirrors.prepare.reduction import EVENTS, reduce_events
from mirrors.prepare.tokens import one_time_key, read_key, refuse_key_within, tokens
from mirrors.progress import Progress, silent
from mirrors.store.workbench import open_workbench

RECEIPT = "prepared.txt"
_ENGLISH = Language("en")
BESIDE = ("enrolment", "calendar")
"""Totals that the events are counted against; they go along as they are."""


class CannotPrepare(RuntimeError):
    """Nothing was prepared; the message says why and what to do."""


def prepare(
    files: Sequence[Path],
    profile: Profile,
    to: Path,
    key: Path | None = None,
    keep_events: bool = False,
    progress: Progress = silent,
    language: Language = _ENGLISH,
) -> Prepared:
    """Write what `files` add up to into the folder `to`, or with `keep_events` the events under tokens.

    Nothing is written but `to`, and that wholly or not at all. Without `key`, tokens are made with a key that
    is forgotten at once: enough for totals. `language` is that of the receipt. Raises Refused with every
    finding, CannotPrepare and KeyTrouble.
    """
    _refuse_folder(to)
    secret = _secret(key, to, keep_events)
    upload = read_upload([open_file(path) for path in files], profile, progress, at_provider=True)
    progress("count", 0.9)
    given = _given(upload, secret)
    kept = {name: table for name, table in given.items() if name in (*EVENTS, *BESIDE)}
    if keep_events:
        _refuse_small_groups(kept)
        out = kept
    else:
        totals = reduce_events(given, load_jurisdiction(profile.jurisdiction))
        out = {**totals, **{name: kept[name] for name in BESIDE if name in kept}}
    left_alone = tuple(sorted(set(given) - set(kept)))
    progress("write", 0.95)
    with _folder_made(to) as unfinished:
        written = tuple(_write(unfinished, name, table) for name, table in sorted(out.items()))
        done = Prepared(profile.id, keep_events, _counted(kept), written, upload.findings, left_alone)
        (unfinished / RECEIPT).write_text(receipt(done, language), encoding="utf-8")
    return done


def _refuse_folder(to: Path) -> None:
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise CannotPrepare(f"{to} is not an empty folder: name one that is empty or not there yet")


def _secret(key: Path | None, to: Path, keep_events: bool) -> bytes:
    if key is None:
        if keep_events:
            raise CannotPrepare(
                "keeping the events needs a key: make one with --new-key, then name it with --key"
            )
        return one_time_key()
    refuse_key_within(key, to)
    return read_key(key)


def _given(upload: Upload, secret: bytes) -> dict[str, pa.Table]:
    """Return the rows of the upload by contract, in the contract's columns, with tokens for pupils' ids."""
    parts: dict[str, list[pa.Table]] = {}
    for fact in upload.facts:
        parts.setdefault(fact.contract, []).append(in_contract(fact))
    tables = {name: pa.concat_tables(found) for name, found in parts.items()}
    if not set(tables) & set(EVENTS):
        raise CannotPrepare("these files hold no events of pupils: totals need no preparing")
    for name in set(tables) & set(EVENTS):
        tables[name] = _under_tokens(name, tables[name], secret)
    return tables


def _under_tokens(name: str, table: pa.Table, secret: bytes) -> pa.Table:
    """Return events with tokens for pupils' ids; raises CannotPrepare if rows turn out to be repeated."""
    column = tokens(secret, table["token"])
    keyed = table.set_column(table.column_names.index("token"), "token", column)
    if len(column.dictionary) == pc.count_distinct(table["token"]).as_py():
        return keyed
    key = load_contracts()[name].primary_key
    if keyed.group_by(list(key)).aggregate([]).num_rows < keyed.num_rows:
        raise CannotPrepare(
            f"{name}: some rows are there twice, with a pupil's id written in two ways ({', '.join(key)})"
        )
    return keyed


def _counted(kept: Mapping[str, pa.Table]) -> Counted:
    events = [table for name, table in kept.items() if name in EVENTS]

    def distinct(name: str) -> set[str]:
        return {text for table in events for text in pc.unique(table[name].cast(pa.string())).to_pylist()}

    rows = {name: table.num_rows for name, table in sorted(kept.items())}
    years = tuple(sorted(distinct("school_year")))
    return Counted(rows, len(distinct("token")), len(distinct("school_id")), years)


def _refuse_small_groups(kept: Mapping[str, pa.Table]) -> None:
    findings = [finding for name in EVENTS if name in kept for finding in small_groups(kept[name], name)]
    if findings:
        raise Refused(findings)


@contextmanager
def _folder_made(to: Path) -> Iterator[Path]:
    """Give an unfinished folder beside `to`, and put it in the place of `to` when all is written."""
    to = to.resolve()
    to.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=to.parent, prefix=f".{to.name}.unfinished-"))
    try:
        yield unfinished
        if to.exists():
            to.rmdir()
        unfinished.rename(to)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _write(folder: Path, name: str, table: pa.Table) -> Written:
    """Write one table: events as Parquet, totals as CSV."""
    table = _in_order(name, table)
    path = folder / f"{name}.{'parquet' if name in EVENTS else 'csv'}"
    if name in EVENTS:
        pyarrow.parquet.write_table(table, path, compression="zstd", store_schema=False)
    else:
        pyarrow.csv.write_csv(table, path, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return Written(path.name, table.num_rows, hashlib.sha256(path.read_bytes()).hexdigest())


def _in_order(name: str, table: pa.Table) -> pa.Table:
    """Return the rows ordered by their key: the order of an export can tell who is who."""
    key = ", ".join(f"{column} NULLS LAST" for column in load_contracts()[name].primary_key)
    with open_workbench() as connection:
        connection.register("rows_given", table)
        return connection.sql(f"SELECT * FROM rows_given ORDER BY {key}").to_arrow_table()
