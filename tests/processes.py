"""Another process that works on the same store."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


@contextmanager
def another_process(store: Path, does: str = "sys.stdin.read()") -> Iterator[subprocess.Popen[str]]:
    """Run a process that holds the store for a job, says so, and then `does` something with its `facts`.

    It ends with the block at the latest, once what it reads is at its end.
    """
    code = (
        "import os, sys; from pathlib import Path; from mirrors.store import write_facts\n"
        f"with write_facts(Path({str(store)!r})) as facts:\n"
        "    print('open', flush=True)\n"
        f"    {does}\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.communicate()
