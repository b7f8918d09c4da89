"""Waterstad, an invented city: schools and pupils are drawn at random and only aggregates are written.

A seed enters; contract files for intake and a file of planted truth leave. Nothing here describes a real
school or pupil. The command line and the tests may knock; pages and views never do.
"""

from mirrors.sample.files import write_sample

__all__ = ["write_sample"]
