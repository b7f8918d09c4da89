"""What a school team prints: a sheet a class with its code, and a slip an adult, to be drawn from a hat."""

from collections.abc import Iterable
from io import BytesIO

import segno

from mirrors.answering.paper import printed, told
from mirrors.doors.address import PublicAddress
from mirrors.locale import Language
from mirrors.survey.codes import readable
from mirrors.survey.questionnaire import Questionnaire
from mirrors.survey.waves import Code

ANSWER = "/answer"


def link(code: Code, address: PublicAddress, port: int = 8501) -> str:
    """Return the link that opens the questionnaire. The code stands where no server and no log sees it."""
    return f"{address.origin or f'http://localhost:{port}'}{ANSWER}#{readable(code.code)}"


def picture(code: Code, address: PublicAddress, port: int = 8501) -> bytes:
    """Return the QR code of that link (PNG, black on white with its margin)."""
    drawn = BytesIO()
    segno.make(link(code, address, port), error="m").save(drawn, kind="png", scale=8, border=4)
    return drawn.getvalue()


def slips(
    codes: Iterable[Code],
    questionnaires: dict[str, Questionnaire],
    address: PublicAddress,
    say: Language,
    port: int = 8501,
) -> str:
    """Return a page to print (HTML, all in one file): each code with its link and QR code.

    `questionnaires` by group. Codes of adults are in no order: nobody is to note who drew which.
    """
    drawn = [
        {
            "title": told(questionnaires[code.group].title, say),
            "label": code.label,
            "code": readable(code.code),
            "link": link(code, address, port).split("#")[0].removeprefix("https://").removeprefix("http://"),
            "picture": segno.make(link(code, address, port), error="m").svg_inline(scale=4, border=2),
        }
        for code in codes
    ]
    return printed(
        "slips.html",
        language=say.code,
        title=say.text("Codes for the questionnaire"),
        slips=drawn,
        go_to=say.text("Go to"),
        type_code=say.text("and type this code:"),
        scan=say.text("Or point the camera here."),
        anonymous=say.text("Nobody sees who answered what."),
    )
