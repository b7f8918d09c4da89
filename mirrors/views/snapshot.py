"""What every page says of the data it shows."""

from dataclasses import dataclass
from datetime import datetime

from mirrors.definitions import Jurisdiction
from mirrors.views.mirror import SchoolName


@dataclass(frozen=True)
class SnapshotView:
    """The snapshot on screen: its number, when it was published, its years and its schools."""

    number: int
    published_at: datetime
    synthetic: bool
    city: str
    jurisdiction: Jurisdiction
    school_years: tuple[str, ...]
    schools: tuple[SchoolName, ...]
