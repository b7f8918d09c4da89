"""The way in and the way out: a code, what is told first, and where somebody can turn at the end."""

from dataclasses import dataclass, field, replace
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from mirrors.answering import house
from mirrors.answering.forms import Fields, ForeignForm, first, received
from mirrors.answering.guesses import Guesses
from mirrors.answering.paper import (
    done_here,
    drop_sitting,
    keep_sitting,
    mark,
    onward,
    sheet,
    sitting_of,
    told,
)
from mirrors.answering.sitting import OPEN, Sitting
from mirrors.doors.address import PublicAddress
from mirrors.doors.paper import language
from mirrors.locale import Language
from mirrors.store.trouble import StoreTrouble
from mirrors.survey.answers import Admission, Closed, Spent
from mirrors.survey.codes import typed
from mirrors.survey.parts import HelpContact
from mirrors.survey.questionnaire import load_help
from mirrors.survey.wave import WrongWave

CODE, ANEW, GO_ON = "code", "anew", "go_on"


@dataclass(frozen=True)
class Entrance:
    """The pages before and after the questions."""

    address: PublicAddress
    guesses: Guesses = field(default_factory=Guesses)

    async def show(self, request: Request) -> Response:
        """Ask for the code."""
        return _ask(request)

    async def enter(self, request: Request) -> Response:
        """Take the code, and begin."""
        try:
            fields = await received(request, self.address)
        except ForeignForm:
            return _ask(request, language(request).text("Please type the code here once more."), 403)
        return await run_in_threadpool(self._enter, request, fields)

    async def opening(self, request: Request) -> Response:
        """Tell who asks, and who sees what."""
        return await run_in_threadpool(self._opening, request)

    async def stop(self, request: Request) -> Response:
        """Throw away what was filled in."""
        answer = onward(request, "")
        drop_sitting(answer)
        return answer

    async def thanks(self, request: Request) -> Response:
        """Say thanks, and where somebody can turn."""
        return await run_in_threadpool(self._closing, request, True)

    async def help(self, request: Request) -> Response:
        """Say where somebody can turn, in the middle of the questions too."""
        return await run_in_threadpool(self._closing, request, False)

    def _enter(self, request: Request, fields: Fields) -> Response:
        say, code = language(request), typed(first(fields, CODE)[:40])
        sender = request.client.host if request.client else ""
        if code and not self.guesses.is_heard(sender):
            many = say.text("Many wrong codes were typed here. Please wait ten minutes, then type it again.")
            return _ask(request, many, 429)
        try:
            admission = house.here().answers.admission(code) if code else None
        except Closed:
            return _ask(request, say.text("This questionnaire is not open today."), 403)
        except Spent:
            return _ask(request, say.text("This code was used. A code of this kind works once."), 403)
        except StoreTrouble:
            return _ask(request, say.text("That did not work just now. Please try again in a minute."), 503)
        if admission is None or code is None:
            if code:
                self.guesses.count(sender)
            return _ask(request, say.text("There is no such code. Look at the signs once more."), 404)
        return self._admit(request, fields, admission, code)

    def _admit(self, request: Request, fields: Fields, admission: Admission, code: str) -> Response:
        here = sitting_of(request)
        if here is not None and here.admission == replace(admission, label=""):
            if admission.once or GO_ON in fields:
                # Whoever holds a class code may be somebody else: earlier pages are not shown again.
                resumed = here if admission.once else replace(here, first=here.reached)
                return self._begin(request, resumed, f"/page/{resumed.reached}")
            if ANEW not in fields and here.reached > 1:
                return _ask_who(request, code, here.reached)
        was_here = mark(admission.wave_id, admission.group) in done_here(request)
        if was_here and not admission.once and ANEW not in fields:
            return _ask_twice(request, code)
        wave = house.here().answers.wave(admission.wave_id)
        asked = house.here().answers.questionnaire(admission.wave_id, admission.group)
        signs = OPEN * len(asked.asked(wave.form))
        new = Sitting(admission.wave_id, admission.group, wave.form, admission.once, signs)
        return self._begin(request, new, "/opening")

    def _begin(self, request: Request, sitting: Sitting, path: str) -> Response:
        answer = onward(request, path)
        keep_sitting(answer, sitting, self.address)
        return answer

    def _opening(self, request: Request) -> Response:
        sitting, say = sitting_of(request), language(request)
        if sitting is None:
            return onward(request, "")
        asked = house.here().answers.questionnaire(sitting.wave, sitting.group)
        opening = asked.opening
        texts = (opening.asks, opening.anonymous, opening.sees, opening.stop, opening.no_help)
        return sheet(
            request,
            "opening.html",
            title=told(asked.title, say),
            texts=[told(text, say) for text in texts],
            begin=say.text("Begin"),
        )

    def _closing(self, request: Request, is_end: bool) -> Response:
        say, sitting, done = language(request), sitting_of(request), done_here(request)
        wave_id, group = (sitting.wave, sitting.group) if sitting else ("", "")
        if is_end or not sitting:
            wave_id, _, group = done[-1].partition("/") if done else ("", "", "")
        try:
            wave = house.here().answers.wave(wave_id)
            asked = house.here().answers.questionnaire(wave_id, group)
        except WrongWave:
            return onward(request, "")
        contacts = load_help(wave.jurisdiction, house.here().folder, group)
        closing = asked.closing
        return sheet(
            request,
            "closing.html",
            title=told(closing.thanks, say) if is_end else say.text("Somebody to talk to"),
            sent=say.text("Your answers were sent. You can close this page.") if is_end else "",
            text=told(closing.text, say),
            at_school=f"{told(closing.at_school, say)} {wave.at_school}" if wave.at_school else "",
            contacts=[_drawn(contact, say) for contact in contacts],
            back=("", "") if is_end or not sitting else (_page(request, sitting), say.text("Back")),
        )


def _page(request: Request, sitting: Sitting) -> str:
    return onward(request, f"/page/{sitting.reached}").headers["location"]


def _drawn(contact: HelpContact, say: Language) -> dict[str, str]:
    number = contact.telephone
    dial = quote(number.replace(" ", ""))
    return {"name": contact.name, "number": number, "dial": dial, "web": contact.web} | {
        "site": contact.web.removeprefix("https://").removeprefix("www."),
        "text": told(contact.text, say),
    }


def _ask(request: Request, trouble: str = "", status: int = 200) -> Response:
    say = language(request)
    return sheet(
        request,
        "entrance.html",
        title=say.text("Questions about your school"),
        status=status,
        opening=say.text("Type the code that you were given."),
        button=say.text("Go on"),
        trouble=trouble,
    )


def _ask_who(request: Request, code: str, page: int) -> Response:
    say = language(request)
    return _choice(
        request,
        code,
        say.text("Somebody stopped halfway"),
        say.text("On this device somebody came to page {page} and did not finish. Was that you?", page=page),
        ((GO_ON, say.text("Yes, I go on")), (ANEW, say.text("No, I start anew"))),
    )


def _ask_twice(request: Request, code: str) -> Response:
    say = language(request)
    return _choice(
        request,
        code,
        say.text("This device was used already"),
        say.text("These questions were answered on this device. Everybody answers once."),
        ((ANEW, say.text("I have not answered yet")),),
    )


def _choice(
    request: Request, code: str, title: str, opening: str, buttons: tuple[tuple[str, str], ...]
) -> Response:
    stop = language(request).text("I have answered: to the last page")
    return sheet(
        request,
        "choice.html",
        title=title,
        opening=opening,
        code=code,
        buttons=buttons,
        done=stop if len(buttons) == 1 else "",
    )
