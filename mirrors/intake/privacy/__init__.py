"""Nothing personal gets in: columns, cells and margins of a file are searched before anything else is done.

A `SourceFile` and what is known about its columns enter; findings leave, which tell where and what kind,
never a value. Whoever reads files may knock.
"""

from mirrors.intake.privacy.gate import find_personal_data
from mirrors.intake.privacy.groups import small_groups
from mirrors.intake.privacy.headers import (
    names_schools,
    numbers_schools,
    survey_metadata,
    tells_respondent,
    tool_columns,
)
from mirrors.intake.privacy.margins import safe_name
from mirrors.intake.privacy.texts import looks_personal
from mirrors.intake.privacy.uses import ColumnUse, column_uses

__all__ = [
    "ColumnUse",
    "column_uses",
    "find_personal_data",
    "looks_personal",
    "names_schools",
    "numbers_schools",
    "safe_name",
    "small_groups",
    "survey_metadata",
    "tells_respondent",
    "tool_columns",
]
