"""Events of single pupils become totals: at the provider's own premises, or on arrival at the city.

Events with tokens enter, tables of totals leave; no row about a pupil is kept or returned. The provider's
tool (`python -m mirrors prepare`) also replaces each pupil's id by a token that only the
provider's key gives.
"""

from mirrors.prepare.reduction import NoHalfDays, reduce_events

__all__ = ["NoHalfDays", "reduce_events"]
