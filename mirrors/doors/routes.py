"""The addresses of the doors."""

from pathlib import Path

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from mirrors.doors.address import DEMO_DOOR, INVITATION, MY_ACCOUNT, SIGN_IN, SIGN_OUT, PublicAddress
from mirrors.doors.cookies import Claims
from mirrors.doors.my_account import MyAccountDoor
from mirrors.doors.passwords import PasswordDoor
from mirrors.doors.signing_in import SignInDoor

_LOOK = Path(__file__).with_name("look")


def routes(address: PublicAddress, claims: Claims) -> list[BaseRoute]:
    """Return every address that is answered with a form, and what the forms look like."""
    signing_in, passwords, mine = SignInDoor(address), PasswordDoor(address), MyAccountDoor(address, claims)
    return [
        Route(SIGN_IN, signing_in.show, methods=["GET"]),
        Route(SIGN_IN, signing_in.sign_in, methods=["POST"]),
        Route(DEMO_DOOR, signing_in.demo, methods=["POST"]),
        Route(INVITATION, passwords.show, methods=["GET"]),
        Route(INVITATION, passwords.choose, methods=["POST"]),
        Route(MY_ACCOUNT, mine.show, methods=["GET"]),
        Route(MY_ACCOUNT, mine.change, methods=["POST"]),
        Route(SIGN_OUT, mine.sign_out, methods=["POST"]),
        Mount("/doors", StaticFiles(directory=_LOOK)),
    ]
