"""How many planted files the intake lets through, and how many clean files it refuses as personal.

Three sets of files: the corpus the rules were made with, a second one that they were bettered with, and a
held-out one that was written last and changed nothing. Run `.venv/bin/python bench/privacy.py [--list]`.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pyarrow as pa

from bench import privacy_corpus, privacy_held_out, privacy_second
from bench.corpus_files import CorpusFile
from mirrors.definitions import Profile, load_contracts, load_profile
from mirrors.intake import Refused, read_upload
from mirrors.intake.finding import Finding
from mirrors.intake.reading import FileContent
from mirrors.intake.rules import Stage

GOALS = {
    "missed": "0 of the planted files",
    "false_alarms": "0 of the clean files",
    "held_out_missed": "told as it is",
    "held_out_false_alarms": "told as it is",
}


@dataclass(frozen=True)
class Judged:
    """One file, and what of its refusal speaks of personal data."""

    file: CorpusFile
    personal: tuple[Finding, ...]
    taken: bool = False

    @property
    def told(self) -> str:
        """The kinds and columns found."""
        return (
            ", ".join(f"{one.problem}@{one.column or one.detail or '-'}" for one in self.personal)
            or "nothing"
        )


def every_template(profile: str) -> Profile:
    """Return a profile; our templates with every kind of file, also those about single pupils."""
    read = load_profile(profile)
    return read.model_copy(update={"contracts": tuple(load_contracts())}) if read.contracts else read


def judge(file: CorpusFile) -> Judged:
    """Run the whole intake on one file."""
    content = FileContent(file.name, pa.py_buffer(file.content))
    try:
        read_upload([content], every_template(file.profile))
    except Refused as refused:
        return Judged(
            file, tuple(one for one in refused.findings if one.stage is Stage.PRIVACY and one.refuses)
        )
    return Judged(file, (), taken=True)


def table(title: str, files: Iterable[CorpusFile], is_wrong: Callable[[Judged], bool]) -> tuple[int, int]:
    """Print the rate of each kind and, when asked, the files that are wrong; return (wrong, files)."""
    total: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    taken = 0
    for judged in map(judge, files):
        total[judged.file.kind] += 1
        wrong[judged.file.kind] += is_wrong(judged)
        taken += is_wrong(judged) and judged.taken
        if is_wrong(judged) and "--list" in sys.argv[1:]:
            print(f"    {judged.file.name} ({judged.file.kind}): {judged.told}")
    print(
        f"{title}: {wrong.total()} of {total.total()} ({taken} of them taken, the others refused otherwise)"
    )
    for kind in total:
        print(f"  {kind:24}{wrong[kind]:4d} of {total[kind]}")
    return wrong.total(), total.total()


def is_missed(judged: Judged) -> bool:
    """Return whether a planted file passes."""
    return not judged.personal


def is_alarm(judged: Judged) -> bool:
    """Return whether a clean file is refused (or held) as personal."""
    return bool(judged.personal)


def main() -> None:
    """Measure, print the tables and, last, one line for machines."""
    started = time.perf_counter()
    figures: dict[str, int] = {}
    for name, corpus in (("", privacy_corpus), ("second_", privacy_second), ("held_out_", privacy_held_out)):
        words = name.replace("_", " ").strip()
        figures[f"{name}missed"], figures[f"{name}planted"] = table(
            f"missed {words}", corpus.planted(), is_missed
        )
        figures[f"{name}false_alarms"], figures[f"{name}clean"] = table(
            f"false alarms {words}", corpus.clean(), is_alarm
        )
    print(f"{time.perf_counter() - started:.1f} s")
    print(json.dumps({"bench": "privacy", "figures": figures, "goals": GOALS}))


if __name__ == "__main__":
    main()
