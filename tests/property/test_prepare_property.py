"""Whatever the events: totals add up, tell nothing of order or names, and tokens keep their promise."""

import random
import re
from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from mirrors.definitions import load_contracts, load_jurisdiction
from mirrors.prepare import reduce_events
from mirrors.prepare.tokens import token
from tests.spec.test_prepare_oracle import World, a_world, found, tables

FLANDERS = load_jurisdiction("flanders")
TOKEN = next(c for c in load_contracts()["absence_events"].fields if c.name == "token").constraints.pattern
seeds = st.integers(0, 2**32)
keys = st.binary(min_size=32, max_size=32)


def reduced(world: World) -> dict[str, pa.Table]:
    return reduce_events(tables(world), FLANDERS)


@settings(max_examples=8)
@given(seed=seeds)
def test_every_event_is_one_half_day(seed: int) -> None:
    world = a_world(seed, schools=2, pupils=4)
    absence = reduced(world)["absence"]
    whole = absence.filter(pc.equal(absence["breakdown"], "all"))
    assert pc.sum(whole["units"]).as_py() == len(world["absence_events"])


@settings(max_examples=8)
@given(seed=seeds)
def test_no_breakdown_holds_more_than_the_whole(seed: int) -> None:
    units: dict[tuple, float] = defaultdict(float)
    for row in reduced(a_world(seed, schools=2, pupils=4))["absence"].to_pylist():
        units[row["school_id"], row["school_year"], row["code"], row["breakdown"]] += row["units"]
    for (school, year, code, breakdown), number in units.items():
        whole = units[school, year, code, "all"]
        assert number == whole if breakdown in ("all", "grade", "sex") else number <= whole


@settings(max_examples=8)
@given(seed=seeds)
def test_bands_add_up_to_their_base(seed: int) -> None:
    sums: dict[tuple, int] = defaultdict(int)
    for key, (_, pupils, base) in (
        found(reduced(a_world(seed, schools=2, pupils=4))).get("pupil_band", {}).items()
    ):
        sums[(*key[:-1], base)] += pupils
    assert all(key[-1] == pupils for key, pupils in sums.items())


@settings(max_examples=8)
@given(seed=seeds)
def test_neither_the_order_of_rows_nor_of_files_matters(seed: int) -> None:
    world = a_world(seed, schools=2, pupils=4)
    shuffled = {name: random.Random(seed).sample(rows, len(rows)) for name, rows in world.items()}
    in_parts = {
        name: pa.concat_tables([table.slice(len(table) // 2), table.slice(0, len(table) // 2)])
        for name, table in tables(shuffled).items()
    }
    wanted = reduced(world)
    assert reduced(shuffled) == wanted
    assert reduce_events(dict(reversed(in_parts.items())), FLANDERS) == wanted


@settings(max_examples=8)
@given(seed=seeds, key=keys)
def test_other_names_for_pupils_change_nothing(seed: int, key: bytes) -> None:
    world = a_world(seed, schools=2, pupils=4)
    renamed = {
        name: [{**row, "token": token(key, row["token"])} if "token" in row else row for row in rows]
        for name, rows in world.items()
    }
    assert reduced(renamed) == reduced(world)


@settings(max_examples=8)
@given(seed=seeds)
def test_one_school_is_reduced_as_if_alone(seed: int) -> None:
    """Only the codes in use, and whether they are all absence, are read off all schools together."""
    world = a_world(seed, schools=2, pupils=4)
    one = {
        name: [row for row in rows if row.get("school_id") in ("S1", None)] for name, rows in world.items()
    }
    together, alone = found(reduced(world)), found(reduced(one))
    for name, rows in alone.items():
        assert rows.items() <= together[name].items()


@given(key=keys, pupil=st.text(min_size=1, max_size=30))
def test_a_token_has_the_form_of_the_contract(key: bytes, pupil: str) -> None:
    assert re.fullmatch(TOKEN or "", token(key, pupil))
    assert token(key, pupil) == token(key, pupil)


@given(key=keys, other=keys, pupil=st.text(max_size=30))
def test_another_key_gives_another_token(key: bytes, other: bytes, pupil: str) -> None:
    assert (token(key, pupil) == token(other, pupil)) == (key == other)


@given(key=keys, pupils=st.sets(st.integers(0, 10**9), min_size=2, max_size=20))
def test_other_pupils_have_other_tokens(key: bytes, pupils: set[int]) -> None:
    assert len({token(key, str(pupil)) for pupil in pupils}) == len(pupils)
