"""Whatever the order of columns and rows and however it is written, a tool's file gives the same answers."""

import random

from hypothesis import given
from hypothesis import strategies as st

from mirrors.administration.delivery import in_memory
from mirrors.intake import Refused
from mirrors.intake.survey import guess_mapping, lay_out, read_responses
from tests.survey_files import SECRETS, Rows, csv_text, kobo, limesurvey, people, xlsx
from tests.unit.test_survey_import import SHEETS, WAVE, instrument, taken
from tests.unit.test_survey_import import given as answers_given

ASKED = SHEETS["teachers"]
PEOPLE = people(ASKED, 14, seed=5)
FILES = {"limesurvey": limesurvey(ASKED, PEOPLE), "kobo": kobo(ASKED, PEOPLE)}


def shuffled(rows: Rows, seed: int) -> Rows:
    """Return a table with its columns and rows in another order."""
    rng = random.Random(seed)
    order = rng.sample(range(len(rows[0])), len(rows[0]))
    body = rng.sample(rows[1:], len(rows) - 1)
    return [[row[place] for place in order] for row in (rows[0], *body)]


@given(
    tool=st.sampled_from(sorted(FILES)),
    seed=st.integers(0, 10_000),
    form=st.sampled_from([",", ";", "\t", "xlsx"]),
    quoted=st.booleans(),
)
def test_order_and_separator_change_nothing(tool: str, seed: int, form: str, quoted: bool) -> None:
    rows = shuffled(FILES[tool], seed)
    content = xlsx(rows) if form == "xlsx" else csv_text(rows, form, quoted)
    file = in_memory("a.xlsx" if form == "xlsx" else "a.csv", content)
    responses = read_responses(file, [instrument()])
    mapping = guess_mapping(responses, instrument())
    assert taken(lay_out(responses, instrument(), mapping, WAVE)) == answers_given(ASKED, PEOPLE)


@given(
    seed=st.integers(0, 10_000),
    places=st.lists(st.tuples(st.integers(1, 14), st.integers(0, 80)), min_size=1, max_size=12),
    text=st.sampled_from(
        [*SECRETS, "=cmd()", "ik ben het, juf Els van de derde", "\u200b", '{"ImportId":"x"}', "x" * 3000]
    ),
)
def test_no_strange_cell_comes_through(seed: int, places: list[tuple[int, int]], text: str) -> None:
    rows = [list(row) for row in shuffled(FILES["kobo"], seed)]
    for row, column in places:
        rows[row][column % len(rows[row])] = text
    try:
        responses = read_responses(in_memory("a.csv", csv_text(rows)), [instrument()])
        mapping = guess_mapping(responses, instrument())
        laid = lay_out(responses, instrument(), mapping, WAVE)
    except Refused as refused:
        laid = str(refused).encode()
    assert text.strip("\u200b") == "" or text.encode() not in laid
