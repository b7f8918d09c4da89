"""What only a provider can count from its own registers, in the sample city: rows of the contract `measure`.

What the simulated pupils tell is counted; the rest is drawn from each school's habits and never contradicts
the other tables.
"""

from mirrors.sample.measures.rows import measures
from mirrors.sample.measures.ways import Stories, Ways, choose_stories, school_ways

__all__ = ["Stories", "Ways", "choose_stories", "measures", "school_ways"]
