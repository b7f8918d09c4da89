"""The adviser's three short lists of one school year, with their evidence."""

from dataclasses import dataclass
from typing import Any

from mirrors.access import Viewer
from mirrors.definitions import Indicator, load_indicators
from mirrors.definitions.reading import Texts
from mirrors.locale import Language
from mirrors.store import Snapshot
from mirrors.views.figure import Figure, read_figure
from mirrors.views.outlook import Driver, read_drivers
from mirrors.views.school import SchoolName, school_name
from mirrors.views.snapshot import jurisdiction_of


@dataclass(frozen=True)
class Listed:
    """One school on a list and why.

    `certainty` is "clear" or "weak". `before` and `now` are shares, de-noised (for "excellent",
    `before` is the expected value). `direction` is "below_expected", "rose", "fell", or, where the own
    rate hardly moved, "stayed_as_others_fell" or "stayed_as_others_rose".
    `on_list_last_year` says that it stood on the same list the year before; `alarms` are open questions about
    its registers; `drivers` are what moved its overall absence, on the two lists of change.
    """

    school: SchoolName
    pupils: int
    certainty: str
    before: float
    now: float
    direction: str
    decimals: int
    own: Figure
    completeness: float | None
    on_list_last_year: bool
    alarms: tuple[str, ...] = ()
    drivers: tuple[Driver, ...] = ()


@dataclass(frozen=True)
class ShortList:
    """A list in alphabetical order. `kind` is "excellent", "improved" or "rose".

    `why_fewer` is None with ten schools, else a code: "few_clear", "two_years_only",
    "no_year_before", "break_year", "not_enough_schools".
    """

    kind: str
    schools: tuple[Listed, ...]
    weak: tuple[Listed, ...]
    why_fewer: str | None


@dataclass(frozen=True)
class TenAndTenView:
    """The three lists of one school year and indicator."""

    school_year: str
    indicator: Indicator
    lists: tuple[ShortList, ...]
    schools_judged: int
    schools_left_out: tuple[tuple[str, int], ...]
    break_reason: Texts | None


KINDS = ("excellent", "improved", "rose")


class NoLists(LookupError):
    """There are no lists on this indicator in this snapshot."""


def ten_and_ten_view(
    snapshot: Snapshot, viewer: Viewer, school_year: str, indicator_id: str | None = None
) -> TenAndTenView:
    """Return the three lists; the jurisdiction's first list indicator by default.

    Raises NotAllowed unless the viewer may see the city, NoLists for an indicator without lists.
    """
    viewer.require_city()
    jurisdiction = jurisdiction_of(snapshot)
    key = indicator_id or jurisdiction.lists[0]
    if key not in jurisdiction.lists:
        raise NoLists(f"there are no lists on {key}; there are on {', '.join(jurisdiction.lists)}")
    states = {row["list"]: row for row in snapshot.rows("list_state", indicator=key, school_year=school_year)}
    break_reason = jurisdiction.break_reason(school_year)
    rows = snapshot.rows("listed", indicator=key, school_year=school_year)
    return TenAndTenView(
        school_year=school_year,
        indicator=load_indicators()[key],
        lists=tuple(
            _short_list(snapshot, kind, rows, states.get(kind), break_reason is not None) for kind in KINDS
        ),
        schools_judged=int(next(iter(states.values()))["judged"]) if states else 0,
        schools_left_out=tuple(
            (row["reason"], int(row["schools"]))
            for row in snapshot.rows("left_out", order_by="reason", indicator=key, school_year=school_year)
        ),
        break_reason=break_reason,
    )


def _short_list(
    snapshot: Snapshot, kind: str, rows: list[dict[str, Any]], state: dict[str, Any] | None, is_break: bool
) -> ShortList:
    listed = sorted(
        (_listed(snapshot, row) for row in rows if row["list"] == kind),
        key=lambda card: card.school.name.casefold(),
    )
    why = state["why_fewer"] if state else "break_year" if is_break else "no_year_before"
    return ShortList(
        kind,
        tuple(card for card in listed if card.certainty == "clear"),
        tuple(card for card in listed if card.certainty == "weak"),
        why or None,
    )


def _listed(snapshot: Snapshot, row: dict[str, Any]) -> Listed:
    key = {"school_id": row["school_id"], "school_year": row["school_year"]}
    [figure] = snapshot.rows("figure", indicator=row["indicator"], **key)
    [registered] = snapshot.rows("registration", **key)
    return Listed(
        school=school_name(snapshot, row["school_id"], row["school_year"]),
        pupils=int(row["pupils"]),
        certainty=row["certainty"],
        before=row["before"],
        now=row["now"],
        direction=row["direction"],
        decimals=1,
        own=read_figure(figure),
        completeness=registered["complete"],
        on_list_last_year=bool(row["on_list_last_year"]),
        alarms=tuple(kind for kind in registered["alarms"].split(",") if kind),
        drivers=() if row["list"] == "excellent" else read_drivers(snapshot, **key),
    )


def lists_of_school(
    snapshot: Snapshot, viewer: Viewer, school_id: str, school_year: str
) -> tuple[tuple[Indicator, str, Listed], ...]:
    """Return the lists that a school stands on in one year: indicator, kind and evidence, the clear first.

    Raises NotAllowed unless the viewer may see the city's lists.
    """
    viewer.require_city()
    order = {key: place for place, key in enumerate(jurisdiction_of(snapshot).lists)}
    rows = snapshot.rows("listed", school_id=school_id, school_year=school_year)
    rows = sorted(
        (row for row in rows if row["indicator"] in order),
        key=lambda row: (row["certainty"] != "clear", -KINDS.index(row["list"]), order[row["indicator"]]),
    )
    return tuple((load_indicators()[row["indicator"]], row["list"], _listed(snapshot, row)) for row in rows)


def lists_record(
    snapshot: Snapshot, viewer: Viewer, school_year: str, indicator_id: str | None
) -> dict[str, Any]:
    """Return the lists as plain values for other programs: ids, evidence in words and certainty only."""
    view = ten_and_ten_view(snapshot, viewer, school_year, indicator_id)
    english = Language("en")
    record: dict[str, Any] = {
        "school_year": school_year,
        "indicator": view.indicator.id,
        "title": english.pick(view.indicator.title),
        "schools_judged": view.schools_judged,
    }
    for short_list in view.lists:
        record[short_list.kind] = [_record(card, english) for card in short_list.schools]
        record[f"why_fewer_{short_list.kind}"] = short_list.why_fewer
        if short_list.kind != "excellent":
            record[f"weak_{short_list.kind}"] = [_record(card, english) for card in short_list.weak]
    return record


def _record(card: Listed, language: Language) -> dict[str, str]:
    return {
        "school_id": card.school.school_id,
        "evidence": evidence(card, language),
        "certainty": card.certainty,
    }


def evidence(card: Listed, language: Language) -> str:
    """Return why a school is on a list, as one sentence."""
    figures = {
        "now": language.percent(card.now, card.decimals),
        "before": language.percent(card.before, card.decimals),
    }
    match card.direction:
        case "below_expected":
            return language.text(
                "{now} over the years; {before} is expected of a school with these pupils.", **figures
            )
        case "rose":
            return language.text(
                "Rose to {now}, from about {before} in the years before; similar schools did not rise "
                "as much.",
                **figures,
            )
        case "fell":
            return language.text(
                "Fell to {now}, from about {before} in the years before; similar schools did not fall "
                "as much.",
                **figures,
            )
        case "stayed_as_others_fell":
            return language.text("Stayed near {now} while similar schools fell.", **figures)
        case _:
            return language.text("Stayed near {now} while similar schools rose.", **figures)
