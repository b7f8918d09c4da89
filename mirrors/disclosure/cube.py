"""The protected cube: everything a snapshot holds, made under the rules, audited, and made safe."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from mirrors.benchmark.alarm import SchoolYears
from mirrors.benchmark.benchmark import Benchmark
from mirrors.definitions import Indicator, Profile
from mirrors.disclosure import masking
from mirrors.disclosure.audit import Audited, Older, audit, protected
from mirrors.disclosure.protection import Protection
from mirrors.disclosure.publication import of_pupils, protect
from mirrors.disclosure.rules import Rules
from mirrors.disclosure.seen_survey import ABOUT
from mirrors.disclosure.told import READ, Tables

TABLES = (*READ, *ABOUT, "setting", "masking")
"""The tables of an earlier snapshot that the audit reads beside the new ones."""


def protected_cube(
    benchmark: Benchmark,
    indicators: dict[str, Indicator],
    profile: Profile,
    when: datetime,
    rules: Rules,
    earlier: Sequence[Tables] = (),
) -> dict[str, pd.DataFrame]:
    """Return the tables of a snapshot from which nobody can work out a small number of pupils.

    `earlier` are the tables of the snapshots before it, which readers have seen too. The table masking tells
    what was masked. Raises NotProtected where a small number can be told whatever is left out.
    """
    older = [Older(tables, masking.protection_of(tables)) for tables in earlier]

    def make(under: Protection) -> dict[str, pd.DataFrame]:
        return of_pupils(benchmark, indicators, under)

    def look_at(tables: Tables, under: Protection, chosen: SchoolYears | None) -> Audited:
        return audit(benchmark, indicators, tables, under, older, chosen)

    under, found = protected(make, look_at, Protection(rules))
    tables = protect(benchmark, indicators, profile, when, under)
    return {**tables, "masking": masking.table(tables, benchmark.within.groups, under, found)}
