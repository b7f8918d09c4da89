"""What was masked in a snapshot and why, for who publishes and who advises."""

from dataclasses import dataclass

from mirrors.access import Viewer
from mirrors.store import Snapshot

SURVEY = "survey "
"""What stands before the group that was asked, where figures of a survey were masked."""


@dataclass(frozen=True)
class Masked:
    """Figures of one school, year and breakdown that were masked.

    `kind` is "primary" (too few pupils), "secondary" (beside one of those), "coarser" or "dropped" (a small
    number of pupils could else be worked out); `cells` says how many, never what they are.
    """

    school_id: str
    school_year: str
    breakdown: str
    kind: str
    reason: str
    cells: int


def masking_view(snapshot: Snapshot, viewer: Viewer) -> tuple[Masked, ...]:
    """Return everything that was masked, by school and year; raises NotAllowed for a school team."""
    viewer.require_city_staff()
    rows = snapshot.rows("masking", order_by="school_id, school_year, breakdown, kind")
    return tuple(Masked(**{**row, "cells": int(row["cells"])}) for row in rows)
