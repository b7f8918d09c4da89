"""What a school's team fills in on the checklist: a row an item that was looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of the checklists."""
    op.create_table(
        "checklist_entry",
        sa.Column("school_id", sa.String, primary_key=True),
        sa.Column("item", sa.String, primary_key=True),
        sa.Column("answer", sa.String, nullable=False),
        sa.Column("evidence", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("review_on", sa.Date),
        sa.Column("changed_on", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
