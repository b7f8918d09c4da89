"""Whether our verdict on a file is that of the standard: a thousand damaged files, beside `frictionless`.

Good files of every kind that a city may bring without more ado are damaged in one or two ways that are seen
in practice, and each is taken in by `ingest` and validated by frictionless with the same Table Schema. Where
the verdicts differ, the file is written again as the standard wants it (a decimal point, a comma between
columns, UTF-8 ...) by code that shares nothing with ours; a difference that goes away is explained by how we
read. What we refuse by rules that a Table Schema cannot state is explained by those rules. The rest is
unexplained. A traceback is any error but a refusal; a partial load is a store that holds anything but all
kept rows of a file that was taken, or anything of one that was refused.

Run `.venv/bin/python bench/agreement.py [--quick]`.
"""

import csv
import io
import json
import re
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import duckdb
from frictionless import Resource, Schema

from mirrors.definitions import Contract, load_contracts, load_profile
from mirrors.definitions.profile import save_profile
from mirrors.intake import Refused
from mirrors.intake.rules import RULES, Problem, Stage
from mirrors.jobs import ingest

GOALS = {
    "files": "1,000 or more",
    "disagreements_unexplained": "0",
    "tracebacks": "0",
    "partial_loads": "0",
}
CONTRACTS = {name: contract for name, contract in load_contracts().items() if contract.level == "A"}
KIND = "every_kind"

ONLY_OURS = {
    Problem.UNKNOWN_CODE: "codes depend on the jurisdiction, the schema does not list them",
    Problem.MONTHS_AND_YEAR: "a schema cannot forbid months beside the whole year",
    Problem.SCHOOL_YEAR: "the two years of a school year must follow each other",
    Problem.AMBIGUOUS_NUMBER: "1.234 may be one thousand: we do not guess",
    Problem.BANDS_NOT_BASE: "a schema cannot add up rows",
    Problem.KINDS_NOT_TOTAL: "a schema cannot add up rows",
    Problem.MORE_THAN_POSSIBLE: "a schema cannot compare cells",
    Problem.PART_OVER_WHOLE: "a schema cannot compare cells",
    Problem.IMPOSSIBLE_HALF_DAYS: "a schema has no calendar",
    Problem.OTHER_YEAR: "a schema cannot compare cells",
    Problem.NO_ROWS: "a header without rows is nothing to load",
    Problem.BINARY: "a text file holds no NUL",
    Problem.BROKEN: "quotes that are not closed swallow rows: we do not guess where they end",
    Problem.NAMELESS_COLUMN: "a column without a name",
    Problem.ENCODING: "letters in two encodings: we do not guess which are right",
}
"""Rules that a Table Schema cannot state; privacy rules are a further reason of their own."""

Rows = list[list[str]]


@dataclass(frozen=True)
class Damaged:
    """A file of one kind: its table, how it is written, and the names of the damage done to it."""

    contract: Contract
    rows: Rows
    damage: tuple[str, ...] = ()
    separator: str = ","
    encoding: str = "utf-8"
    line: str = "\n"
    after: tuple[Callable[[bytes], bytes], ...] = ()

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.separator, lineterminator=self.line).writerows(self.rows)
        content = text.getvalue().encode(self.encoding, errors="replace")
        for change in self.after:
            content = change(content)
        return content


def good_rows(contract: Contract, random: Random) -> Rows:
    """Return a header and valid rows: every column takes several values, every key once."""
    rows = [list(contract.columns)]
    seen: set[tuple[str, ...]] = set()
    for _ in range(40):
        row = {column.name: _value(column.name, contract, random) for column in contract.fields}
        row |= _consistent(contract.name, row)
        key = tuple(row[name] for name in contract.primary_key)
        if key not in seen:
            seen.add(key)
            rows.append([row[name] for name in contract.columns])
    return rows


def _value(name: str, contract: Contract, random: Random) -> str:
    column = next(column for column in contract.fields if column.name == name)
    limits = column.constraints
    if name == "school_id":
        return f"S{random.randrange(100, 400)}"
    if name == "name":
        return f"Basisschool De Vliër {random.randrange(100)}"
    if limits.enum:
        return random.choice([value for value in limits.enum if value != "together"])
    fixed = {
        "school_year": ("2022-23", "2023-24", "2024-25"),
        "school_type": ("primary", "secondary"),
        "code": ("B", "Z", "R", "P", "H"),
        "item": ("A1", "B2", "C3"),
        "respondent": tuple(f"r{number}x" for number in range(30)),
        "quantile": ("0.5", "0.9"),
        "date": tuple(date(2025, 3, day).isoformat() for day in range(10, 15)),
        "review_date": ("2025-06-30", ""),
    }
    if name in fixed:
        return random.choice(fixed[name])
    if column.type == "string":
        return column.example or "3"
    most = 12 if limits.maximum is None else min(limits.maximum, 12)
    number = random.uniform(limits.minimum or 0, most)
    return str(round(number)) if column.type == "integer" else str(round(number, 1))


def _consistent(kind: str, row: dict[str, str]) -> dict[str, str]:
    """Return the cells that rules between cells and rows require."""
    whole = {"breakdown": "all", "member": ""}
    match kind:
        case "enrolment" | "absence":
            return {**whole, "month": row["month"] or "9"}
        case "pupil_band":
            return {**whole, "scale": "units", "at_least": "0", "below": "", "base": row["pupils"]}
        case "trajectory":
            return {"outcome": "promoted", "base": row["pupils"]}
        case "absence_pattern":
            morning_only = {"half_day": "am"} if row["weekday"] == "3" else {}
            return {"possible": "40.5", **morning_only}
        case "measure":
            return {"denominator": "12"}
        case "calendar":
            return {"date": f"20{row['school_year'][-2:]}-{row['date'][5:]}"}
    return {}


def _cell(random: Random, file: Damaged, wanted: Callable[[str], bool]) -> tuple[int, int] | None:
    """Return the row and column of a random cell in a column whose name is `wanted`."""
    columns = [place for place, name in enumerate(file.rows[0]) if wanted(name)]
    if not columns or len(file.rows) < 2:
        return None
    return random.randrange(1, len(file.rows)), random.choice(columns)


def _put(file: Damaged, damage: str, place: tuple[int, int] | None, text: str) -> Damaged:
    if place is None:
        return file
    rows = [list(row) for row in file.rows]
    rows[place[0]][place[1]] = text
    return replace(file, rows=rows, damage=(*file.damage, damage))


def _of_type(file: Damaged, *types: str) -> Callable[[str], bool]:
    kinds = {column.name: column.type for column in file.contract.fields}
    return lambda name: kinds.get(name) in types


def _with(file: Damaged, test: Callable[[object], bool]) -> Callable[[str], bool]:
    limits = {column.name: column.constraints for column in file.contract.fields}
    return lambda name: name in limits and test(limits[name])


Damage = Callable[[Damaged, Random], Damaged]

WORDS = ("abc", "n.v.t.", "12x", "twaalf", "-", "#N/A", "1e3", "nan", "inf", "1_000", "0x10", "٣")
NUMBERS = (
    "-1",
    "-0.5",
    "1000000000000",
    "1.5",
    "12.0",
    "007",
    "+4",
    "1,5",
    "12,0",
    "1.234",
    "1.234,5",
    "5%",
    "5,5 %",
)
DATES = ("30/09/2024", "30-09-2024", "2024-02-30", "31.12.2024", "12/31/2024", "2024-9-3", "45565", "30/9/24")
YEARS = (
    "2024-2025",
    "2024/25",
    "2024-26",
    "2024",
    "24-25",
    "2024-25 ",
    "2024–25",
    "schooljaar 2024-25",
    "20242-5",
)


def _in_column(damage: str, texts: Sequence[str], *types: str) -> Damage:
    def change(file: Damaged, random: Random) -> Damaged:
        return _put(file, damage, _cell(random, file, _of_type(file, *types)), random.choice(texts))

    return change


def school_year(file: Damaged, random: Random) -> Damaged:
    return _put(file, "school_year", _cell(random, file, "school_year".__eq__), random.choice(YEARS))


def number_in_a_whole_column(file: Damaged, random: Random) -> Damaged:
    """Write every number of one column in another way: with commas, a percent sign, groups or zeros."""
    place = _cell(random, file, _of_type(file, "number", "integer"))
    if place is None:
        return file
    forms: list[Callable[[str], str]] = [
        lambda text: text.replace(".", ","),
        lambda text: f"{text}%",
        lambda text: f"0{text}",
        lambda text: f" {text} ",
        lambda text: f"{text}.0",
    ]
    form, rows = random.choice(forms), [list(row) for row in file.rows]
    for row in rows[1:]:
        row[place[1]] = form(row[place[1]]) if row[place[1]] else ""
    return replace(file, rows=rows, damage=(*file.damage, "number_form"))


def missing(file: Damaged, random: Random) -> Damaged:
    return _put(file, "missing", _cell(random, file, lambda name: True), random.choice(["", " "]))


def not_in_list(file: Damaged, random: Random) -> Damaged:
    place = _cell(random, file, _with(file, lambda limits: bool(limits.enum)))
    return _put(file, "enum", place, random.choice(["other", "AM", "grade ", "voormiddag", "Late", "5"]))


def too_long(file: Damaged, random: Random) -> Damaged:
    place = _cell(random, file, _with(file, lambda limits: limits.maxLength is not None))
    return _put(file, "too_long", place, "x" * random.choice([5, 6, 20, 21, 40, 41, 120, 121, 400]))


def out_of_range(file: Damaged, random: Random) -> Damaged:
    column = random.choice([c for c in file.contract.fields if c.type in ("integer", "number")] or [None])
    if column is None:
        return file
    low, high = column.constraints.minimum or 0, column.constraints.maximum or 1000
    text = random.choice([low - 1, low, high, high + 1])
    return _put(file, "range", _cell(random, file, column.name.__eq__), f"{text:g}")


def pattern(file: Damaged, random: Random) -> Damaged:
    place = _cell(random, file, _with(file, lambda limits: limits.pattern is not None))
    return _put(file, "pattern", place, random.choice(["a1", "A", "A1\n", "Z99", "T3.2", "A1 ", "r_1"]))


def unknown_code(file: Damaged, random: Random) -> Damaged:
    return _put(
        file, "code", _cell(random, file, "code".__eq__), random.choice(["Q", "b", "ANY", "any", "D", "B01"])
    )


def twice(file: Damaged, random: Random) -> Damaged:
    if len(file.rows) < 2:
        return file
    row = list(random.choice(file.rows[1:]))
    measures = [n for n, name in enumerate(file.rows[0]) if name not in file.contract.primary_key]
    if measures and random.random() < 0.5:
        row[random.choice(measures)] = "1"
    if random.random() < 0.3:
        row[0] = f" {row[0]}"
    return replace(file, rows=[*file.rows, row], damage=(*file.damage, "twice"))


def months_and_year(file: Damaged, random: Random) -> Damaged:
    return _put(file, "months", _cell(random, file, "month".__eq__), "")


def column_gone(file: Damaged, random: Random) -> Damaged:
    gone = random.randrange(len(file.rows[0]))
    rows = [row[:gone] + row[gone + 1 :] for row in file.rows]
    return replace(file, rows=rows, damage=(*file.damage, "column_gone"))


def column_more(file: Damaged, random: Random) -> Damaged:
    name = random.choice(["opmerking", "extra", "", file.rows[0][0]])
    rows = [[*file.rows[0], name], *([*row, "x"] for row in file.rows[1:])]
    return replace(file, rows=rows, damage=(*file.damage, "column_more"))


def column_renamed(file: Damaged, random: Random) -> Damaged:
    place = random.randrange(len(file.rows[0]))
    name = file.rows[0][place]
    header = list(file.rows[0])
    header[place] = random.choice([name.upper(), f" {name} ", name.replace("_", " "), "x"])
    return replace(file, rows=[header, *file.rows[1:]], damage=(*file.damage, "column_renamed"))


def columns_shuffled(file: Damaged, random: Random) -> Damaged:
    order = list(range(len(file.rows[0])))
    random.shuffle(order)
    rows = [[row[place] for place in order] for row in file.rows]
    return replace(file, rows=rows, damage=(*file.damage, "columns_shuffled"))


def row_width(file: Damaged, random: Random) -> Damaged:
    place = random.randrange(len(file.rows))
    rows = [list(row) for row in file.rows]
    rows[place] = [*rows[place], random.choice(["", "5"])] if random.random() < 0.5 else rows[place][:-1]
    return replace(file, rows=rows, damage=(*file.damage, "row_width"))


def empty_row(file: Damaged, random: Random) -> Damaged:
    rows = [list(row) for row in file.rows]
    rows.insert(random.randrange(1, len(rows) + 1), random.choice([[], [""] * len(rows[0])]))
    return replace(file, rows=rows, damage=(*file.damage, "empty_row"))


def few_rows(file: Damaged, random: Random) -> Damaged:
    return replace(file, rows=file.rows[: random.choice([0, 1, 2])], damage=(*file.damage, "few_rows"))


def written_otherwise(file: Damaged, random: Random) -> Damaged:
    """Write the same table as another program does."""
    change = random.choice(
        [
            {"separator": ";"},
            {"separator": "\t"},
            {"separator": "|"},
            {"encoding": "cp1252"},
            {"encoding": "utf-8-sig"},
            {"encoding": "utf-16"},
            {"line": "\r\n"},
        ]
    )
    return replace(file, **change, damage=(*file.damage, "written"))


def cut_off(file: Damaged, random: Random) -> Damaged:
    share = random.random()
    return replace(
        file,
        after=(*file.after, lambda content: content[: int(share * len(content))]),
        damage=(*file.damage, "cut_off"),
    )


def stray_byte(file: Damaged, random: Random) -> Damaged:
    byte, share = random.choice([b"\0", b"\xff", b'"', b"\r", b"\n", b",", b"\xe9"]), random.random()
    return replace(
        file,
        after=(*file.after, lambda c: c[: int(share * len(c))] + byte + c[int(share * len(c)) :]),
        damage=(*file.damage, "stray_byte"),
    )


DAMAGE: tuple[Damage, ...] = (
    _in_column("word", WORDS, "integer", "number"),
    _in_column("number", NUMBERS, "integer", "number"),
    _in_column("date", DATES, "date"),
    *(school_year, number_in_a_whole_column, missing, not_in_list, too_long, out_of_range, pattern),
    *(unknown_code, twice, months_and_year, column_gone, column_more, column_renamed, columns_shuffled),
    *(row_width, empty_row, few_rows, written_otherwise, cut_off, stray_byte),
)


def damaged_files(count: int, seed: int = 20261122) -> Iterator[Damaged]:
    """Yield `count` files, each with one or two kinds of damage, of all kinds of file in turn."""
    random, kinds = Random(seed), list(CONTRACTS.values())
    made = 0
    while made < count:
        contract = kinds[made % len(kinds)]
        file = Damaged(contract, good_rows(contract, random))
        # In their order: cells and columns before rows, and rows before bytes.
        for number in sorted(random.sample(range(len(DAMAGE)), random.choice([1, 1, 2]))):
            file = DAMAGE[number](file, random) if len(file.rows) > 1 else file
        if file.damage:
            made += 1
            yield file


@dataclass(frozen=True)
class Verdict:
    """Whether a file was taken, and by which problems (each with its column) it was refused."""

    taken: bool
    problems: tuple[tuple[Problem, str | None], ...] = ()
    error: str = ""
    partial: bool = False


def our_verdict(file: Damaged) -> Verdict:
    """Return what `ingest` does with a file, in a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        save_profile(
            load_profile("templates").model_copy(update={"id": KIND, "contracts": tuple(CONTRACTS)}), store
        )
        path = Path(folder) / f"{file.contract.name}.csv"
        path.write_bytes(file.content)
        try:
            report = ingest(store, KIND, [path])
        except Refused as refusal:
            found = [(one.problem, one.column) for one in refusal.findings if one.refuses]
            problems = tuple(dict.fromkeys(found))
            return Verdict(False, problems, partial=_loaded(store) != {})
        except Exception:
            return Verdict(False, error=traceback.format_exc(), partial=_loaded(store) != {})
        [kept] = report.files
        return Verdict(True, partial=_loaded(store) != {name: n for name, n in kept.facts.items() if n})


def _loaded(store: Path) -> dict[str, int]:
    """Return how many rows the store holds of each kind."""
    if not (store / "facts.duckdb").is_file():
        return {}
    with duckdb.connect(store / "facts.duckdb") as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        counts = {
            name.removeprefix("fact_"): connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
            for name in names
            if name.startswith("fact_")
        }
    return {name: count for name, count in counts.items() if count}


def standard_verdict(contract: Contract, content: bytes) -> tuple[str, ...]:
    """Return the kinds of error that frictionless finds; none when the file is valid."""
    schema = Schema.from_descriptor(_descriptor(contract))
    # A file alone: what it refers to is not there.
    schema.foreign_keys = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{contract.name}.csv"
        path.write_bytes(content)
        report = Resource(path=path.name, basepath=folder, schema=schema).validate()
    return tuple(dict.fromkeys(kind for [kind] in report.flatten(["type"])))


def _descriptor(contract: Contract) -> dict[str, object]:
    path = ROOT / "mirrors" / "definitions" / "contracts" / f"{contract.name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def as_the_standard_wants(file: Damaged) -> tuple[bytes, tuple[str, ...]]:
    """Return the content written as frictionless reads it, and the names of what had to be changed."""
    content, changes = file.content, dict[str, None]()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text, changes["Windows-1252"] = content.decode("cp1252", errors="replace"), None
    first = text.split("\n", 1)[0]
    separator = max(",;\t|", key=first.count)
    if separator != ",":
        changes["separator"] = None
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return content, ()
    if any(not any(cell.strip() for cell in row) for row in rows):
        changes["empty rows"] = None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    trimmed = [[cell.strip() for cell in row] for row in rows]
    if trimmed != rows:
        changes["spaces"] = None
    table = _in_order(file.contract, _as_wide_as_the_header(trimmed, changes), changes)
    text_out = io.StringIO(newline="")
    csv.writer(text_out, lineterminator="\n").writerows(_standard_cells(file.contract, table, changes))
    return text_out.getvalue().encode(), tuple(changes)


def _as_wide_as_the_header(rows: Rows, changes: dict[str, None]) -> Rows:
    """Return the rows without empty cells past the last column, which spreadsheets leave."""
    width = len(rows[0]) if rows else 0
    kept = [row[:width] if not any(row[width:]) else row for row in rows]
    if kept != rows:
        changes["empty cells past the last column"] = None
    return kept


def _in_order(contract: Contract, rows: Rows, changes: dict[str, None]) -> Rows:
    """Return the columns in the order of the schema; those that need not be there are added empty."""
    small = [[name.casefold() for name in row] for row in rows[:1]]
    if small != rows[:1] and small and set(small[0]) <= set(contract.columns):
        changes["capitals"] = None
        rows = [*small, *rows[1:]]
    if not rows or len({len(row) for row in rows}) > 1 or len(set(rows[0])) < len(rows[0]):
        return rows
    if not set(rows[0]) <= set(contract.columns):
        return rows
    optional = {column.name for column in contract.fields if not column.constraints.required}
    if set(contract.columns) - set(rows[0]) - optional or rows[0] == list(contract.columns):
        return rows
    changes["columns"] = None
    places = {name: place for place, name in enumerate(rows[0])}
    body = [[row[places[name]] if name in places else "" for name in contract.columns] for row in rows[1:]]
    return [list(contract.columns), *body]


def _standard_cells(contract: Contract, rows: Rows, changes: dict[str, None]) -> Rows:
    types = {column.name: column.type for column in contract.fields}
    for row in rows[1:]:
        for place, name in enumerate(rows[0][: len(row)]):
            written = _standard_cell(name, types.get(name, "string"), row[place])
            if written != row[place]:
                changes["school year" if name == "school_year" else types[name]] = None
                row[place] = written
    return rows


def _standard_cell(name: str, kind: str, text: str) -> str:
    if name == "school_year":
        found = re.fullmatch(r"(\d{4}) ?[-/–] ?(?:\d\d)?(\d\d)", text)
        return f"{found[1]}-{found[2]}" if found else text
    if kind == "date":
        found = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text)
        return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text
    if kind in ("integer", "number"):
        return _standard_number(text, kind)
    return text


def _standard_number(text: str, kind: str) -> str:
    plain = text.rstrip("% ") if text.endswith("%") else text
    if re.fullmatch(r"[-+]?(\d{1,3}([. ]\d{3})+|\d+),\d+", plain):
        plain = plain.replace(".", "").replace(" ", "").replace(",", ".")
    try:
        value = Decimal(plain) / (100 if text.endswith("%") else 1)
    except InvalidOperation:
        return text
    # Python also reads words, underscores and the digits of other scripts as numbers.
    if not value.is_finite() or "_" in plain or not plain.isascii():
        return "not a number"
    return str(int(value)) if kind == "integer" and value == int(value) else f"{value:f}"


@dataclass
class Tally:
    """What was counted."""

    files: int = 0
    agreed: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    partial: int = 0

    def add(self, file: Damaged) -> None:
        """Count one file."""
        ours = our_verdict(file)
        self.files += 1
        self.partial += ours.partial
        if ours.error:
            self.tracebacks.append(f"{file.contract.name} {file.damage}\n{ours.error}")
            return
        standard = standard_verdict(file.contract, file.content)
        if ours.taken == (not standard):
            self.agreed += 1
            return
        reason = explanation(file, ours)
        if reason:
            self.explained[reason] += 1
        else:
            told = (
                "taken"
                if ours.taken
                else ", ".join(f"{problem} {column}" for problem, column in ours.problems)
            )
            self.unexplained.append(
                f"{file.contract.name} {file.damage}: we {told}; standard {standard or 'valid'}"
            )


def explanation(file: Damaged, ours: Verdict) -> str:
    """Return why our verdict is not the standard's, or nothing."""
    rewritten, changes = as_the_standard_wants(file)
    if changes and ours.taken == (not standard_verdict(file.contract, rewritten)):
        return "we read: " + ", ".join(changes)
    reasons = [only_ours(problem, column) for problem, column in ours.problems]
    return "we refuse: " + "; ".join(dict.fromkeys(reasons)) if reasons and all(reasons) else ""


def only_ours(problem: Problem, column: str | None) -> str:
    """Return why a Table Schema cannot find this problem, or nothing when it can."""
    if RULES[problem].stage is Stage.PRIVACY:
        return "a schema does not look for personal data"
    if problem is Problem.NOT_IN_LIST and column == "school_type":
        return "school types depend on the jurisdiction, the schema does not list them"
    return ONLY_OURS.get(problem, "")


def measure(count: int) -> Tally:
    """Return what became of `count` damaged files."""
    tally = Tally()
    for file in damaged_files(count):
        tally.add(file)
    return tally


def main() -> None:
    """Measure, print what differs and why, and the figures as one JSON line."""
    tally = measure(120 if "--quick" in sys.argv else 1_050)
    for text in [*tally.unexplained, *tally.tracebacks]:
        print(text)
    print(f"{'same verdict':80} {tally.agreed:6}")
    for reason, count in tally.explained.most_common():
        print(f"{reason:80} {count:6}")
    figures = {
        "files": tally.files,
        "disagreements_unexplained": len(tally.unexplained),
        "tracebacks": len(tally.tracebacks),
        "partial_loads": tally.partial,
    }
    for name, value in figures.items():
        print(f"{name:28} {value:10}")
    print(json.dumps({"bench": "agreement", "figures": figures, "goals": GOALS}))


if __name__ == "__main__":
    main()
