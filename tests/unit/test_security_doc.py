"""What docs/security.md tells an administrator to write or to expect is what the product does."""

import re
import textwrap
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from mirrors.access import Role
from mirrors.access.city_sessions import IDLE, LONGEST
from mirrors.access.passwords import SHORTEST
from mirrors.access.provider import provider_settings, viewer_of
from mirrors.access.throttle import BY_NAME, BY_NAME_ALONE, LOCKED_FOR

TEXT = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")


def block(before: str) -> str:
    """The indented example that follows the words `before`."""
    found = re.search(rf"{re.escape(before)}\n\n((?:    .*\n)+)", TEXT)
    assert found is not None
    return textwrap.dedent(found[1])


def test_the_example_of_a_citys_settings_is_read(tmp_path: Path) -> None:
    (tmp_path / "access.yaml").write_text(block("and `access.yaml`:"), encoding="utf-8")
    settings = provider_settings(tmp_path)
    assert settings is not None
    assert set(settings.roles.values()) == set(Role)
    claims = {"iss": settings.issuer, "sub": "1", "iat": 1, "exp": 4e9, "name": "An"}
    told = {**claims, "roles": ["mirrors-school"], "groups": ["school-017", "choir"]}
    viewer = viewer_of(told, settings, datetime(2026, 1, 1))
    assert viewer is not None
    assert (viewer.role, viewer.school_ids) == (Role.SCHOOL_TEAM, {"017"})
    assert viewer_of({**claims, "roles": ["cook"]}, settings, datetime(2026, 1, 1)) is None


def test_the_example_of_secrets_is_read() -> None:
    auth = tomllib.loads(block("app's user only) and `access.yaml` in the store's folder."))["auth"]
    assert auth["redirect_uri"].endswith("/oauth2callback")
    assert {"cookie_secret", "client_id", "client_secret", "server_metadata_url"} <= set(auth)


def test_the_limits_told_are_those_in_force() -> None:
    minutes, hours = IDLE // timedelta(minutes=1), LONGEST // timedelta(hours=1)
    assert f"| session | {minutes} minutes without a click, {hours} hours in all;" in TEXT
    assert f"| password | at least {SHORTEST} characters" in TEXT
    assert f"{LOCKED_FOR // timedelta(minutes=1)} minutes of nothing" in TEXT
    assert (BY_NAME.free, BY_NAME.most, BY_NAME_ALONE.most) == (3, 10, 50)
    assert "from the third on a wait that doubles; ten for one name from one address, fifty for" in TEXT


def test_the_table_of_who_may_see_what_can_be_read() -> None:
    lines = TEXT.split("## Who may see what")[1].split("## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert rows[0][0] == "page"
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(re.fullmatch(r"`/[a-z-]+`", row[0]) for row in rows[2:])
    assert {cell for row in rows[2:] for cell in row[1:]} == {"yes", "no"}
