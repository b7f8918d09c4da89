"""Bricks of the privacy corpus: tables as cities make them, written as CSV, XLSX, Parquet or ZIP, and numbers
that pass their check digits. Everything is invented; the same seed gives the same bytes."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from stdnum import iban
from stdnum.gb import upn

Cell = object
Row = tuple[Cell, ...]
LONG_AGO = datetime(2025, 1, 6, 9, 0, 0)
CODES = ("B", "Z", "R", "P", "H")
MONTHS = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True)
class CorpusFile:
    """One file of the corpus: what is planted in it (or why it is suspicious), its bytes, its profile."""

    name: str
    kind: str
    content: bytes
    profile: str = "templates"


@dataclass(frozen=True)
class Around:
    """What a workbook holds beside its table."""

    sheet: str = "Sheet1"
    titles: tuple[str, ...] = ()
    comment: str = ""
    hidden_sheet: tuple[Row, ...] = ()
    hidden_sheet_name: str = "lijst"
    other_sheet: tuple[Row, ...] = ()
    hidden_column: str = ""
    properties: dict[str, object] = field(default_factory=dict)
    footer: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table: a header and rows."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def with_column(self, name: str, value: Callable[[int], Cell], at: int | None = None) -> "Sheet":
        """Return the table with one more column, whose value depends on the row's number."""
        place = len(self.header) if at is None else at
        header = (*self.header[:place], name, *self.header[place:])
        rows = tuple((*row[:place], value(n), *row[place:]) for n, row in enumerate(self.rows))
        return Sheet(header, rows)

    def filled(self, column: str, value: Callable[[int], Cell]) -> "Sheet":
        """Return the table with all cells of one column replaced."""
        place = self.header.index(column)
        rows = tuple((*row[:place], value(n), *row[place + 1 :]) for n, row in enumerate(self.rows))
        return Sheet(self.header, rows)

    def with_cell(self, row: int, column: str, value: Cell) -> "Sheet":
        """Return the table with one cell replaced."""
        place = self.header.index(column)
        changed = (*self.rows[row][:place], value, *self.rows[row][place + 1 :])
        return Sheet(self.header, (*self.rows[:row], changed, *self.rows[row + 1 :]))

    def renamed(self, **names: str) -> "Sheet":
        """Return the table with other names of columns."""
        return Sheet(tuple(names.get(name, name) for name in self.header), self.rows)

    def csv(self, separator: str = ",", encoding: str = "utf-8", titles: Sequence[str] = ()) -> bytes:
        """Return the table as CSV, below some titles."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
        writer.writerows([*([title] for title in titles), self.header, *self.rows])
        return text.getvalue().encode(encoding)

    def xlsx(self, around: Around | None = None) -> bytes:
        """Return the table as a workbook with what stands around it."""
        around = around or Around()
        content = io.BytesIO()
        book = xlsxwriter.Workbook(content, {"in_memory": True})
        book.set_properties({"created": LONG_AGO, **around.properties})
        as_date = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet(around.sheet)
        for place, title in enumerate(around.titles):
            sheet.write_string(place, 0, title)
        for place, row in enumerate([self.header, *self.rows], start=len(around.titles)):
            for column, cell in enumerate(row):
                _write(sheet, place, column, cell, as_date)
        if around.comment:
            sheet.write_comment(2, 1, around.comment, {"author": ""})
        if around.hidden_column:
            column = self.header.index(around.hidden_column)
            sheet.set_column(column, column, None, None, {"hidden": True})
        if around.footer:
            sheet.set_footer(around.footer)
        for name, cells in ((around.hidden_sheet_name, around.hidden_sheet), ("uitleg", around.other_sheet)):
            if cells:
                other = book.add_worksheet(name)
                for place, row in enumerate(cells):
                    for column, cell in enumerate(row):
                        _write(other, place, column, cell, as_date)
                if name == around.hidden_sheet_name:
                    other.hide()
        book.close()
        return content.getvalue()

    def parquet(self) -> bytes:
        """Return the table as Parquet with the types its values have."""
        columns = [
            [None if cell == "" else cell for cell in column] for column in zip(*self.rows, strict=True)
        ]
        content = io.BytesIO()
        pq.write_table(pa.table(dict(zip(self.header, map(pa.array, columns), strict=True))), content)
        return content.getvalue()


def _write(sheet: object, row: int, column: int, cell: Cell, as_date: object) -> None:
    if isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), as_date)  # type: ignore[attr-defined]
    else:
        sheet.write(row, column, cell)  # type: ignore[attr-defined]


def listed(texts: str) -> list[str]:
    """Return the texts between the bars."""
    return texts.split("|")


def zip_of(members: dict[str, bytes]) -> bytes:
    """Return a ZIP of files by name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 6, 9, 0, 0)), member)
    return content.getvalue()


def school(number: int) -> str:
    """Return a school's id."""
    return f"S{number:04d}"


def absence(seed: int = 1, schools: int = 12, ids: Callable[[int], Cell] = school) -> Sheet:
    """Return half-days absent by month and code."""
    rng = np.random.default_rng(seed)
    header = ("school_id", "school_year", "breakdown", "member", "month", "code", "units")
    rows = [
        (ids(number), "2024-25", "all", "", month, code, int(rng.integers(0, 900)))
        for number in range(schools)
        for month in MONTHS
        for code in CODES
    ]
    return Sheet(header, tuple(rows))


def by_group(seed: int = 2, schools: int = 30, groups: Sequence[str] = ("1", "2", "3")) -> Sheet:
    """Return half-days absent by grade for the whole year."""
    rng = np.random.default_rng(seed)
    header = ("school_id", "school_year", "breakdown", "member", "month", "code", "units")
    rows = [
        (school(number), "2024-25", "grade", group, "", code, int(rng.integers(0, 3000)))
        for number in range(schools)
        for group in groups
        for code in CODES
    ]
    return Sheet(header, tuple(rows))


def enrolment(seed: int = 3, schools: int = 40, ids: Callable[[int], Cell] = school) -> Sheet:
    """Return pupils and possible half-days by month."""
    rng = np.random.default_rng(seed)
    header = ("school_id", "school_year", "breakdown", "member", "month", "pupils", "possible")
    rows = []
    for number in range(schools):
        pupils = int(rng.integers(60, 900))
        rows += [
            (ids(number), "2024-25", "all", "", month, pupils, pupils * int(rng.integers(24, 37)))
            for month in MONTHS
        ]
    return Sheet(header, tuple(rows))


def context(seed: int = 4, schools: int = 40, feature: str = "deprivation") -> Sheet:
    """Return one social feature of every school."""
    rng = np.random.default_rng(seed)
    rows = [
        (school(number), "2024-25", feature, round(float(rng.uniform(0, 4)), 2)) for number in range(schools)
    ]
    return Sheet(("school_id", "school_year", "feature", "value"), tuple(rows))


def schools(names: Sequence[str], district: Sequence[str] = ("Zilverdok", "Kraanwijk", "Oudhaven")) -> Sheet:
    """Return a register of schools with these names."""
    header = ("school_id", "school_year", "name", "school_type", "network", "district")
    rows = [
        (school(number), "2024-25", name, "primary", "stedelijk", district[number % len(district)])
        for number, name in enumerate(names)
    ]
    return Sheet(header, tuple(rows))


def lateness(seed: int = 5, schools: int = 40) -> Sheet:
    """Return late arrivals."""
    rng = np.random.default_rng(seed)
    rows = [
        (school(number), "2024-25", kind, int(rng.integers(50, 2500)), int(rng.integers(30_000, 150_000)))
        for number in range(schools)
        for kind in ("late", "early_departure")
    ]
    return Sheet(("school_id", "school_year", "kind", "events", "pupil_days"), tuple(rows))


def events(tokens: Sequence[str], seed: int = 6, schools: int = 2) -> Sheet:
    """Return absence events of single pupils."""
    rng = np.random.default_rng(seed)
    header = ("school_id", "school_year", "token", "date", "half_day", "code", "grade")
    rows = []
    for number, token in enumerate(tokens):
        for day in rng.choice(180, size=4, replace=False):
            when = date(2024, 9, 2) + timedelta(days=int(day))
            if when.weekday() < 5:
                half = "am" if when.weekday() == 2 else str(rng.choice(["am", "pm"]))
                rows.append(
                    (
                        school(number % schools),
                        "2024-25",
                        token,
                        when.isoformat(),
                        half,
                        "B",
                        str(1 + number % 3),
                    )
                )
    return Sheet(header, tuple(rows))


def random_tokens(
    count: int, seed: int = 7, signs: str = "abcdefghijklmnopqrstuvwxyz234567", length: int = 26
) -> list[str]:
    """Return tokens as the provider's tool makes them."""
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list(signs), length)) for _ in range(count)]


def birth(rng: np.random.Generator) -> date:
    """Return the day of birth of a pupil of 6 to 17 in 2024."""
    return date(2007, 1, 1) + timedelta(days=int(rng.integers(0, 365 * 11)))


def births(count: int, seed: int = 8) -> list[date]:
    """Return days of birth."""
    rng = np.random.default_rng(seed)
    return [birth(rng) for _ in range(count)]


def rrn(rng: np.random.Generator, born: date | None = None, bis: bool = False) -> str:
    """Return a valid Belgian national number (or BIS number) as eleven digits."""
    born = born or birth(rng)
    month = born.month + (40 if bis else 0)
    first = f"{born:%y}{month:02d}{born:%d}{int(rng.integers(1, 998)):03d}"
    check = 97 - int(("2" if born.year >= 2000 else "") + first) % 97
    return f"{first}{check:02d}"


def rrns(count: int, seed: int = 9, bis: bool = False) -> list[str]:
    """Return valid Belgian national numbers of pupils."""
    rng = np.random.default_rng(seed)
    return [rrn(rng, bis=bis) for _ in range(count)]


def dotted(number: str) -> str:
    """Return a national number in the classic notation."""
    return f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"


def bsns(count: int, seed: int = 10) -> list[str]:
    """Return Dutch citizen service numbers."""
    rng = np.random.default_rng(seed)
    found: list[str] = []
    while len(found) < count:
        digits = [int(digit) for digit in rng.integers(0, 10, 8)]
        last = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
        if last < 10 and digits[0]:
            found.append("".join(map(str, [*digits, last])))
    return found


def nirs(count: int, seed: int = 11) -> list[str]:
    """Return French social security numbers."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        born = birth(rng)
        numbers = f"{rng.integers(10, 95):02d}{rng.integers(1, 900):03d}{rng.integers(1, 900):03d}"
        first = f"{rng.integers(1, 3)}{born:%y%m}{numbers}"
        found.append(f"{first}{97 - int(first) % 97:02d}")
    return found


def upns(count: int, seed: int = 12) -> list[str]:
    """Return English unique pupil numbers."""
    rng = np.random.default_rng(seed)
    digits = [f"801{rng.integers(10**8, 10**9 - 1)}" for _ in range(count)]
    return [upn.calc_check_digit("A" + number) + number for number in digits]


def ibans(count: int, seed: int = 13) -> list[str]:
    """Return Belgian bank accounts."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        first = f"{rng.choice(['001', '063', '310', '735'])}{rng.integers(10**6, 10**7 - 1)}"
        account = f"{first}{int(first) % 97 or 97:02d}"
        found.append(f"BE{iban.calc_check_digits('BE00' + account)}{account}")
    return found
