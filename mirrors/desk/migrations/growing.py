"""Triggers that let a table only grow."""

from collections.abc import Mapping

from alembic import op


def only_grows(table: str, saying: str, triggers: Mapping[str, str]) -> None:
    """Refuse to change or delete rows of `table`, in the words of `saying`; `triggers` are named by verb."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE OR REPLACE FUNCTION {table}_only_grows() RETURNS trigger AS"
            f" $$ BEGIN RAISE EXCEPTION '{saying}'; END $$ LANGUAGE plpgsql"
        )
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
        )
        return
    for verb, name in triggers.items():
        op.execute(
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{saying}'); END"
        )


def refuses_known(table: str, key: str, saying: str) -> None:
    """Refuse a row of `table` whose `key` is there already, in the words of `saying`.

    SQLite's REPLACE takes the older row away without asking the trigger on deletes.
    """
    if op.get_bind().dialect.name == "postgresql":
        return
    op.execute(
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
        f" BEGIN SELECT RAISE(ABORT, '{saying}'); END"
    )
