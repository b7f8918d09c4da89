"""A key or a password that somebody puts into a file of the project is found before it leaves."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Put together here, so that this file holds none.
WORDS = ("correct", "horse", "41", "staple")
PASSWORD = "-".join(WORDS)
KEYS = {
    "password": f'password = "{PASSWORD}"',
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "access key": 'key = "AKIA' + 'QYLPMN5HHHFPZAM2"',
    "random text": f'value = "{hashlib.sha256(b"any").hexdigest()}"',
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one harmless file, searched as ours is."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "secrets.py", tmp_path / "scripts")
    (tmp_path / "city.py").write_text('name = "Waterstad"\n')
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    assert search(tmp_path, "--renew").returncode == 0
    return tmp_path


def search(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(project / "scripts" / "secrets.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def write(project: Path, name: str, text: str) -> None:
    (project / name).write_text(text)
    subprocess.run(["git", "add", name], cwd=project, check=True)


def test_a_harmless_project_passes(project: Path) -> None:
    done = search(project)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("planted", KEYS.values(), ids=KEYS)
def test_a_planted_secret_is_found(project: Path, planted: str) -> None:
    write(project, "settings.py", f"# settings\n{planted}\n")
    done = search(project)
    assert done.returncode == 1
    assert "settings.py:2: looks like a secret" in done.stdout


def test_a_name_that_programs_use_is_no_secret(project: Path) -> None:
    write(project, "events.py", 'PASSWORD_CHANGED = "password_changed"\n')
    assert search(project).returncode == 0


def test_the_secret_itself_is_not_printed(project: Path) -> None:
    write(project, "settings.py", f"{KEYS['password']}\n")
    done = search(project)
    assert "settings.py:1" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr


def test_what_was_looked_at_once_passes_also_on_another_line(project: Path) -> None:
    write(project, "settings.py", f"{KEYS['password']}\n")
    search(project, "--renew")
    assert search(project).returncode == 0
    write(project, "settings.py", f"# moved\n{KEYS['password']}\n")
    assert search(project).returncode == 0
    write(project, "settings.py", f"{KEYS['password'].replace('41', '42')}\n")
    assert search(project).returncode == 1


def test_a_file_that_git_does_not_keep_is_not_read(project: Path) -> None:
    (project / "notes.py").write_text(KEYS["password"])
    assert search(project).returncode == 0
