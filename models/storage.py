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
    """What can be stored."""

    @property
    def name(self) -> str:
        """As users know it."""
        ...

    notes: tuple[str, ...]

    def parameters(self) -> Parameters:
        """All that was fitted."""
        ...


class StoredModel(NamedTuple):
    """What was read; `version` changes with the parameters, `when` is UTC, `figures` what was measured then."""

    header: dict[str, Any]
    parameters: dict[str, NDArray[Any]]
    version: str
    when: datetime
    figures: Mapping[str, float]


def save_model(
    model: StorableModel, path: Path, own: Mapping[str, Any], figures: Mapping[str, float] | None = None
) -> None:
    """Put a model in place of the one that is there: its header becomes `path`, with what is its `own` besides."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = _pack_arrays(model.parameters())
    arrays = f"parameters-{hashlib.sha256(content).hexdigest()[:16]}.npz"
    when, told = datetime.now(UTC).isoformat(timespec="seconds"), dict(figures or {})
    header = {"name": model.name, **own, "notes": model.notes, "when": when, "figures": told, "parameters": arrays}
    replace_file(path.parent / arrays, content)
    replace_file(path, json.dumps(header, ensure_ascii=False, indent=1).encode())
    for old in path.parent.glob("parameters-*.npz"):
        if old.name != arrays:
            old.unlink(missing_ok=True)


def load_model(path: Path, own: tuple[str, ...], missing: str) -> StoredModel:
    """The model whose header is at `path`, which has its `own` names.

    Raises `SetupFailed`: with `missing` where there is none, else where it cannot be read.
    """
    if not path.is_file():
        raise SetupFailed(missing)
    try:
        header: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for name in ("name", *own, "notes"):
            header[name]
        with np.load(path.parent / header["parameters"], allow_pickle=False) as arrays:
            parameters = {name: arrays[name] for name in arrays.files}
        when, figures = datetime.fromisoformat(header["when"]), header["figures"]
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise SetupFailed(f"{path} cannot be read ({error}). Delete the folder and fit again.") from error
    stamp = header["parameters"].removeprefix("parameters-")[:8]
    return StoredModel(header, parameters, f"{header['name']}-{stamp}", when, figures)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in place of the one that is there: a reader finds the old one or the new one, whole."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)


def _pack_arrays(parameters: Parameters) -> bytes:
    """The arrays as npz, with any names; an array of Python objects would need pickle and raises `ValueError`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in parameters.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
    return file.getvalue()
