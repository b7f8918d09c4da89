"""Read Parquet files."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mirrors.intake.finding import Finding, Refused
from mirrors.intake.reading.table import TEXTS, FileContent, SourceTable, source_table
from mirrors.intake.rules import Problem
from mirrors.intake.values import number_text


def read_parquet(file: FileContent) -> SourceTable:
    """Return the table in a Parquet file, every value as text; raises Refused."""
    try:
        table = pq.read_table(pa.BufferReader(file.content))
        columns = [_texts(column) for column in table.columns]
        header = tuple(table.column_names)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Refused([Finding(Problem.BROKEN, file.name)]) from error
    lines = pa.array(np.arange(2, table.num_rows + 2))
    return source_table(file.name, None, header, columns, lines, point_is_decimal=False)


def _texts(column: pa.ChunkedArray) -> pa.DictionaryArray:
    plain = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    texts = column if plain else column.cast(pa.string())
    # A damaged file may hold bytes that are no text.
    texts.validate(full=True)
    whole = texts.cast(pa.string()).dictionary_encode().unify_dictionaries().combine_chunks()
    if not isinstance(whole, pa.Array):
        return pa.array([], TEXTS)
    return _number_texts(whole) if _has_decimals(column.type) else whole


def _has_decimals(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _number_texts(column: pa.DictionaryArray) -> pa.DictionaryArray:
    texts = pa.array(map(number_text, column.dictionary.to_pylist()), pa.string())
    return texts.take(column.indices).dictionary_encode()
