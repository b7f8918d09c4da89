"""The questions, one theme a page, and at the end where it feels less safe."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from mirrors.answering import house
from mirrors.answering.forms import Fields, ForeignForm, first, received
from mirrors.answering.paper import (
    drop_sitting,
    keep_done,
    keep_sitting,
    onward,
    sheet,
    sitting_of,
    told,
)
from mirrors.answering.sitting import NOT_SAID, NOWHERE, Sitting
from mirrors.doors.address import PublicAddress
from mirrors.doors.paper import language
from mirrors.locale import Language
from mirrors.store.trouble import StoreTrouble
from mirrors.survey.answers import Closed, Full, Spent
from mirrors.survey.parts import Theme
from mirrors.survey.questionnaire import FormName, Item, Questionnaire

_SIGNS = ("0", "1", "2", "3", "4", NOT_SAID)
PLACE, TO = "place", "to"
_BACK = "back"


@dataclass(frozen=True)
class _Asked:
    """The pages of one questionnaire: a theme each, then the places."""

    questionnaire: Questionnaire
    form: FormName

    @cached_property
    def themes(self) -> tuple[tuple[Theme, tuple[Item, ...]], ...]:
        return self.questionnaire.by_theme(self.form)

    @property
    def pages(self) -> int:
        return len(self.themes) + 1

    def numbered(self, page: int) -> list[tuple[int, Item]]:
        """Return the items of a page with their place in the form; none on the last page."""
        start = sum(len(items) for _, items in self.themes[: page - 1])
        items = self.themes[page - 1][1] if page < self.pages else ()
        return list(enumerate(items, start))


@dataclass(frozen=True)
class Questions:
    """The pages with questions."""

    address: PublicAddress

    async def show(self, request: Request) -> Response:
        """Draw a page, with what was filled in on it before."""
        sitting = sitting_of(request)
        if sitting is None:
            return onward(request, "")
        asked, page = _asked(sitting.wave, sitting.group, sitting.form), request.path_params["page"]
        fits = min(max(page, sitting.first), sitting.reached, asked.pages)
        return onward(request, f"/page/{fits}") if fits != page else _draw(request, sitting, asked, page)

    async def take(self, request: Request) -> Response:
        """Take what was filled in on a page, and go to the next one, or back."""
        sitting = sitting_of(request)
        if sitting is None:
            return onward(request, "")
        asked, page = _asked(sitting.wave, sitting.group, sitting.form), request.path_params["page"]
        if not sitting.first <= page <= min(sitting.reached, asked.pages):
            return onward(request, f"/page/{sitting.reached}")
        try:
            fields = await received(request, self.address)
        except ForeignForm:
            return onward(request, f"/page/{page}")
        filled = _filled(sitting, asked, page, fields)
        if first(fields, TO) == _BACK:
            return self._keep(request, filled, max(page - 1, sitting.first))
        if page < asked.pages:
            return self._keep(request, replace(filled, reached=max(page + 1, filled.reached)), page + 1)
        return await run_in_threadpool(self._hand_in, request, filled, asked)

    def _keep(self, request: Request, sitting: Sitting, page: int) -> Response:
        answer = onward(request, f"/page/{page}")
        keep_sitting(answer, sitting, self.address)
        return answer

    def _hand_in(self, request: Request, sitting: Sitting, asked: _Asked) -> Response:
        say = language(request)
        try:
            house.here().answers.hand_in(sitting.admission, sitting.sheet(asked.questionnaire))
        except Closed:
            return _refused(request, say.text("The questionnaire was closed before your answers were sent."))
        except Spent:
            return _refused(request, say.text("This code was used. A code of this kind works once."))
        except Full:
            return _refused(request, say.text("More answers came than people were asked. Tell your school."))
        except StoreTrouble:
            again = _draw(
                request,
                sitting,
                asked,
                asked.pages,
                say.text("Your answers could not be sent just now. Please try again in a minute."),
            )
            keep_sitting(again, sitting, self.address)
            return again
        answer = onward(request, "/thanks")
        keep_done(request, answer, sitting, self.address)
        drop_sitting(answer)
        return answer


@lru_cache(maxsize=256)
def _asked(wave_id: str, group: str, form: FormName) -> _Asked:
    return _Asked(house.here().answers.questionnaire(wave_id, group), form)


def _filled(sitting: Sitting, asked: _Asked, page: int, fields: Fields) -> Sitting:
    for number, item in asked.numbered(page):
        sign = first(fields, item.id)
        if sign in _SIGNS:
            sitting = sitting.answered(number, sign)
    if page < asked.pages:
        return sitting
    known = {place.id for place in asked.questionnaire.places}
    places = sorted(set(fields.get(PLACE, [])) & known)
    nowhere = [NOWHERE] if NOWHERE in fields.get(PLACE, []) and not places else []
    return replace(sitting, places=tuple(places + nowhere))


def _draw(request: Request, sitting: Sitting, asked: _Asked, page: int, trouble: str = "") -> Response:
    say, is_last = language(request), page == asked.pages
    common: dict[str, Any] = {
        "progress": say.text("Page {page} of {pages}", page=page, pages=asked.pages),
        "page": page,
        "pages": asked.pages,
        "trouble": trouble,
        "back": say.text("Back") if page > sitting.first else "",
        "onward": say.text("Send my answers") if is_last else say.text("Next"),
        "stop": say.text("Stop and throw away my answers"),
    }
    if is_last:
        return _draw_places(request, sitting, asked, common)
    theme, _ = asked.themes[page - 1]
    return sheet(
        request,
        "theme.html",
        title=told(theme.title, say),
        questions=[_drawn(item, sitting.signs[n], asked, say) for n, item in asked.numbered(page)],
        **common,
    )


def _draw_places(request: Request, sitting: Sitting, asked: _Asked, common: dict[str, Any]) -> Response:
    say, hotspot = language(request), asked.questionnaire.hotspot
    places = [(place.id, told(place.text, say)) for place in asked.questionnaire.places]
    return sheet(
        request,
        "places.html",
        title=told(asked.questionnaire.last, say),
        question=told(hotspot.text, say),
        places=[*places, (NOWHERE, told(hotspot.nowhere, say))],
        chosen=sitting.places,
        **common,
    )


def _drawn(item: Item, sign: str, asked: _Asked, say: Language) -> dict[str, object]:
    scale = asked.questionnaire.scales[item.scale]
    labels = [told(option, say) for option in scale.options] + [told(asked.questionnaire.rather_not, say)]
    return {
        "id": item.id,
        "text": told(item.text, say),
        "lead": told(scale.lead, say),
        "options": list(zip(_SIGNS, labels, strict=True)),
        "chosen": sign,
    }


def _refused(request: Request, why: str) -> Response:
    answer = sheet(request, "refused.html", title=language(request).text("Not sent"), status=409, trouble=why)
    drop_sitting(answer)
    return answer
