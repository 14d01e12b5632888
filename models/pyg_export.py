"""Convert the graph's Parquet files (`lodestar tables FOLDER`) to a PyTorch Geometric `HeteroData`.

Node n of a label is row n of its file. Another export of the same graph may write the rows in another order, so keep
`ids`.
"""

from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import torch
from torch import Tensor
from torch_geometric.data import HeteroData

ENDPOINT_COLUMNS = ("source_id", "source_label", "target_id", "target_label")


def read_hetero_data(folder: Path) -> HeteroData:
    """All nodes and relationships of the folder; labels and types without rows are left out.

    For each label: `x` (N, F) float32, the numbers, yes/no values and moments (days since 1970) of `columns`, missing
    ones 0; `ids`. For each (label, TYPE, label): `edge_index` (2, E) and `edge_attr` (E, F) of its `columns`, likewise.
    """
    data = HeteroData()
    ids: dict[str, pa.Array] = {}
    for path in sorted((folder / "nodes").glob("*.parquet")):
        table = pq.read_table(path)
        if table.num_rows:
            label = unquote(path.stem)
            ids[label] = table["id"].combine_chunks()
            data[label].x, data[label].columns = _read_numbers(table.drop_columns("id"))
            data[label].ids = ids[label].to_pylist()
    for path in sorted((folder / "edges").glob("*.parquet")):
        table = pq.read_table(path)
        ends = table.select(["source_label", "target_label"]).group_by(["source_label", "target_label"]).aggregate([])
        for pair in ends.to_pylist():
            _add_edges(data, ids, unquote(path.stem), table, (pair["source_label"], pair["target_label"]))
    return data


def _add_edges(data: HeteroData, ids: dict[str, pa.Array], kind: str, table: pa.Table, ends: tuple[str, str]) -> None:
    source, target = ends
    own = table.filter(pc.and_(pc.equal(table["source_label"], source), pc.equal(table["target_label"], target)))
    places = [
        pc.index_in(own[column], value_set=ids[label]).to_numpy()
        for column, label in (("source_id", source), ("target_id", target))
    ]
    store = data[source, kind, target]
    store.edge_index = torch.from_numpy(np.stack(places).astype(np.int64))
    store.edge_attr, store.columns = _read_numbers(own.drop_columns(list(ENDPOINT_COLUMNS)))


def _read_numbers(table: pa.Table) -> tuple[Tensor, list[str]]:
    """The columns that are numbers, (rows, columns) float32, and their names."""
    found = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_timestamp(column.type):
            column = pc.divide(pc.cast(pc.cast(column, pa.int64()), pa.float64()), 86_400e6)
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type):
            found[name] = pc.fill_null(pc.cast(column, pa.float64()), 0.0).to_numpy()
    matrix = np.stack(list(found.values()), 1) if found else np.zeros((table.num_rows, 0))
    return torch.from_numpy(matrix.astype(np.float32)), list(found)
