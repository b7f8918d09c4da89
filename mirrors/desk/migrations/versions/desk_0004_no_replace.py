"""A row of a log is not replaced either."""

from mirrors.desk.migrations.growing import refuses_known

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Guard the log of the desk and the audit log against rows that take another's place."""
    refuses_known("entry", "number", "the log of the desk only grows")
    refuses_known("audit", "id", "the audit log only grows")
