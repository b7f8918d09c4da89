"""What Alembic runs: the migrations, on the connection it was given."""

from alembic import context

from mirrors.desk.tables import METADATA


def run() -> None:
    """Run the migrations on the connection that the configuration carries."""
    context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()


run()
