"""Fitted models on disk: a JSON header and the arrays it names, `parameters-HASH.npz`.

The header is replaced last, so a reader finds the old model or the new one, whole.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.errors import SetupFailed

Parameters = Mapping[str, NDArray[Any]]


class Stored(NamedTuple):
    """What was read; `hash` changes with the parameters."""

    header: dict[str, Any]
    parameters: dict[str, NDArray[Any]]
    hash: str


def write(folder: Path, name: str, header: Mapping[str, Any], parameters: Parameters) -> None:
    """Put a model in `folder` in place of the one that is there; its header becomes the file `name`."""
    folder.mkdir(parents=True, exist_ok=True)
    content = _packed(parameters)
    arrays = f"parameters-{hashlib.sha256(content).hexdigest()[:16]}.npz"
    _replace(folder / arrays, content)
    _replace(folder / name, json.dumps({**header, "parameters": arrays}, ensure_ascii=False, indent=1).encode())
    for old in folder.glob("parameters-*.npz"):
        if old.name != arrays:
            old.unlink(missing_ok=True)


def read(path: Path, needed: tuple[str, ...] = ()) -> Stored:
    """The model whose header is at `path`. Raises `SetupFailed` where it cannot be read or lacks what is needed."""
    try:
        header: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for name in needed:
            header[name]
        with np.load(path.parent / header["parameters"], allow_pickle=False) as arrays:
            parameters = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise SetupFailed(f"{path} cannot be read ({error}). Delete the folder and fit again.") from error
    return Stored(header, parameters, header["parameters"].removeprefix("parameters-")[:8])


def _packed(parameters: Parameters) -> bytes:
    """The arrays as npz, with any names; an array of Python objects would need pickle and raises `ValueError`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in parameters.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
    return file.getvalue()


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
