"""Integer programs that differ in what is asked of them only, for HiGHS.

The solver is given its rows once and starts every search from where the last one ended: three times as fast
as making a new model for each of thousands of questions, which is all that scipy offers.
"""

import highspy
import numpy as np
from scipy.sparse import csr_array

from mirrors.benchmark.panel import Bools, Floats


class Program:
    """Numbers (n,) from nought to `most` whose sums, `matrix` (m, n), lie from `low` to `high`."""

    def __init__(self, matrix: Floats, low: Floats, high: Floats, most: Floats) -> None:
        rows, number = matrix.shape
        sparse = csr_array(matrix)
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = rows, number
        model.col_cost_ = np.zeros(number)
        model.col_lower_, model.col_upper_ = np.zeros(number), most
        model.row_lower_, model.row_upper_ = low, high
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = sparse.indptr, sparse.indices
        model.a_matrix_.value_ = sparse.data
        self._columns = np.arange(number, dtype=np.int32)
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._solver.silent()
        # One search is short; threads of the solver would only fight over the processors.
        self._solver.setOptionValue("threads", 1)
        self._solver.passModel(model)

    def least(self, cost: Floats, whole: Bools | None = None) -> Floats | None:
        """Return the numbers, (n,), that cost least, those of `whole` without a fraction; None for none."""
        number = len(self._columns)
        self._solver.changeColsCost(number, self._columns, cost)
        if whole is not None:
            self._ask_for(whole)
        self._solver.run()
        solved = self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found = np.array(self._solver.getSolution().col_value) if solved else None
        if whole is not None:
            self._ask_for(np.zeros(number, dtype=bool))
        return found

    def _ask_for(self, whole: Bools) -> None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        asked = np.array([kinds[int(each)] for each in whole])
        self._solver.changeColsIntegrality(len(asked), self._columns, asked)
