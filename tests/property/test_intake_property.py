"""Whatever is in a file: it is taken as it stands or refused with a reason, and nothing is half taken."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mirrors.intake import Refused, Upload
from mirrors.jobs import ingest
from mirrors.locale import Language
from mirrors.store import open_facts
from tests.uploads import ABSENCE, absence_row, csv_bytes, facts_in, parquet_bytes, read, write, xlsx_bytes

CODES = {"B": "unauthorised", "Z": "illness", "D": "illness", "R": "legal", "P": "permitted", "any": "any"}
Cells = tuple[str, str, str, str, int | None, str, float]


def outcome(content: bytes, suffix: str) -> Upload | Refused:
    """Return what becomes of a file with this content; any other exception fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return read(write(Path(folder) / f"absence.{suffix}", content))
        except Refused as refused:
            return refused


class TestAnyFile:
    @given(content=st.binary(max_size=200), suffix=st.sampled_from(["csv", "xlsx", "parquet"]))
    def test_is_refused_or_taken(self, content: bytes, suffix: str) -> None:
        assert isinstance(outcome(content, suffix), Refused)

    @given(
        cells=st.lists(st.lists(st.text(max_size=12), min_size=7, max_size=7), min_size=1, max_size=4),
        bad=st.booleans(),
    )
    def test_of_our_columns_is_refused_or_taken(self, cells: list[list[str]], bad: bool) -> None:
        rows = [*cells, absence_row()] if bad else cells
        result = outcome(csv_bytes(ABSENCE, rows), "csv")
        filled = [row for row in rows if any(str(cell).strip() for cell in row)]
        assert not isinstance(result, Upload) or facts_in(result)["absence"].num_rows == len(filled)

    @given(
        suffix=st.sampled_from(["xlsx", "parquet"]),
        changes=st.lists(
            st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4
        ),
    )
    def test_that_was_damaged_is_refused_or_taken(
        self, suffix: str, changes: list[tuple[float, int]]
    ) -> None:
        content = bytearray(WHOLE[suffix])
        for place, byte in changes:
            content[int(place * len(content))] = byte
        assert isinstance(outcome(bytes(content), suffix), Upload | Refused)

    @given(data=st.data())
    def test_is_never_repeated_in_a_message(self, data: st.DataObject) -> None:
        secret = "Zyxwv, Jan"
        row = [str(cell) for cell in absence_row()]
        row[data.draw(st.integers(0, 6))] = secret
        header = list(ABSENCE)
        if data.draw(st.booleans()):
            header[data.draw(st.integers(0, 6))] = secret
        result = outcome(csv_bytes(header, [row]), "csv")
        if isinstance(result, Refused):
            told = " ".join(finding.say(Language("en")) for finding in result.findings)
            assert secret not in told
            assert secret not in str(result)


WHOLE = {
    "xlsx": xlsx_bytes(ABSENCE, [absence_row()]),
    "parquet": parquet_bytes(ABSENCE, [absence_row()]),
}


def texts(most: int, least: int = 0) -> st.SearchStrategy[str]:
    """Texts that a CSV file may hold, with what needs quotes; spaces at the ends are no part of a value.

    Without the signs of an address and the many digits of a number, which the privacy gate would refuse.
    """
    letters = st.characters(
        codec="utf-8", exclude_categories=("Cc",), include_characters="\n", exclude_characters="@:/."
    )
    return st.text(letters, min_size=least, max_size=most).filter(
        lambda text: text == text.strip() and sum(letter.isdigit() for letter in text) < 7
    )


def school_years() -> st.SearchStrategy[str]:
    return st.integers(1999, 2026).map(lambda year: f"{year}-{(year + 1) % 100:02d}")


def key(cells: Cells) -> Cells:
    """Return the key of a row: every column but the units, which come last."""
    return (*cells[:-1], 0.0)


def tables(most: int) -> st.SearchStrategy[list[Cells]]:
    """Valid tables of absence."""
    row = st.tuples(
        texts(40, least=1),
        school_years(),
        st.sampled_from(["all", "grade", "sex", "track", "together"]),
        texts(20),
        st.none() | st.integers(1, 12),
        st.sampled_from(list(CODES)),
        st.integers(0, 10**9).map(lambda hundredths: hundredths / 100),
    )
    return st.lists(row, min_size=1, max_size=most, unique_by=key)


def as_csv(rows: list[Cells]) -> bytes:
    return csv_bytes(ABSENCE, [["" if cell is None else cell for cell in row] for row in rows])


def as_facts(rows: list[Cells]) -> list[dict[str, Any]]:
    """Return the facts that the rows say, an empty member as no member."""
    return [
        {**dict(zip(ABSENCE, row, strict=True)), "member": row[3] or None, "category": CODES[row[5]]}
        for row in rows
    ]


class TestOurTemplate:
    @pytest.mark.long
    @given(rows=tables(most=20))
    def test_comes_out_of_the_store_as_it_went_in(self, rows: list[Cells]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder) / "absence.csv", as_csv(rows))
            ingest(Path(folder) / "store", "templates", [path])
            with open_facts(Path(folder) / "store") as facts:
                columns = ", ".join([*ABSENCE, "category", "status"])
                stored = facts.frame(f"SELECT {columns} FROM absence ORDER BY source_row")
        found = stored.astype(object).where(stored.notna(), None).to_dict("records")
        assert found == [{**fact, "status": "exact"} for fact in as_facts(rows)]

    @given(rows=tables(most=4), lost=st.integers(1, 60))
    def test_cut_at_any_byte_is_refused_unless_nobody_could_notice(
        self, rows: list[Cells], lost: int
    ) -> None:
        """A cut at the end of a row leaves a whole file of fewer rows, and one in the last cell a shorter
        number: no reader can tell either from a file that was meant so. Every other cut must be refused."""
        whole = as_csv(rows)
        cut = max(len(whole) - lost, 0)
        result = outcome(whole[:cut], "csv")
        if isinstance(result, Refused):
            return
        ends = [len(as_csv(rows[:count])) for count in range(len(rows) + 1)]
        complete = sum(end <= cut for end in ends) - 1
        taken = facts_in(result)["absence"].select([*ABSENCE, "category"]).to_pylist()
        expected = as_facts(rows)
        if cut not in ends:
            units = rows[complete][-1]
            assert cut > ends[complete + 1] - len(f"{units}\n")
            expected[complete]["units"] = taken[-1]["units"]
            complete += 1
        assert taken == expected[:complete]

    @given(rows=tables(most=3))
    def test_refuses_a_row_that_stands_twice(self, rows: list[Cells]) -> None:
        assume(len(rows) > 1)
        assert isinstance(outcome(as_csv([*rows, rows[0]]), "csv"), Refused)
