"""Answers from everywhere as one set of tables: waves of the desk, files of answers, summaries of providers.

Waves are scored together when they asked the same: an *edition* is a form with one version of each group's
questionnaire. Answers to other words are other answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from mirrors.survey.collected import Collected
from mirrors.survey.hotspots import PLACE_OF, counted_places
from mirrors.survey.key import scoring_key
from mirrors.survey.questionnaire import FormName, Questionnaire
from mirrors.survey.scores import WHO

COLLECTED, IMPORTED = "collected", "imported"
WAVE = ["school_id", "school_year", "wave"]
_ANSWERS = [*WHO, "respondent", "item", "option"]


@dataclass(frozen=True, eq=False)
class Answered:
    """Tables that all begin with the columns of WHO, and the questionnaires that were answered, by digest.

    `answers` (respondent, item, option 0..4 or none), `hotspots` (place, chosen, answered), `invited`
    (invited), `waves` (kind, form, questionnaire, version: the digest, opened: what orders the waves of a
    group, first_day and last_day: dates or None). Waves are texts.
    """

    answers: pd.DataFrame
    hotspots: pd.DataFrame
    invited: pd.DataFrame
    waves: pd.DataFrame
    asked: Mapping[str, Questionnaire]


@dataclass(frozen=True, eq=False)
class Edition:
    """The waves that asked the same, with the key to score them by."""

    form: FormName
    key: pd.DataFrame
    answered: Answered


def from_desk(found: Sequence[Collected]) -> Answered:
    """Return what waves of the desk brought.

    Of a group in which nobody's answers were kept there is no wave: one that was opened by mistake, and
    closed, must not stand between two others.
    """
    waves = [
        (
            *(one.wave.id, one.wave.school_id, one.wave.school_year, group),
            *(COLLECTED, one.wave.form, asked.id, asked.digest),
            f"{one.wave.school_year} {one.wave.first_day} {one.wave.closed_on or one.wave.last_day}",
            *(one.wave.first_day, one.wave.closed_on or one.wave.last_day),
        )
        for one in found
        for group, asked in one.asked.items()
        if (one.answers["group"] == group).any()
    ]
    return Answered(
        _joined([one.answers for one in found], _ANSWERS),
        _joined([one.hotspots for one in found], [*WHO, "place", "chosen", "answered"]),
        _joined([one.invited[[*WHO, "invited"]] for one in found], [*WHO, "invited"]),
        pd.DataFrame(waves, columns=_WAVES),
        {asked.digest: asked for one in found for asked in one.asked.values()},
    )


_WAVES = [*WHO, "kind", "form", "questionnaire", "version", "opened", "first_day", "last_day"]


def from_files(facts: pd.DataFrame, questionnaires: Mapping[str, Questionnaire]) -> Answered:
    """Return the rows of the contract `survey_responses`.

    They are taken to have asked the city's `questionnaires` as they are now: the full form where any group
    answered an item that only that form has. A group without a questionnaire is left out.
    """
    of_group: dict[str, Questionnaire] = {
        one.group: one for name, one in questionnaires.items() if name == one.group
    }
    rows = facts.rename(columns={"respondent_group": "group", "answer": "option"})
    rows = rows[rows["group"].isin(list(of_group))]
    rows = rows.assign(wave=rows["wave"].map(lambda wave: str(int(wave))))
    is_place = rows["item"].str.startswith(PLACE_OF).fillna(False).to_numpy(bool)
    answers = rows.loc[~is_place, _ANSWERS]
    known: pd.DataFrame = rows.groupby(WHO)["invited"].max().reset_index()
    return Answered(
        answers.reset_index(drop=True),
        counted_places(rows.loc[is_place, _ANSWERS]),
        known,
        _waves_of_files(known[WHO], answers, of_group),
        {one.digest: one for one in of_group.values()},
    )


def _waves_of_files(
    who: pd.DataFrame, answers: pd.DataFrame, questionnaires: Mapping[str, Questionnaire]
) -> pd.DataFrame:
    short = scoring_key(questionnaires.values(), "short")
    asked = pd.MultiIndex.from_frame(short[["group", "item"]])
    beyond = answers[answers["option"].notna()]
    beyond = beyond[~pd.MultiIndex.from_frame(beyond[["group", "item"]]).isin(asked)]
    full = pd.MultiIndex.from_frame(who[WAVE]).isin(pd.MultiIndex.from_frame(beyond[WAVE].drop_duplicates()))
    number = who["wave"].astype(int).map("{:04d}".format) if len(who) else who["wave"]
    return who.assign(
        kind=IMPORTED,
        form=pd.Series(full, index=who.index).map({True: "full", False: "short"}),
        questionnaire=who["group"].map({name: one.id for name, one in questionnaires.items()}),
        version=who["group"].map({name: one.digest for name, one in questionnaires.items()}),
        # Before any day of the same school year: when a file was answered, nobody told.
        opened=who["school_year"] + " " + number,
        first_day=None,
        last_day=None,
    )


def together(parts: Sequence[Answered]) -> Answered:
    """Return what came from everywhere."""
    return Answered(
        _joined([one.answers.astype({"option": float}) for one in parts], _ANSWERS),
        _joined([one.hotspots for one in parts], [*WHO, "place", "chosen", "answered"]),
        _joined([one.invited.astype({"invited": float}) for one in parts], [*WHO, "invited"]),
        _joined([one.waves for one in parts], _WAVES),
        {digest: asked for one in parts for digest, asked in one.asked.items()},
    )


def editions(answered: Answered) -> list[Edition]:
    """Return the editions, that of the newest wave first; every wave is in exactly one."""
    found: list[tuple[FormName, dict[str, str], list[tuple[str, ...]]]] = []
    newest = answered.waves.sort_values("opened", ascending=False, kind="stable")
    for key, rows in newest.groupby(WAVE, sort=False):
        wave = tuple(map(str, key))
        form, versions = rows["form"].iloc[0], dict(zip(rows["group"], rows["version"], strict=True))
        for known_form, known, waves in found:
            if form == known_form and all(known.get(group, is_) == is_ for group, is_ in versions.items()):
                known.update(versions)
                waves.append(wave)
                break
        else:
            found.append((form, versions, [wave]))
    return [_edition(answered, *one) for one in found]


def _edition(
    answered: Answered, form: FormName, versions: Mapping[str, str], waves: list[tuple[str, ...]]
) -> Edition:
    names = pd.MultiIndex.from_tuples(waves, names=WAVE)
    answers, hotspots, invited, of_waves = (
        rows[pd.MultiIndex.from_frame(rows[WAVE]).isin(names)].reset_index(drop=True)
        for rows in (answered.answers, answered.hotspots, answered.invited, answered.waves)
    )
    asked = {digest: answered.asked[digest] for digest in versions.values()}
    of_edition = Answered(answers, hotspots, invited, of_waves, asked)
    return Edition(form, scoring_key(asked.values(), form), of_edition)


def _joined(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
