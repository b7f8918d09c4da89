"""Whatever listed spellings a file mixes, in whatever order and case, it is guessed right in full."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from mirrors.definitions import Contract, load_contracts, load_jurisdiction
from mirrors.definitions.contract import Column
from mirrors.intake.guess import guess_file
from mirrors.locale import LANGUAGES

CONTRACTS = list(load_contracts().values())
FLANDERS = load_jurisdiction("flanders")


def cased(draw: st.DrawFn, text: str) -> str:
    """Return `text` with other capitals, other signs between its words, and space around."""
    change = draw(st.sampled_from([str.lower, str.upper, str.title, str.capitalize]))
    between = draw(st.sampled_from([" ", "_", "  ", "-", "."]))
    around = draw(st.sampled_from(["", " ", "  "]))
    return around + change(text).replace(" ", between) + around


def texts(column: Column) -> Sequence[str]:
    """Return texts that may stand in `column`, in any language."""
    spelled = [text for spellings in column.values.values() for text in spellings]
    return [*spelled, *(column.constraints.enum or ()), *([column.example] if column.example else [])]


@st.composite
def headers(draw: st.DrawFn) -> tuple[Contract, dict[str, str]]:
    """Draw a contract, and a header for some of its columns: all that are required, in a random order."""
    contract = draw(st.sampled_from(CONTRACTS))
    kept = [column for column in contract.fields if column.constraints.required or draw(st.booleans())]
    language = draw(st.sampled_from([*LANGUAGES, "any"]))
    spelled = {
        column.name: cased(
            draw,
            draw(st.sampled_from(column.synonyms)) if language == "any" else column.wording(language).title,
        )
        for column in draw(st.permutations(kept))
    }
    return contract, spelled


@given(headers())
def test_a_header_of_known_spellings_is_guessed_in_full(drawn: tuple[Contract, dict[str, str]]) -> None:
    contract, spelled = drawn
    guess = guess_file(tuple(spelled.values()), {}, FLANDERS)
    assert guess is not None
    assert (guess.contract, guess.columns) == (contract.name, spelled)
    assert {guess.confidence[column] for column in spelled} == {"sure"}


@given(headers(), st.data())
def test_so_it_is_with_values(drawn: tuple[Contract, dict[str, str]], data: st.DataObject) -> None:
    contract, spelled = drawn
    values = {
        spelled[column.name]: data.draw(st.lists(st.sampled_from(texts(column)), max_size=4))
        for column in contract.fields
        if column.name in spelled and texts(column)
    }
    guess = guess_file(tuple(spelled.values()), values, FLANDERS)
    assert guess is not None
    assert (guess.contract, guess.columns) == (contract.name, spelled)
    for column in contract.fields:
        for theirs, ours in guess.values.get(column.name, {}).items():
            assert theirs == ours or theirs in column.values[ours]


@given(headers())
def test_the_same_table_is_guessed_alike_in_any_order(drawn: tuple[Contract, dict[str, str]]) -> None:
    _, spelled = drawn
    header = tuple(spelled.values())
    assert guess_file(header, {}, FLANDERS) == guess_file(header[::-1], {}, FLANDERS)
