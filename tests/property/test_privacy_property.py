"""A personal item anywhere in a clean table is refused and never told; numbers alone never are."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.corpus_files import births, bsns, dotted, ibans, nirs, rrns, upns
from mirrors.intake.finding import Finding, Refused
from mirrors.intake.privacy import ColumnUse, find_personal_data
from mirrors.intake.reading import ROW, SourceFile, SourceTable
from mirrors.locale import Language

LANGUAGES = [Language(code) for code in ("en", "nl", "fr")]
ITEMS = (
    *map(dotted, rrns(9)),
    *rrns(9, 3),
    *ibans(4),
    *upns(4),
    *nirs(4),
    "lotte.peeters@voorbeeld.be",
    "https://voorbeeld.be/lotte",
    "81.82.83.84",
    "0470 12 34 56",
    "+32 3 226 12 34",
    "12, rue de la Loi",
    "Kerkstraat 14",
    "Lotte Peeters",
    "MAES Emma",
    "komt niet naar school want hij voelt zich daar niet veilig",
)

numbers = st.one_of(
    st.integers(0, 99_999).map(str),
    st.floats(0, 9999, allow_nan=False).map(lambda value: f"{value:.3f}"),
    st.integers(0, 9999).map(lambda value: f"{value / 10:.1f}".replace(".", ",")),
)
KINDS = {
    "school_id": (ColumnUse.SCHOOL_ID, st.sampled_from([f"S{n:04d}" for n in range(40)])),
    "school_year": (ColumnUse.SCHOOL_YEAR, st.sampled_from(["2022-23", "2023-24", "2024-25"])),
    "code": (ColumnUse.CATEGORY, st.sampled_from(["B", "Z", "R", "P", "H"])),
    "member": (ColumnUse.CATEGORY, st.sampled_from(["", "1A", "m", "Latijn", "1ère année"])),
    "units": (ColumnUse.NUMBER, numbers),
    "pupils": (ColumnUse.NUMBER, st.integers(0, 10**8 - 1).map(str)),
}


@st.composite
def clean_tables(draw: st.DrawFn, most: int = 30) -> dict[str, list[str]]:
    """Draw a table of our kind of columns, by name."""
    names = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, unique=True))
    rows = draw(st.integers(1, most))
    return {name: draw(st.lists(KINDS[name][1], min_size=rows, max_size=rows)) for name in names}


def search(columns: dict[str, list[str]]) -> list[Finding]:
    arrays = [
        pa.array([value or None for value in values], pa.string()).dictionary_encode()
        for values in columns.values()
    ]
    lines = pa.array(range(2, 2 + len(arrays[0])), pa.int64())
    rows = pa.Table.from_arrays([*arrays, lines], names=[*columns, ROW])
    source = SourceFile("f.csv", "", 0, (SourceTable("f.csv", None, tuple(columns), rows),))
    return find_personal_data(source, [{name: KINDS[name][0] for name in columns}])


@settings(max_examples=150, deadline=None)
@given(clean_tables())
def test_a_clean_table_is_not_refused(columns: dict[str, list[str]]) -> None:
    assert not search(columns)


@settings(max_examples=250, deadline=None)
@given(clean_tables(), st.data())
def test_an_item_in_any_cell_is_refused_and_never_told(
    columns: dict[str, list[str]], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(columns)))
    row = data.draw(st.integers(0, len(columns[name]) - 1))
    item = data.draw(st.sampled_from(ITEMS))
    columns[name][row] = item
    findings = [finding for finding in search(columns) if finding.refuses]
    assert findings
    assert {(finding.column, finding.row) for finding in findings} == {(name, row + 2)}
    told = [
        text
        for finding in findings
        for language in LANGUAGES
        for text in (finding.say(language), repr(finding))
    ]
    told.append(str(Refused(findings)))
    assert not [text for text in told if item in text]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["rrn", "bsn", "birth"]), st.integers(5, 40))
def test_a_column_of_personal_numbers_is_refused_whatever_it_is_called(
    seed: int, kind: str, rows: int
) -> None:
    made = {
        "rrn": lambda: rrns(rows, seed),
        "bsn": lambda: bsns(rows, seed),
        "birth": lambda: [f"{day:%d/%m/%Y}" for day in births(rows, seed)],
    }
    columns = {"school_year": ["2024-25"] * rows, "units": made[kind]()}
    found = [finding for finding in search(columns) if finding.refuses]
    assert {finding.column for finding in found} == {"units"}
