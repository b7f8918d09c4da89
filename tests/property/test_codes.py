"""Codes: whatever is made can be read aloud, typed back in any way, and tells nothing by its digest."""

from hypothesis import given
from hypothesis import strategies as st

from mirrors.survey.codes import OF_A_CLASS, OF_ONE, SIGNS, code_digest, new_code, readable, typed

LENGTHS = st.sampled_from((OF_A_CLASS, OF_ONE))
CODES = LENGTHS.flatmap(lambda length: st.text(SIGNS, min_size=length, max_size=length))
MARKS = st.lists(st.sampled_from(["", " ", "-", ".", "\t", "_", "–"]), min_size=11, max_size=11)


@given(LENGTHS)
def test_a_new_code_is_readable(length: int) -> None:
    code = new_code(length)
    assert len(code) == length
    assert set(code) <= set(SIGNS)
    assert typed(readable(code)) == code


def test_no_two_signs_look_alike() -> None:
    assert len(set(SIGNS)) == len(SIGNS)
    for alike in ("0O", "1IL", "2Z", "5S", "6G", "8B", "UV", "AEIOU"):
        assert len(set(alike) & set(SIGNS)) <= 1


@given(CODES, MARKS, st.booleans())
def test_a_code_is_found_however_it_is_typed(code: str, marks: list[str], small: bool) -> None:
    words = "".join(mark + sign for mark, sign in zip(marks, code, strict=False)) + marks[-1]
    assert typed(words.lower() if small else words) == code


@given(st.text(max_size=20))
def test_what_is_no_code_is_none(words: str) -> None:
    found = typed(words)
    assert found is None or (len(found) in (OF_A_CLASS, OF_ONE) and set(found) <= set(SIGNS))


@given(CODES, CODES, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_digest_is_of_one_code_and_one_key(one: str, other: str, key: bytes, another: bytes) -> None:
    assert (code_digest(key, one) == code_digest(key, other)) == (one == other)
    assert (code_digest(key, one) == code_digest(another, one)) == (key == another)
    assert one not in code_digest(key, one)


def test_codes_are_not_drawn_twice_soon() -> None:
    assert len({new_code(OF_ONE) for _ in range(20_000)}) == 20_000
