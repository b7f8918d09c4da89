"""The code of an authenticator app: six digits of this half minute, each good once (RFC 6238)."""

from datetime import UTC, datetime

STEP = 30
ISSUER = "School Mirrors"


def new_secret() -> str:
    """Return a new secret to share with an authenticator app."""
    from pyotp import random_base32

    return random_base32()


def address(secret: str, sign_in: str) -> str:
    """Return what an authenticator app reads from a QR code."""
    from pyotp import TOTP

    return TOTP(secret).provisioning_uri(name=sign_in, issuer_name=ISSUER)


def step_of(secret: str, code: str, at: datetime, last: int) -> int | None:
    """Return the half minute that a code is of, or None when it is wrong or was used before.

    The half minutes just before and after count too, as clocks differ; `last` is the last one that was used.
    """
    from pyotp import HOTP
    from pyotp.utils import strings_equal

    given = "".join(code.split())
    here = int(at.replace(tzinfo=UTC).timestamp()) // STEP
    fits = [step for step in (here - 1, here, here + 1) if strings_equal(HOTP(secret).at(step), given)]
    return next((step for step in fits if step > last), None)
