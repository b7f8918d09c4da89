"""What of the answers to a survey may be shown: never fewer than ten people, never what all of them said.

Means and shares are told in steps that grow as respondents get fewer, and end in a bound: a mean of 100, or a
share of nought, would say what everybody answered. Steps cost little beside chance. With a standard deviation
of 19 points the 95 % interval of a mean is ±13 points at 10 respondents, ±9 at 20, ±5 at 50 and ±4 at 100;
steps of 5, 2 and 1 points add at most six in a hundred to the standard error.
"""

import numpy as np
import pandas as pd

from mirrors.benchmark.panel import Bools, Floats
from mirrors.benchmark.peer_group import PeerGroups, peers_of_rows
from mirrors.disclosure.rules import SMALL_CELL, Rules, round_count, round_to, round_up, smallest_of
from mirrors.survey.groups import WHOLES
from mirrors.survey.response import (
    CAUTION,
    FEWEST_COMPARED,
    FEWEST_SHOWN,
    LOW,
    VERY_LOW,
    response_class,
)
from mirrors.survey.scores import t_quantile
from mirrors.survey.shrinkage import pooled_variance
from mirrors.survey.surveyed import SUMMARY, Surveyed

BANDS = np.array([20, 50, 100])
"""Numbers of respondents from which more is told; there are four bands, the first one from ten."""

MEAN_STEP = np.array([5.0, 2.0, 1.0, 1.0])
MEAN_BOUND = np.array([10.0, 5.0, 2.0, 1.0])
"""Points from either end at which a mean is told as a bound. One of n who says the worst, when all others say
the best, takes 100 / n off: the bound holds whatever any one of them said."""

SHARE_STEP = np.array([0.1, 0.1, 0.05, 0.01])
SHARE_BOUND = np.array([0.2, 0.1, 0.05, 0.01])
"""Shares from either end at which a share is told as a bound, as NCES 2011-603 does."""

SHARE_BOUND_STEP = 0.01

SCORE_STEP = 1.0
"""Points in which peers, the city and expected values are told."""

RATE_STEP = 0.01
USUAL_SD = 19.0
"""Points that respondents' scores on a theme usually lie apart: .75 on a scale of five."""

FEWEST_SCHOOLS = 10
"""Schools of which the city's figures of a theme must be made."""

FEWEST_FOR_RELIABILITY = 100

TOLD, TOO_SMALL, TOGETHER, IN_PARTS = "exact", "too_small", "told_together", "told_in_parts"
UNRELIABLE = "unreliable"
"""Of a row: it is told; too few; told only with others, of whom too few; told as its parts; or its items do
not belong together. Of a summary, also what its provider says: missing, not asked, a bound."""

_PLACE = ["school_id", "school_year", "wave"]
_KEY = [*_PLACE, "group", "theme"]


def tables(
    surveyed: Surveyed, peers: dict[str, PeerGroups], rules: Rules | None = None
) -> dict[str, pd.DataFrame]:
    """Return the tables survey_theme, survey_item, survey_hotspot, survey_gap, survey_stands_out,
    survey_change, survey_response, survey_quality, survey_reliability and survey_city.
    """
    rules = rules or Rules()
    theme = themes(surveyed, peers, rules)
    return {
        "survey_theme": theme,
        "survey_item": shares_of_people(surveyed.monthly, [*_KEY, "item"]),
        "survey_hotspot": shares_of_people(surveyed.hotspots, [*_PLACE, "group", "place"]),
        "survey_gap": gaps(surveyed.gaps, theme),
        "survey_stands_out": _of_told(surveyed.stands_out, theme),
        "survey_change": changes(surveyed.changes, theme),
        "survey_response": responses(surveyed.scores),
        "survey_quality": quality(surveyed.quality, theme),
        "survey_reliability": reliability(surveyed.reliability),
        "survey_city": city(surveyed.compared),
    }


def what_is_told(rows: pd.DataFrame, at: list[str]) -> np.ndarray:
    """Return the word for every row, (rows,), of those told, too small, told together and told in parts.

    `rows` has one row a group at each place `at`, wholes among them. A part is told only where every part of
    its whole has no respondents or ten: from the whole and the others, it could be worked out. Else only the
    whole is told, and where its parts are, it is not. Of parts that are told together nobody says which one
    is too small: of a whole of ten to twelve, the other part would be one or two.
    """
    number = rows["respondents"].fillna(0).to_numpy(float)
    few = number < FEWEST_SHOWN
    word = np.where(few, TOO_SMALL, TOLD).astype(object)
    place = pd.MultiIndex.from_frame(rows[at])
    for whole, parts in WHOLES.items():
        of_parts = rows["group"].isin(parts).to_numpy()
        risky = place.isin(place[of_parts & few & (number > 0)])
        divided = place.isin(place[of_parts & (number > 0)]) & ~risky
        is_whole = (rows["group"] == whole).to_numpy()
        word[of_parts & risky & place.isin(place[is_whole & ~few])] = TOGETHER
        word[is_whole & divided & ~few] = IN_PARTS
    return word


def coded(
    value: Floats, number: Floats, steps: Floats, bounds: Floats, most: float
) -> tuple[Floats, np.ndarray]:
    """Return values 0..`most` as they may be shown, with their status: exact, at_most or at_least."""
    band = np.searchsorted(BANDS, number, side="right")
    least, step = bounds[band], steps[band]
    low, high = value <= least, value >= most - least
    rounded = np.clip(round_to(value, step), least, most - least)
    shown = np.where(low, least, np.where(high, round_to(most - least, 0.01), rounded))
    return shown, np.select([low, high], ["at_most", "at_least"], "exact")


def _indices_as_told(rows: pd.DataFrame, shares: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return shares with those of a provider's index to the whole per cent, as the provider tells them.

    An index is made of many questions, and is nobody's answer; single questions of a provider have a number.
    A theme of ours may be a single question, and its share one of people.
    """
    is_index = (rows["wave"] == SUMMARY) & ~rows["theme"].str.contains(r"\d")
    exact = is_index.to_numpy(dtype=bool) & (shares["favourable_status"] == "exact")
    share = round_to(rows["favourable"].to_numpy(float), RATE_STEP)
    return {**shares, "favourable": np.where(exact, share, shares["favourable"])}


def coded_people(share: Floats, number: Floats) -> tuple[Floats, np.ndarray]:
    """Return shares of people 0..1 as they may be shown, with their status.

    As `coded`, and never one to four people, nor all but so many: below and above, a bound is told that holds
    for four of as few respondents as there may be.
    """
    fewest = np.maximum(smallest_of(number), FEWEST_SHOWN)
    of_few = round_up(max(SMALL_CELL) / fewest, SHARE_BOUND_STEP)
    band = np.searchsorted(BANDS, number, side="right")
    least = np.maximum(SHARE_BOUND[band], of_few)
    # Rounding must not lead back to a share that a few people make.
    low, high = share <= least, share >= 1.0 - least
    rounded = np.clip(round_to(share, SHARE_STEP[band]), least, 1.0 - least)
    shown = np.where(low, least, np.where(high, 1.0 - least, rounded))
    return round_to(shown, SHARE_BOUND_STEP), np.select([low, high], ["at_most", "at_least"], "exact")


def coded_shares(rows: pd.DataFrame, name: str, told: Bools) -> dict[str, np.ndarray]:
    """Return the columns `name` and `name`_status of a share of respondents or of their answers."""
    value, number = rows[name].to_numpy(float), rows["respondents"].to_numpy(float)
    known = told & ~np.isnan(value)
    shown, status = coded(value, number, SHARE_STEP, SHARE_BOUND, 1.0)
    return {name: np.where(known, shown, np.nan), f"{name}_status": np.where(known, status, "")}


def themes(surveyed: Surveyed, peers: dict[str, PeerGroups], rules: Rules) -> pd.DataFrame:
    """Return every theme of every group as it may be shown, beside its peers."""
    rows = surveyed.scores.reset_index(drop=True)
    word = _with_unreliable(rows, what_is_told(rows, [*_PLACE, "theme"]), surveyed.reliability)
    word = np.where(rows["status"] == TOLD, word, rows["status"])
    told = word == TOLD
    number = rows["respondents"].to_numpy(float)
    mean, status = coded(rows["mean"].to_numpy(float), number, MEAN_STEP, MEAN_BOUND, 100.0)
    known = told & rows["mean"].notna().to_numpy()
    low, high = _interval(rows, mean, known & (status == "exact"))
    shown = rows[_KEY].assign(
        status=word,
        respondents=np.where(told, round_count(number), np.nan),
        mean=np.where(known, mean, np.nan),
        mean_status=np.where(known, status, ""),
        low=low,
        high=high,
        **_indices_as_told(rows, coded_shares(rows, "favourable", told)),
        **coded_shares(rows, "unfavourable", told),
        response=rows[[*_PLACE, "group"]].merge(_who_took_part(rows), how="left")["response"].to_numpy(),
        indicative=told & (number < FEWEST_COMPARED),
    )
    return _beside_peers(shown, surveyed.compared, peers, rules)


def _with_unreliable(rows: pd.DataFrame, word: np.ndarray, reliable: pd.DataFrame) -> np.ndarray:
    if reliable.empty:
        return word
    unfit = reliable[reliable["verdict"] == UNRELIABLE]
    # A whole is as little worth as the part of it whose items do not belong together.
    wholes = [unfit[unfit["group"].isin(parts)].assign(group=whole) for whole, parts in WHOLES.items()]
    gone = pd.MultiIndex.from_frame(pd.concat([unfit, *wholes])[["group", "theme"]])
    here = pd.MultiIndex.from_frame(rows[["group", "theme"]]).isin(gone)
    return np.where((word == TOLD) & here, UNRELIABLE, word).astype(object)


def _interval(rows: pd.DataFrame, mean: Floats, known: Bools) -> list[Floats]:
    """Return the two ends of the 95 % interval around the means as they are shown."""
    half = _half_interval(rows)
    ends = np.maximum(mean - half, 0.0), np.minimum(mean + half, 100.0)
    return [np.where(known, round_to(end, SCORE_STEP), np.nan) for end in ends]


def _half_interval(rows: pd.DataFrame) -> Floats:
    """Return half of the 95 % interval of a mean, (rows,).

    From how far answers lie apart in all schools together, a usual number below ten schools: a school's own
    spread would tell when all of its respondents answered alike.
    """
    at = ["school_year", "group", "theme"]
    variance = np.full(len(rows), np.nan)
    number = rows["respondents"].to_numpy(float)
    for place in rows.groupby(at).indices.values():
        found = pooled_variance(rows["sd"].to_numpy(float)[place], number[place])
        many = rows["school_id"].to_numpy()[place]
        enough = len(set(many)) >= FEWEST_SCHOOLS and found > 0
        variance[place] = found if enough or np.isnan(found) else USUAL_SD**2
    number = round_count(number)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(t_quantile(number - 1) * np.round(np.sqrt(variance)) / np.sqrt(number))


def _beside_peers(
    shown: pd.DataFrame, compared: pd.DataFrame, peers: dict[str, PeerGroups], rules: Rules
) -> pd.DataFrame:
    """Return the rows with peers, peer_median, peer_low, peer_high, expected and verdict.

    Higher or lower only where the interval of the score drawn towards the expected one excludes the peers'
    median (the expected score without peers), and the score lies outside their middle half.
    """
    drawn = ["shrunk", "shrunk_low", "shrunk_high", "expected"]
    rows = shown.merge(compared.reindex(columns=[*_KEY, *drawn]), on=_KEY, how="left")
    judged = (rows["status"] == TOLD) & rows["shrunk"].notna()
    found = peers_of_rows(rows, ["group", "theme"], rows["shrunk"].where(judged).to_numpy(float), peers)
    told = {}
    for name, least in (
        ("median", rules.peers_for_median),
        ("low", rules.peers_for_middle_half),
        ("high", rules.peers_for_middle_half),
    ):
        rounded = round_to(np.asarray(getattr(found, name), dtype=float), SCORE_STEP)
        told[f"peer_{name}"] = np.where(judged & (found.count >= least), rounded, np.nan)
    expected = round_to(rows["expected"].to_numpy(float), SCORE_STEP)
    rows = rows.assign(
        peers=np.where(judged, found.count, 0), **told, expected=np.where(judged, expected, np.nan)
    )
    reference = rows["peer_median"].fillna(rows["expected"])
    above = (rows["shrunk_low"] > reference) & ~(rows["shrunk"] <= rows["peer_high"])
    below = (rows["shrunk_high"] < reference) & ~(rows["shrunk"] >= rows["peer_low"])
    known = judged & reference.notna()
    rows["verdict"] = np.where(known, np.select([above, below], ["higher", "lower"], "similar"), "unknown")
    return rows.drop(columns=drawn[:-1])


def shares_of_people(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return the shares `value` of respondents by the columns `key`, the last of them an item or a place."""
    if rows.empty:
        return pd.DataFrame(columns=[*key, "status", "respondents", "value", "value_status"], dtype=str)
    word = what_is_told(rows, [*_PLACE, key[-1]])
    told = word == TOLD
    number = rows["respondents"].to_numpy(float)
    shown, status = coded_people(rows["value"].to_numpy(float), number)
    return rows[key].assign(
        status=word,
        respondents=np.where(told, round_count(number), np.nan),
        value=np.where(told, shown, np.nan),
        value_status=np.where(told, status, ""),
    )


def gaps(rows: pd.DataFrame, theme: pd.DataFrame) -> pd.DataFrame:
    """Return perception gaps of groups that are told; a verdict that the numbers do not bear is `usual`.

    Means are those of the items that both were asked, told as other means are; where one is told as a bound
    there is no gap.
    """
    if rows.empty:
        return rows
    at = [*_PLACE, "theme"]
    told = theme.loc[theme["status"] == TOLD, _KEY]
    found = rows.merge(told, on=_KEY).merge(told.rename(columns={"group": "pupils"}), on=[*at, "pupils"])
    adults = found[[*_KEY, "mean", "sd", "respondents"]]
    children = found[[*at, "pupils", *(f"{name}_pupils" for name in ("mean", "sd", "respondents"))]]
    (mean, half), (mean_pupils, half_pupils) = (
        _shown_means(each) for each in (adults, children.set_axis(adults.columns, axis=1))
    )
    gap, apart = mean - mean_pupils, np.sqrt(half**2 + half_pupils**2)
    low, high = (round_to(gap + way * apart, SCORE_STEP) for way in (-1, 1))
    usual = np.where(found["schools"] >= FEWEST_SCHOOLS, found["city"], np.nan)
    city = round_to(usual, SCORE_STEP)
    borne = np.select(
        [found["verdict"] == "larger", found["verdict"] == "smaller"], [low > city, high < city]
    )
    verdict = np.where(np.isnan(city) | np.isnan(gap), "unknown", found["verdict"].where(borne == 1, "usual"))
    shown = found[[*at, "group", "pupils"]].assign(mean=mean, mean_pupils=mean_pupils, gap=gap, low=low)
    return shown.assign(high=high, city=city, verdict=verdict)


def _shown_means(rows: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return means as they are told, NaN for a bound, and half of their intervals."""
    number = rows["respondents"].to_numpy(float)
    mean, status = coded(rows["mean"].to_numpy(float), number, MEAN_STEP, MEAN_BOUND, 100.0)
    return np.where(status == "exact", mean, np.nan), _half_interval(rows)


def _exact(theme: pd.DataFrame) -> pd.DataFrame:
    """Return the means that are told as they are."""
    return theme.loc[(theme["status"] == TOLD) & (theme["mean_status"] == "exact"), [*_KEY, "mean"]]


def _of_told(rows: pd.DataFrame, theme: pd.DataFrame) -> pd.DataFrame:
    """Return the rows about a group and theme that is told."""
    if rows.empty:
        return rows
    return rows.merge(theme.loc[theme["status"] == TOLD, _KEY], on=_KEY)


def changes(rows: pd.DataFrame, theme: pd.DataFrame) -> pd.DataFrame:
    """Return changes between means that are shown; a verdict that these do not bear is none."""
    if rows.empty:
        return rows
    shown = _exact(theme)
    names = {"wave": "before", "school_year": "before_year", "mean": "mean_before"}
    then = ["before", "before_year", "school_id", "group", "theme"]
    found = rows.merge(shown, on=_KEY).merge(shown.rename(columns=names), on=then)
    compared = found["verdict"] != "not_compared"
    change = (found["mean"] - found["mean_before"]).where(compared)
    borne = ((found["verdict"] == "higher") & (change > 0)) | ((found["verdict"] == "lower") & (change < 0))
    verdict = found["verdict"].where(borne | ~compared, "no_clear_change")
    return found[[*_KEY, "before", "before_year"]].assign(
        change=change, reason=found["reason"], verdict=verdict
    )


def _who_took_part(scores: pd.DataFrame) -> pd.DataFrame:
    """Return one row a wave and group with participants, invited, status (see `what_is_told`) and response.

    The word for the response is `unknown` where the group is not told: it would tell that one or two of nine
    took part.
    """
    columns = ["participants", "invited"]
    rows = scores[[*_PLACE, "group", *columns]].drop_duplicates([*_PLACE, "group"]).reset_index(drop=True)
    status = what_is_told(rows.assign(respondents=rows["participants"]), _PLACE)
    word = np.where(status == TOLD, response_class(rows["participants"], rows["invited"]), "unknown")
    return rows.assign(status=status, response=word)


def responses(scores: pd.DataFrame) -> pd.DataFrame:
    """Return how many took part, to the nearest five, and the word for the share of those invited.

    The word is that of the true numbers; the rate is made of the one shown, and kept within its word. A
    group is told where its themes may be: from a whole and a part of it, the other part could be worked out.
    """
    rows = _who_took_part(scores)
    number, invited = (rows[name].to_numpy(float) for name in ("participants", "invited"))
    word, told = rows["response"].to_numpy(), (rows["status"] == TOLD).to_numpy()
    shown = np.where(told, round_count(number), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = round_to(shown / invited, RATE_STEP)
    least = np.select([word == "low", word == "caution", word == "good"], [VERY_LOW, LOW, CAUTION], 0.0)
    below = [word == "very_low", word == "low", word == "caution"]
    most = np.select(below, [each - RATE_STEP for each in (VERY_LOW, LOW, CAUTION)], 1.0)
    no_rate = np.isin(word, ("wrong", "unknown")) | ~told
    return rows[[*_PLACE, "group", "status"]].assign(
        participants=shown,
        # Of three invited, one to three took part.
        invited=np.where(told, invited, np.nan),
        response=word,
        response_rate=np.where(no_rate, np.nan, np.clip(rate, least, most)),
    )


def quality(rows: pd.DataFrame, theme: pd.DataFrame) -> pd.DataFrame:
    """Return of which themes, compared and told, the mean would move without answers that look not meant.

    Not how many they are, nor the mean without them: their own would follow.
    """
    if rows.empty:
        return rows
    enough = rows[(rows["kept"] >= FEWEST_SHOWN) & (rows["respondents"] >= FEWEST_COMPARED)]
    return _of_told(enough[[*_KEY, "of_note"]], theme)


def reliability(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the reliability of every theme, of the whole city, to a hundredth."""
    if rows.empty:
        return rows
    known = rows["respondents"] >= FEWEST_FOR_RELIABILITY
    shown = rows[["group", "theme", "items", "verdict"]]
    shown = shown.assign(respondents=round_count(rows["respondents"].to_numpy(float)))
    shown["respondents"] = shown["respondents"].where(known)
    return shown.assign(**{name: rows[name].round(2).where(known) for name in ("alpha", "omega", "icc")})


def participation(scores: pd.DataFrame) -> pd.DataFrame:
    """Return how many schools asked a group in a school year, and how many took part; from ten schools.

    Of a school that asked twice, the last wave in the order of `scores`. `invited` is unknown (NaN) where any
    of them did not tell it.
    """
    place = ["school_year", "group"]
    rows = scores[scores["participants"] > 0].drop_duplicates(["school_id", *place], keep="last")
    found = rows.groupby(place, as_index=False).agg(
        schools=("school_id", "nunique"),
        participants=("participants", "sum"),
        invited=("invited", lambda invited: invited.sum(skipna=False)),
    )
    found = found[found["schools"] >= FEWEST_SCHOOLS].reset_index(drop=True)
    return found.assign(participants=round_count(found["participants"].to_numpy(float)))


def city(compared: pd.DataFrame) -> pd.DataFrame:
    """Return the median and the middle half of comparable schools, by theme and group, from ten schools."""
    place = ["school_year", "group", "theme"]
    columns = [*place, "schools", "median", "low", "high"]
    # Of a summary, perhaps no mean is known.
    compared = compared[compared["mean"].notna()]
    if compared.empty:
        return pd.DataFrame(columns=columns, dtype=str)
    found = compared.groupby(place, as_index=False).agg(
        schools=("school_id", "nunique"),
        median=("mean", "median"),
        low=("mean", lambda means: means.quantile(0.25)),
        high=("mean", lambda means: means.quantile(0.75)),
    )
    found = found[found["schools"] >= FEWEST_SCHOOLS].reset_index(drop=True)
    rounded = {name: round_to(found[name].to_numpy(float), SCORE_STEP) for name in ("median", "low", "high")}
    return found.assign(**rounded)[columns]
