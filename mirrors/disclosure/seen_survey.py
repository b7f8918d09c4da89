"""The audit of surveys: what whoever reads every table of a wave can work out of numbers of respondents.

Unknown are, of each wave of a school, how many of every group took part, how many answered an item or the
question where, and how many met a thing often or chose a place. Groups add up to their wholes, and nobody
answers who did not take part. A number of one to four people that has fewer than four possible values left is
found, in this snapshot alone or with the ones before it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array

from mirrors.benchmark.panel import Floats
from mirrors.disclosure.rules import COUNT_STEP, FEWEST_VALUES, SMALL_CELL
from mirrors.disclosure.survey import BANDS, IN_PARTS, SHARE_STEP, TOGETHER, TOLD, TOO_SMALL, UNRELIABLE
from mirrors.disclosure.symbols import Span, both, of_count
from mirrors.disclosure.system import EVERY, System, Terms, less
from mirrors.survey.groups import WHOLES
from mirrors.survey.response import CAUTION, FEWEST_SHOWN, LOW, VERY_LOW
from mirrors.survey.surveyed import Surveyed

Tables = Mapping[str, pd.DataFrame]
Wave = tuple[str, str, str]
Row = dict[str, Any]

WAVE = ["school_id", "school_year", "wave"]
ABOUT = {"survey_response": "", "survey_theme": "theme", "survey_item": "item", "survey_hotspot": "place"}
"""The tables that tell numbers of people, and the column that says about what."""

READ = {
    "survey_response": ("participants", "invited"),
    "survey_theme": ("respondents",),
    "survey_item": ("respondents", "value"),
    "survey_hotspot": ("respondents", "value"),
}
"""The columns of numbers in them."""

OF_PEOPLE = ("survey_item", "survey_hotspot")
_RATES = {
    "very_low": (0.0, VERY_LOW),
    "low": (VERY_LOW, LOW),
    "caution": (LOW, CAUTION),
    "good": (CAUTION, 1.0),
}
_MANY = float("inf")
_DUST = 1e-6


@dataclass(frozen=True)
class Cell:
    """A number of people that must not be told, and the row that it is told of."""

    wave: Wave
    table: str
    group: str
    about: str
    terms: Terms = field(hash=False)

    @property
    def row(self) -> tuple[str, Wave, str, str]:
        """The row of a table that tells too much."""
        return self.table, self.wave, self.group, self.about


@dataclass
class Answers:
    """What is true of one wave, and the sums that its tables tell."""

    wave: Wave
    system: System = field(default_factory=System)
    groups: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    cells: dict[Cell, None] = field(default_factory=dict)

    def terms(self, table: str, about: str, group: str, part: str = "all") -> Terms:
        """Return a number of people of a group, of a whole as the sum of its parts."""
        known = self.groups.get((table, about), set())
        parts = [each for each in WHOLES.get(group, ()) if each in known] or [group]
        return {(table, about, each, part): 1.0 for each in parts}

    def small(self) -> list[Cell]:
        """Return the cells that are of one to four people."""
        return [cell for cell in self.cells if round(self.system.value(cell.terms)) in SMALL_CELL]

    def unclear(self) -> list[Cell]:
        """Return the small cells that no simple change of the true numbers gives room."""
        small = self.small()
        if not small:
            return []
        names = {name: place for place, name in enumerate(self.system.truth)}
        truth = np.array(list(self.system.truth.values()))
        ways = _laid_out(_changes(list(names)), names)
        sums = _laid_out([*(terms for terms, _ in self.system.sums), *({name: 1.0} for name in names)], names)
        # Of numbers themselves: none is below nought.
        spans = [span for _, span in self.system.sums] + [(0.0, _MANY)] * len(names)
        low, high = np.array(spans).T
        now, change = sums @ truth, (sums @ ways.T).tocoo()
        steps = _steps(change, now - low, high - now) + _steps(-change, now - low, high - now)
        of_cells = np.abs((_laid_out([cell.terms for cell in small], names) @ ways.T).toarray())
        reach = of_cells * steps
        clear = reach.max(axis=1) + 1 >= FEWEST_VALUES
        return [cell for cell, enough in zip(small, clear, strict=True) if not enough]


def _changes(names: list[Any]) -> list[Terms]:
    """Return changes of numbers to try: one alone; all of a group; people of one part being of the other."""
    found: list[Terms] = [{name: 1.0} for name in names]
    everybody = [name for name in names if name[3] == "all"]
    for group in {name[2] for name in everybody}:
        found.append({name: 1.0 for name in everybody if name[2] == group})
    for one, other in WHOLES.values():
        found.append(
            {name: {one: 1.0, other: -1.0}[name[2]] for name in everybody if name[2] in (one, other)}
        )
        known = set(names)
        for name in names:
            beside = (*name[:2], other, name[3])
            if name[2] == one and beside in known:
                found.append({name: 1.0, beside: -1.0})
    return [terms for terms in found if terms]


def _laid_out(rows: Sequence[Terms], names: Mapping[Any, int]) -> csr_array:
    lengths = [len(terms) for terms in rows]
    columns = [names[name] for terms in rows for name in terms]
    factors = [factor for terms in rows for factor in terms.values()]
    return csr_array(
        (factors, (np.repeat(np.arange(len(rows)), lengths), columns)), shape=(len(rows), len(names))
    )


def _steps(change: coo_array, below: Floats, above: Floats) -> Floats:
    """Return how often each change, (changes,), can be made before a sum leaves what is told of it.

    `change` (sums, changes) is what it does to a sum; `below` and `above` (sums,) are how far that can go.
    """
    size, at = np.abs(change.data), change.coords
    matters = size > _DUST
    room = np.where(change.data > 0, above[at[0]], below[at[0]])[matters] / size[matters]
    most = np.full(change.shape[1], 1e6)
    np.minimum.at(most, at[1][matters], room)
    return np.asarray(np.floor(most + _DUST))


def audit_surveys(
    surveyed: Sequence[Surveyed],
    tables: Tables,
    chosen: Collection[Wave] | None = None,
    earlier: Sequence[Tables] = (),
) -> list[Cell]:
    """Return the numbers of one to four people that `tables` tell with those of `earlier` snapshots.

    Of all waves or those `chosen`. What the earlier ones tell by themselves is done, and not among them.
    """
    found = _findings(surveyed, (tables, *earlier), chosen)
    if not found or not earlier:
        return found
    waves = {cell.wave for cell in found}
    now, before = (set(_findings(surveyed, each, waves)) for each in ((tables,), earlier))
    return [cell for cell in found if cell in now or cell not in before]


def _findings(
    surveyed: Sequence[Surveyed], told: Sequence[Tables], chosen: Collection[Wave] | None
) -> list[Cell]:
    found = []
    for answers in _answers(surveyed, told, chosen):
        small = answers.unclear()
        spans = answers.system.spans([cell.terms for cell in small], FEWEST_VALUES) if small else []
        found += [
            cell for cell, (least, most) in zip(small, spans, strict=True) if most - least + 1 < FEWEST_VALUES
        ]
    return found


def _answers(
    surveyed: Sequence[Surveyed], told: Sequence[Tables], chosen: Collection[Wave] | None
) -> Iterator[Answers]:
    """Yield every wave, or those chosen, with what is true of it and what is told."""
    found: dict[Wave, Answers] = {}
    for one in surveyed:
        took_part = one.scores[[*WAVE, "group", "participants"]].drop_duplicates([*WAVE, "group"])
        _know(found, "survey_response", took_part.rename(columns={"participants": "respondents"}))
        _know(found, "survey_theme", one.scores)
        _know(found, "survey_item", one.monthly)
        _know(found, "survey_hotspot", one.hotspots)
    for name, about in ABOUT.items():
        for row in (row for tables in told if name in tables for row in tables[name].to_dict("records")):
            wave = (row["school_id"], row["school_year"], row["wave"])
            if wave in found and (chosen is None or wave in chosen):
                _tell(found[wave], name, str(row[about]) if about else "", {str(k): row[k] for k in row})
    yield from (answers for wave, answers in found.items() if chosen is None or wave in chosen)


def _know(found: dict[Wave, Answers], table: str, rows: pd.DataFrame) -> None:
    """Add the true numbers of one table: of wholes, only where their parts are not known."""
    about = ABOUT[table]
    for row in rows.to_dict("records"):
        number = row["respondents"]
        if not number > 0:
            continue
        wave = (row["school_id"], row["school_year"], row["wave"])
        answers = found.setdefault(wave, Answers(wave))
        what = str(row[about]) if about else ""
        answers.groups.setdefault((table, what), set()).add(row["group"])
        answers.system.unknown((table, what, row["group"], "all"), float(number))
        if table in OF_PEOPLE:
            some = round(row["value"] * number)
            answers.system.unknown((table, what, row["group"], "some"), float(some))


def _tell(answers: Answers, table: str, about: str, row: Row) -> None:
    """Add what a row tells, what is certain of its numbers, and the cells that it may tell."""
    group = row["group"]
    if group not in answers.groups.get((table, about), set()):
        return
    system = answers.system
    everybody = answers.terms(table, about, group)
    system.told(everybody, _number(row))
    if table == "survey_response":
        system.told(everybody, _by_rate(row))
        # Seldom do more people answer than were invited; System leaves out what is not so.
        system.told(everybody, (0.0, row["invited"] if pd.notna(row["invited"]) else _MANY))
    else:
        took_part = answers.terms("survey_response", "", group)
        if all(name in system.truth for name in took_part):
            system.told(less(took_part, everybody), (0.0, _MANY))
    cells = [everybody]
    if table in OF_PEOPLE:
        some = answers.terms(table, about, group, "some")
        system.told(less(everybody, some), (0.0, _MANY))
        for terms, span in _shares(row, some, everybody, system.value(everybody)):
            system.told(terms, span)
        cells += [some, less(everybody, some)]
    new = (Cell(answers.wave, table, group, about, terms) for terms in cells)
    answers.cells.update(dict.fromkeys(new))


def _number(row: Row) -> Span:
    """Return how many people a row may be about."""
    if row["status"] == TOO_SMALL:
        return 1.0, FEWEST_SHOWN - 1.0
    if row["status"] == TOGETHER:
        return 1.0, _MANY
    least: Span = (float(FEWEST_SHOWN), _MANY)
    shown = row["participants"] if "participants" in row else row["respondents"]
    if shown is None or np.isnan(shown):
        return least if row["status"] in (TOLD, UNRELIABLE, IN_PARTS) else EVERY
    # One number that is no multiple of the step is an exact one.
    step = COUNT_STEP if shown % COUNT_STEP == 0 else 1.0
    return both(least, of_count(shown, step)) if shown >= FEWEST_SHOWN else of_count(shown, step)


def _by_rate(row: Row) -> Span:
    """Return how many took part by the word for their share of those invited."""
    if row["response"] == "wrong":
        return row["invited"] + 1.0, _MANY
    least, most = _RATES.get(row["response"], (0.0, _MANY))
    return (least * row["invited"], most * row["invited"]) if most < _MANY else EVERY


def _shares(row: Row, some: Terms, everybody: Terms, number: float) -> Iterator[tuple[Terms, Span]]:
    """Yield what a share tells of the number behind it, as sums that are at least or at most nought."""
    value, status = row["value"], row["value_status"]
    if row["status"] != TOLD or value is None or np.isnan(value):
        return
    step = float(SHARE_STEP[np.searchsorted(BANDS, number, side="right")])
    finer = abs(value / step - round(value / step)) > 1e-6
    half = 0.0 if status != "exact" else (0.005 if finer else step / 2)
    if status in ("exact", "at_least"):
        yield less(some, everybody, value - half), (0.0, _MANY)
    if status in ("exact", "at_most"):
        yield less(some, everybody, value + half), (-_MANY, 0.0)
