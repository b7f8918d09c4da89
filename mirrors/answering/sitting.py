"""One sitting: how far somebody is and what was filled in, in a sealed cookie and nowhere else."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, replace

from mirrors.survey.answer_sheet import AnswerSheet
from mirrors.survey.answers import Admission
from mirrors.survey.questionnaire import FormName, Questionnaire
from mirrors.survey.sealing import seal, unseal

LASTS = 90
"""Minutes after the last page in which somebody can go on."""

NOT_SAID, OPEN = "n", "-"
"""Rather not said, and not answered yet; the two look different on the page, and alike on the sheet."""

NOWHERE = "nowhere"
_SITTING, _DONE = "sitting", "answered"
_MOST_DONE = 8


@dataclass(frozen=True)
class Sitting:
    """What one respondent has filled in so far.

    `signs` has one sign an item ("0" to "4", NOT_SAID, OPEN), `places` the ids that were chosen, or NOWHERE.
    `reached` is the furthest page; pages before `first` are not shown any more. `at` counts minutes.
    """

    wave: str
    group: str
    form: FormName
    once: str
    signs: str
    places: tuple[str, ...] = ()
    reached: int = 1
    first: int = 1
    at: int = 0

    @property
    def admission(self) -> Admission:
        """What the code opened."""
        return Admission(self.wave, self.group, "", self.once)

    def answered(self, number: int, sign: str) -> "Sitting":
        """Return the sitting with one more item answered, counted from 0."""
        return replace(self, signs=self.signs[:number] + sign + self.signs[number + 1 :])

    def sheet(self, questionnaire: Questionnaire) -> AnswerSheet:
        """Return what is handed in."""
        items = questionnaire.asked(self.form)
        options = {
            item.id: int(sign) if sign.isdecimal() else None
            for item, sign in zip(items, self.signs, strict=True)
        }
        if not self.places:
            return AnswerSheet(options, None)
        return AnswerSheet(options, frozenset(self.places) - {NOWHERE})


def sealed_sitting(sitting: Sitting, key: bytes) -> str:
    """Return a sitting as the browser keeps it: it can neither be read nor changed there."""
    words = json.dumps(asdict(replace(sitting, at=_minute())), separators=(",", ":"))
    return _as_cookie(seal(key, words, _SITTING))


def opened_sitting(cookie: str, key: bytes) -> Sitting | None:
    """Return the sitting of a cookie, or None: there is none, it is not ours, or it is too long ago."""
    words = _opened(cookie, key, _SITTING)
    if words is None:
        return None
    found = json.loads(words)
    sitting = Sitting(**{**found, "places": tuple(found["places"])})
    return sitting if 0 <= _minute() - sitting.at <= LASTS else None


def sealed_done(done: list[str], key: bytes) -> str:
    """Return what a device keeps of the waves and groups that were answered on it, the newest last."""
    return _as_cookie(seal(key, " ".join(done[-_MOST_DONE:]), _DONE))


def opened_done(cookie: str, key: bytes) -> list[str]:
    """Return which waves and groups were answered on this device, the newest last."""
    return (_opened(cookie, key, _DONE) or "").split()


def _as_cookie(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def _opened(cookie: str, key: bytes, about: str) -> str | None:
    try:
        return unseal(key, urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)), about)
    except ValueError:
        return None


def _minute() -> int:
    return int(time.time()) // 60
