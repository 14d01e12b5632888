"""Fitted models on disk: a JSON header and the arrays it names, `parameters-HASH.npz`.

The header is replaced last, so that a reader finds either the old model or the new one, complete. Arrays are loaded
without pickle.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from graph.errors import SetupFailed

Parameters = Mapping[str, NDArray[Any]]


class StorableModel(Protocol):
    """A model that can be stored."""

    @property
    def name(self) -> str:
        """Name by which users select the model."""
        ...

    notes: tuple[str, ...]

    def parameters(self) -> Parameters:
        """Return all fitted values as arrays."""
        ...


class StoredModel(NamedTuple):
    """A stored model.

    Attributes:
        header: content of the JSON file.
        parameters: arrays by name.
        version: changes with the parameters.
        fitted_at: time of the fit, UTC.
        figures: measured at the fit, by name.
    """

    header: dict[str, object]
    parameters: dict[str, NDArray[np.generic]]
    version: str
    fitted_at: datetime
    figures: Mapping[str, float]

    @property
    def name(self) -> str:
        """Name of the model's class, as its registry has it."""
        return str(self.header["name"])

    def read_texts(self, field: str) -> tuple[str, ...]:
        """Return a list of texts of the header."""
        values = self.header[field]
        return tuple(str(value) for value in values) if isinstance(values, list) else ()


def save_model(
    model: StorableModel, path: Path, extra_fields: Mapping[str, object], figures: Mapping[str, float] | None = None
) -> None:
    """Store a model, replacing the one that is there: `path` becomes its header, which holds `extra_fields` besides."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = _pack_arrays(model.parameters())
    arrays = f"parameters-{hashlib.sha256(content).hexdigest()[:16]}.npz"
    header = {
        "name": model.name,
        **extra_fields,
        "notes": model.notes,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "figures": dict(figures or {}),
        "parameters": arrays,
    }
    replace_file(path.parent / arrays, content)
    replace_file(path, json.dumps(header, ensure_ascii=False, indent=1).encode())
    for old in path.parent.glob("parameters-*.npz"):
        if old.name != arrays:
            old.unlink(missing_ok=True)


def load_model(path: Path, required_fields: tuple[str, ...], missing: str) -> StoredModel:
    """Read the model whose header is at `path` and has `required_fields`.

    Raise `SetupFailed`: with the message `missing` where there is no file, else where it cannot be read.
    """
    if not path.is_file():
        raise SetupFailed(missing)
    try:
        header: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
        for name in ("name", *required_fields, "notes"):
            header[name]
        file = str(header["parameters"])
        with np.load(path.parent / file, allow_pickle=False) as arrays:
            parameters = {name: arrays[name] for name in arrays.files}
        fitted_at, figures = datetime.fromisoformat(str(header["when"])), header["figures"]
        if not isinstance(figures, dict):
            raise TypeError("figures is no object")
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise SetupFailed(f"{path} cannot be read ({error}). Delete the folder and fit again.") from error
    stamp = file.removeprefix("parameters-")[:8]
    return StoredModel(header, parameters, f"{header['name']}-{stamp}", fitted_at, figures)


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file atomically: a reader finds either the old content or the new, complete."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)


def _pack_arrays(parameters: Parameters) -> bytes:
    """Return the arrays as npz, with any names; raise `ValueError` for arrays of objects, which need pickle."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in parameters.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
    return file.getvalue()
