"""Members of a whole that are hidden together, so that nobody works one out from the others."""

import numpy as np
import pandas as pd

from mirrors.benchmark.panel import Bools


def hidden_together(rows: pd.DataFrame, whole: list[str], hidden: Bools, size: str, least: float) -> Bools:
    """Return which rows to hide: those of `hidden`, and others of the same `whole` beside them.

    The whole is told elsewhere, and what is shown of it can be taken away. So when any member is hidden, the
    smallest others follow until there are two and their `size` together is at least `least`.
    """
    if rows.empty:
        return hidden
    sizes = np.nan_to_num(rows[size].to_numpy(float))
    number = rows.groupby(whole, sort=False).ngroup().to_numpy()
    order = np.lexsort((sizes, ~hidden, number))
    ordered = pd.DataFrame({"number": number[order], "size": sizes[order], "hidden": hidden[order]})
    grouped = ordered.groupby("number", sort=False)
    before = grouped["size"].cumsum() - ordered["size"]
    follows = (grouped.cumcount() < 2) | (before < least)
    hide = ordered["hidden"] | (grouped["hidden"].transform("any") & follows)
    result = np.empty(len(rows), dtype=bool)
    result[order] = hide.to_numpy()
    return result
