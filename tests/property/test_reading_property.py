"""Whatever a table holds and however it is written down: its texts come back, each from its own row."""

import contextlib
import csv
import io
import zipfile

from hypothesis import assume, given
from hypothesis import strategies as st

from mirrors.intake import Refused
from mirrors.intake.reading import SourceTable, read_files
from tests.uploads import handed, parquet_bytes, xlsx_bytes

NAMES = ("alpha", "beta", "gamma")
Table = list[tuple[str, str, str]]


def texts(encoding: str, also: str = "") -> st.SearchStrategy[str]:
    """Texts that can be written in an encoding, without space at their ends."""
    signs = st.characters(codec=encoding, exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"))
    return st.text(signs | st.sampled_from(also or "a"), max_size=12).filter(
        lambda text: text == text.strip()
    )


def tables(encoding: str = "utf-8", also: str = ' ,;\t|"\n') -> st.SearchStrategy[Table]:
    """Tables of three columns, with at least one text in every row."""
    row = st.tuples(*[texts(encoding, also)] * 3).filter(any)
    return st.lists(row, min_size=1, max_size=8)


def read(name: str, content: bytes) -> SourceTable:
    [source] = read_files(handed(name, content), NAMES)
    [table] = source.tables
    return table


def as_rows(table: SourceTable) -> list[tuple[str, ...]]:
    """Return the texts of a table row by row, an empty cell as an empty text."""
    columns = [[text or "" for text in table.rows[name].to_pylist()] for name in table.header]
    return list(zip(*columns, strict=True))


def written(rows: Table, separator: str, ending: str, quoting: int) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=ending, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([NAMES, *rows])
    return text.getvalue()


separators = st.sampled_from([",", ";", "\t", "|"])
endings = st.sampled_from(["\n", "\r\n"])
quotings = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])


class TestText:
    @given(tables(), separators, endings, quotings, st.sampled_from(["utf-8", "utf-8-sig"]))
    def test_comes_back_from_any_dialect(
        self, rows: Table, separator: str, ending: str, quoting: int, encoding: str
    ) -> None:
        table = read("a.csv", written(rows, separator, ending, quoting).encode(encoding))
        assert as_rows(table) == rows
        assert table.rows["source_row"].to_pylist() == list(range(2, len(rows) + 2))

    @given(tables("cp1252"), separators)
    def test_comes_back_from_windows(self, rows: Table, separator: str) -> None:
        content = written(rows, separator, "\r\n", csv.QUOTE_MINIMAL).encode("cp1252")
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            # The same bytes are also UTF-8, which is then what they are.
            assume(content.isascii())
        try:
            assert as_rows(read("a.csv", content)) == rows
        except Refused:
            # Letters such as "Ã©" are written as the bytes of "é" in UTF-8: a damaged file looks the same.
            assert any(part >= "\xc2" for row in rows for text in row for part in text)

    @given(tables(also=" "), separators, endings)
    def test_is_read_alike_fast_and_slow(self, rows: Table, separator: str, ending: str) -> None:
        """Quotes around a cell call the slow reader, and change nothing."""
        assume(not any(mark in text for row in rows for text in row for mark in '",;\t|'))
        fast = read("a.csv", written(rows, separator, ending, csv.QUOTE_MINIMAL).encode())
        slow = read("a.csv", written(rows, separator, ending, csv.QUOTE_ALL).encode())
        assert as_rows(fast) == as_rows(slow) == rows
        assert fast.rows["source_row"].equals(slow.rows["source_row"])

    @given(tables(also=" "), st.lists(st.integers(0, 8), max_size=4))
    def test_keeps_row_numbers_past_empty_lines(self, rows: Table, gaps: list[int]) -> None:
        lines = written(rows, ";", "\n", csv.QUOTE_ALL).splitlines()
        for gap in gaps:
            lines.insert(1 + gap % len(lines), "")
        found = read("a.csv", "\n".join(lines).encode())
        assert found.rows["source_row"].to_pylist() == [
            place for place, line in enumerate(lines, start=1) if line and place > 1
        ]


class TestOtherFormats:
    @given(tables(also=" \n"))
    def test_a_workbook_gives_its_texts_back(self, rows: Table) -> None:
        # XlsxWriter takes some texts for formulas, links or numbers; those are no texts then.
        assume(not any(text[:1] in ("=", "{") or "://" in text for row in rows for text in row))
        assume(
            not any(text.startswith(("mailto:", "internal:", "external:")) for row in rows for text in row)
        )
        found = read("a.xlsx", xlsx_bytes(NAMES, rows))
        assert as_rows(found) == rows

    @given(tables(also=" \n"))
    def test_parquet_gives_its_texts_back(self, rows: Table) -> None:
        assert as_rows(read("a.parquet", parquet_bytes(NAMES, rows))) == rows

    @given(tables(also=" "), tables(also=" "))
    def test_an_archive_gives_what_its_members_give(self, first: Table, second: Table) -> None:
        members = {"a.csv": written(first, ",", "\n", csv.QUOTE_ALL), "b.csv": written(second, ";", "\n", 1)}
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        found = read_files(handed("z.zip", packed.getvalue()), NAMES)
        assert [as_rows(source.tables[0]) for source in found] == [first, second]
        assert [source.name for source in found] == ["z.zip/a.csv", "z.zip/b.csv"]

    @given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.parquet", "a.zip", "a.tsv"]))
    def test_any_bytes_are_read_or_refused(self, content: bytes, name: str) -> None:
        with contextlib.suppress(Refused):
            assert read_files(handed(name, content), NAMES)
