"""The bench that holds our verdicts beside the standard's must see a difference when there is one."""

import dataclasses
from random import Random

import pytest

from bench.agreement import (
    CONTRACTS,
    Damaged,
    Tally,
    Verdict,
    as_the_standard_wants,
    damaged_files,
    explanation,
    good_rows,
    only_ours,
    our_verdict,
    standard_verdict,
)
from mirrors.intake.rules import Problem

pytestmark = pytest.mark.long


def good(name: str) -> Damaged:
    return Damaged(CONTRACTS[name], good_rows(CONTRACTS[name], Random(1)))


@pytest.mark.parametrize("name", CONTRACTS)
def test_good_files_are_good_to_both(name: str) -> None:
    file = good(name)
    assert standard_verdict(file.contract, file.content) == ()
    assert our_verdict(file) == Verdict(taken=True)


def test_a_few_damaged_files_agree() -> None:
    tally = Tally()
    for file in damaged_files(len(CONTRACTS)):
        tally.add(file)
    assert tally.files == len(CONTRACTS)
    assert (tally.unexplained, tally.tracebacks, tally.partial) == ([], [], 0)


def test_a_verdict_nobody_can_explain_is_none_explained() -> None:
    file = good("lateness")
    assert explanation(file, Verdict(taken=False, problems=((Problem.TOO_LARGE, "events"),))) == ""
    assert explanation(file, Verdict(taken=False)) == ""
    broken = dataclasses.replace(file, rows=[*file.rows, ["S1", "2024-25", "late", "many", "5"]])
    assert explanation(broken, Verdict(taken=True)) == ""


def test_a_decimal_comma_is_explained_by_reading() -> None:
    file = good("context")
    rows = [file.rows[0], *([*row[:3], "1,25"] for row in file.rows[1:])]
    comma = dataclasses.replace(file, rows=rows, separator=";")
    content, changes = as_the_standard_wants(comma)
    assert changes == ("separator", "number")
    assert b"1.25" in content
    assert explanation(comma, Verdict(taken=True)) == "we read: separator, number"


def test_rules_that_a_schema_cannot_state() -> None:
    assert only_ours(Problem.UNKNOWN_CODE, "code")
    assert only_ours(Problem.EMAIL, None)
    assert only_ours(Problem.NOT_IN_LIST, "school_type")
    assert not only_ours(Problem.NOT_IN_LIST, "kind")
    assert not only_ours(Problem.REQUIRED, "school_type")
