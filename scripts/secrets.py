"""Fail when a tracked file holds what looks like a key or a password; nothing leaves the machine.

What was looked at and is no secret stands in .secrets.baseline. `--renew` writes that file anew.
"""

import os
import subprocess
import sys
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.core import baseline
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).parents[1]
BASELINE = ".secrets.baseline"
KINDS = (
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "Base64HighEntropyString",
    "BasicAuthDetector",
    "GitHubTokenDetector",
    "HexHighEntropyString",
    "JwtTokenDetector",
    "KeywordDetector",
    "PrivateKeyDetector",
)
"""What is looked for: what a server like ours may hold. Every kind more makes the search slower."""
NOT_READ = (".png", ".woff2", ".parquet", ".xlsx", ".csv", ".po")
"""Endings of pictures, fonts, figures of the synthetic city and translations."""

_NAME = "^([a-z]+(_[a-z]+)*|[A-Z]+(_[A-Z]+)*)$"

# Filters that ask a service whether a secret found works are left out: that would send it away.
_SETTINGS = {
    "plugins_used": [{"name": name} for name in KINDS],
    "filters_used": [
        {"path": f"detect_secrets.filters.heuristic.{name}"}
        for name in (
            "is_likely_id_string",
            "is_not_alphanumeric_string",
            "is_potential_uuid",
            "is_prefixed_with_dollar_sign",
            "is_sequential_string",
            "is_templated_secret",
        )
    ]
    # Names that programs use, such as "password_changed", are none.
    + [{"path": "detect_secrets.filters.regex.should_exclude_secret", "pattern": [_NAME]}],
}


def tracked() -> list[str]:
    """Return the files with text that git keeps; the program ends where git keeps none."""
    told = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True)
    if told.returncode:
        sys.exit(f"secrets are searched in what git keeps, and git says: {told.stderr.strip()}")
    names = [name for name in told.stdout.split("\0") if name and name != BASELINE]
    return [name for name in names if not name.endswith(NOT_READ) and Path(name).is_file()]


def search() -> SecretsCollection:
    """Return what in the tracked files looks like a secret."""
    found = SecretsCollection()
    found.scan_files(*tracked(), num_processors=os.cpu_count() or 1)
    return found


def check() -> int:
    """Print where something new looks like a secret, never the secret; return the exit code."""
    new = search() - SecretsCollection.load_from_baseline(baseline.load_from_file(BASELINE))
    for name, secret in sorted(new, key=lambda one: (one[0], one[1].line_number)):
        print(f"{name}:{secret.line_number}: looks like a secret ({secret.type})")
    if new:
        print("Take it out and have a new one made. If it is no secret: python scripts/secrets.py --renew")
    return 1 if new else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    with transient_settings(_SETTINGS):
        if sys.argv[1:] == ["--renew"]:
            baseline.save_to_file(search(), BASELINE)
        else:
            sys.exit(check())
