"""Pictures of read models: each with its finding, its one-sentence reading and its table.

A read model and a language enter; a `Chart` leaves. Nothing here asks for data or knows who is looking.
"""

from mirrors.charts.chart import Chart, Table

__all__ = ["Chart", "Table"]
