"""Who came by the city's own sign-in, so that an administrator can tell whose sessions to end."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of the people of a city's provider."""
    op.create_table(
        "city_person",
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
