"""The audit and its remedy, settings that only tighten, and what is written of what was masked."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from mirrors.access import NotAllowed, Role, Viewer
from mirrors.benchmark.alarm import SchoolYears
from mirrors.definitions import load_indicators
from mirrors.disclosure import NotProtected, RulesLoosened, changed_rules, read_rules
from mirrors.disclosure.audit import Audited, Finding, Older, audit, look, protected
from mirrors.disclosure.masking import protection_of
from mirrors.disclosure.protection import BANDS, COUNTED, Protection
from mirrors.disclosure.publication import of_pupils
from mirrors.disclosure.rules import Rules
from mirrors.disclosure.seen import Cell, School, schools
from mirrors.disclosure.told import Tables, Told
from mirrors.store import publish_tables
from mirrors.views import open_published
from mirrors.views.masking import masking_view
from tests.spec.cities import City, sample_city

AT = ("S1", "2024-25")


def school(*cells: int, told: dict[int, tuple[float, float]], total: tuple[float, float]) -> School:
    """Return a school whose cells add up to a total; `told` are those that are told, by place."""
    found = School("S1")
    for place, number in enumerate(cells):
        found.system.unknown(place, float(number))
        if place in told:
            found.system.told({place: 1.0}, told[place])
    found.system.told(dict.fromkeys(range(len(cells)), 1.0), total)
    found.cells = [Cell("2024-25", BANDS, {place: 1.0}) for place in range(len(cells))]
    return found


def test_a_small_number_beside_exact_ones_is_found() -> None:
    """Twenty less eighteen: two."""
    [finding] = look(school(18, 2, told={0: (18, 18), 1: (0, 4)}, total=(20, 20)))
    assert (finding.least, finding.most, finding.values) == (2.0, 2.0, 1)
    assert finding.place == ("S1", "2024-25", BANDS)


def test_a_small_number_among_rounded_ones_is_not() -> None:
    assert look(school(18, 2, told={0: (18, 22), 1: (0, 4)}, total=(18, 22))) == []


def test_numbers_of_five_and_more_are_nobodys_secret() -> None:
    assert look(school(18, 7, told={0: (18, 18)}, total=(25, 25))) == []


def test_what_is_not_so_is_not_believed() -> None:
    """A reader who takes the groups to add up to the school errs where they do not."""
    assert look(school(18, 2, told={0: (18, 18), 1: (0, 4)}, total=(25, 25))) == []


FOUND = Finding(*AT, BANDS, 2.0, 2.0)


def made(under: Protection) -> dict[str, pd.DataFrame]:
    return {
        name: pd.DataFrame({"of": sorted(care)})
        for name, care in (("coarser", under.coarser), ("dropped", under.dropped))
    }


@pytest.mark.parametrize(
    ("rounds", "coarser", "dropped"), [(0, [], []), (1, [BANDS], []), (2, [BANDS], [BANDS])]
)
def test_the_remedy_is_coarser_counts_and_then_none(
    rounds: int, coarser: list[str], dropped: list[str]
) -> None:
    looks = iter([Audited(9, (FOUND,))] * rounds + [Audited(9, ())])
    looked_at: list[Tables] = []

    def look_at(tables: Tables, *_: object) -> Audited:
        looked_at.append(tables)
        return next(looks)

    under, cells = protected(made, look_at, Protection())
    assert looked_at[-1]["coarser"]["of"].tolist() == sorted(under.coarser) == coarser
    assert looked_at[-1]["dropped"]["of"].tolist() == sorted(under.dropped) == dropped
    assert all(places == {AT} for places in under.coarser.values())
    assert cells == Counter({FOUND.place: rounds} if rounds else {})


def test_what_no_remedy_hides_is_not_published() -> None:
    with pytest.raises(NotProtected, match=r"nothing was published.*S1 in 2024-25 \(band\)"):
        protected(made, lambda *_: Audited(1, (FOUND,)), Protection())


def test_an_exact_number_in_a_column_tells_that_all_are() -> None:
    rows = {"school_id": "S1", "school_year": "2024-25"}
    rounded = Told({"school": pd.DataFrame([{**rows, "pupils": 45}, {**rows, "pupils": 60}])}, Protection())
    leaking = Told({"school": pd.DataFrame([{**rows, "pupils": 45}, {**rows, "pupils": 61}])}, Protection())
    assert rounded.step("", AT, "school") == 5
    assert leaking.step("", AT, "school") == 1


# Settings


def settings(folder: Path, text: str) -> Path:
    (folder / "disclosure.yaml").write_text(text, encoding="utf-8")
    return folder


def test_without_settings_the_rules_are_what_they_are(tmp_path: Path) -> None:
    assert read_rules(tmp_path) == Rules()
    assert read_rules(settings(tmp_path, "")) == Rules()


def test_settings_tighten(tmp_path: Path) -> None:
    rules = read_rules(settings(tmp_path, "count_step: 10\nfewest_pupils: 30\npeer_step: 0.01\n"))
    assert rules == Rules(count_step=10, fewest_pupils=30, peer_step=0.01)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fewest_pupils: 19", "fewest_pupils is 19: settings can only tighten the rules, 20 is the least"),
        ("count_step: 7", "count_step is 7: it must be a multiple of 5"),
        ("count_step: 1", "can only tighten"),
        ("peers_for_median: 5.5", "multiple of 1"),
        ("peer_step: 0.001", "can only tighten"),
        ("fewest_pupil: 30", "there is no rule fewest_pupil; there are: count_step"),
        ("fewest_pupils: many", "takes a number of 20 or more"),
        ("large_school: true", "takes a number"),
        ("large_school: .inf", "can only tighten"),
        ("- 3", "holds no settings"),
        ("a: [", "cannot be read"),
    ],
)
def test_looser_settings_are_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(RulesLoosened, match=sentence):
        read_rules(settings(tmp_path, text))


def test_what_changed_since_the_last_snapshot() -> None:
    before = {"gate": 0.9, "rule_count_step": 5, "rule_fewest_pupils": 20}
    after = {"gate": 0.8, "rule_count_step": 10, "rule_fewest_pupils": 20, "rule_new": 3}
    assert changed_rules(before, after) == {"count_step": (5, 10)}


# What is written of it

MASKED = pd.DataFrame(
    [
        (*AT, BANDS, "primary", "few_pupils", 3),
        (*AT, BANDS, "coarser", "audit", 1),
        (*AT, "sex", "dropped", "audit", 2),
    ],
    columns=["school_id", "school_year", "breakdown", "kind", "reason", "cells"],
)


def test_the_care_of_a_snapshot_can_be_read_from_it() -> None:
    setting = pd.DataFrame([{"gate": 0.9, "rule_count_step": 10, "rule_fewest_pupils": 30}])
    under = protection_of({"setting": setting, "masking": MASKED})
    assert under.rules == Rules(count_step=10, fewest_pupils=30)
    assert (under.coarser, under.dropped) == ({BANDS: {AT}}, {"sex": {AT}})
    rows = pd.DataFrame({"school_id": ["S1", "S2"], "school_year": "2024-25"})
    assert under.count_steps(rows, BANDS).tolist() == [20.0, 10.0]


def test_a_snapshot_from_before_the_rules_told_true_shares() -> None:
    assert protection_of({"setting": pd.DataFrame([{"gate": 0.9}])}).rules.count_step == 1


def test_what_was_masked_is_for_administrators_and_advisers(tmp_path: Path) -> None:
    meta = pd.DataFrame([{"published_at": datetime(2026, 7, 1)}])
    publish_tables(tmp_path, {"meta": meta, "masking": MASKED})
    snapshot = open_published(tmp_path).current()
    for role in (Role.ADMINISTRATOR, Role.ADVISER):
        assert [each.kind for each in masking_view(snapshot, Viewer(role))] == [
            "coarser",
            "primary",
            "dropped",
        ]
    with pytest.raises(NotAllowed):
        masking_view(snapshot, Viewer(Role.SCHOOL_TEAM, frozenset({"S1"})))


def test_the_systems_of_a_city_hold_its_true_numbers() -> None:
    """Every sum that is told of the sample city agrees with what was counted."""
    city = sample_city()
    told = [Told(city.tables, Protection())]
    for number, each in enumerate(schools(city.benchmark, load_indicators(), told)):
        if number == 5:
            break
        assert each.small()
        assert len(each.system.sums) > len(each.system.truth)
        for terms, (low, high) in each.system.sums:
            assert low - 1e-6 <= each.system.value(terms) <= high + 1e-6


REACHED, NOTIFIED = "threshold", "notified"


def step_told(city: City, step: str) -> pd.DataFrame:
    """Return a table of the follow-up with the exact number of pupils at one step, and no more."""
    steps = city.benchmark.within.single_steps
    rows = steps[(steps["step"] == step) & (steps["threshold"] == 5)]
    exact = rows[["school_id", "school_year", "threshold", "step", "pupils"]]
    return exact.assign(status="exact" if step == REACHED else "", share=float("nan"), pooled="")


def few_not_notified(city: City) -> SchoolYears:
    """Return school-years where one to four of twenty pupils or more were not notified."""
    steps = city.benchmark.within.single_steps
    steps = steps[steps["threshold"] == 5].pivot_table(
        index=["school_id", "school_year"], columns="step", values="pupils"
    )
    left = steps[REACHED] - steps[NOTIFIED]
    return set(steps.index[(steps[REACHED] >= 20) & (steps[NOTIFIED] >= 5) & left.between(1, 4)])


def test_what_two_snapshots_tell_together_is_found() -> None:
    """How many reached the threshold once, and later how many of them were notified: the rest were not."""
    city, indicators, under = sample_city(), load_indicators(), Protection()
    before, after = ({"step": step_told(city, step)} for step in (REACHED, NOTIFIED))
    chosen = few_not_notified(city)
    assert len(chosen) > 20
    alone = audit(city.benchmark, indicators, after, under, (), chosen)
    together = audit(city.benchmark, indicators, after, under, [Older(before, under)], chosen)
    assert not alone.findings
    assert {each.place[:2] for each in together.findings if each.values == 1} == chosen


def test_what_earlier_snapshots_told_by_themselves_is_done() -> None:
    city, indicators, under = sample_city(), load_indicators(), Protection()
    chosen = few_not_notified(city)
    both = pd.concat([step_told(city, REACHED), step_told(city, NOTIFIED)], ignore_index=True)
    assert audit(city.benchmark, indicators, {"step": both}, under, (), chosen).findings
    told = Older({"step": both}, under)
    assert audit(city.benchmark, indicators, {}, under, [told], chosen).findings == ()


# Measures and outcomes


def late(city: City, key: str) -> pd.DataFrame:
    """Return the school-years in which one to four pupils of fewer than a hundred were counted."""
    rows = city.benchmark.compared[key]
    return rows[rows["numerator"].between(1, 4) & rows["denominator"].between(20, 99)]


def test_a_measure_that_tells_its_true_share_is_found() -> None:
    """A share in whole per cents of the true numbers, as a careless page would tell it."""
    city, indicators, under = sample_city(), load_indicators(), Protection()
    rows = late(city, "E2T")
    chosen = set(rows[["school_id", "school_year"]].itertuples(index=False, name=None))
    assert len(chosen) > 10
    kept = city.tables["figure"][["school_id", "school_year", "indicator", "status", "value"]]
    planted = rows[["school_id", "school_year"]].assign(
        indicator="E2T", status="exact", value=(rows["numerator"] / rows["denominator"]).round(2)
    )
    figure = pd.concat([kept[kept["indicator"] != "E2T"], planted], ignore_index=True)
    clean = audit(city.benchmark, indicators, {"figure": kept}, under, (), chosen)
    found = audit(city.benchmark, indicators, {"figure": figure}, under, (), chosen)
    assert {each.place[:2] for each in found.findings if each.breakdown == COUNTED} == chosen
    assert len(clean.findings) < len(found.findings) / 2


def test_measures_that_share_their_pupils_are_looked_at_together() -> None:
    """Of all certificates, those of A and of B: the few that are left are of C."""
    city, indicators = sample_city(), load_indicators()
    last = city.benchmark.compared["G3C"]
    few = last[last["numerator"].between(1, 4)]
    chosen = set(few[["school_id", "school_year"]].head(3).itertuples(index=False, name=None))
    assert chosen
    for school in schools(city.benchmark, indicators, [], chosen):
        counted = [of for year, of in school.counted.items() if (school.school_id, year) in chosen]
        assert not look(school)
        for of_year in counted:
            for terms in (of_year.parts["G3A"], of_year.parts["G3B"], of_year.wholes["G3C"]):
                number = school.system.value(terms)
                school.system.told(terms, (number, number))
        found = {(each.breakdown, each.terms) for each in look(school) if each.values == 1}
        assert {(COUNTED, frozenset(of.parts["G3C"].items())) for of in counted} <= found


def test_the_remedy_hides_measures_that_tell_too_much() -> None:
    city, indicators = sample_city(), load_indicators()
    tables = of_pupils(city.benchmark, indicators, Protection())
    first = audit(city.benchmark, indicators, tables, Protection())
    [place] = sorted({each.place for each in first.findings if each.breakdown == COUNTED})[:1]
    chosen = {place[:2]}

    def look_at(tables: Tables, under: Protection, _: SchoolYears | None) -> Audited:
        return audit(city.benchmark, indicators, tables, under, (), chosen)

    under, found = protected(lambda care: of_pupils(city.benchmark, indicators, care), look_at, Protection())
    assert place[:2] in under.coarser[COUNTED]
    assert found[place]
