"""MovieLens-100k as it ships inside the `recbole` wheel: the field's common yardstick, with a real clock.

The wheel is fetched from the package index once, into benchmarks/.peers; nothing of it is installed or committed.
Data: GroupLens (Harper & Konstan 2015), for research use.
"""

import csv
import io
import subprocess
import sys
import zipfile
from pathlib import Path

from models.rankers.log import Catalogue, InteractionLog, log_of

WHEEL = "recbole==1.2.1"
FOLDER = Path(__file__).parent / ".peers" / "movielens"
_INSIDE = "recbole/dataset_example/ml-100k/ml-100k"


def read(folder: Path = FOLDER) -> tuple[InteractionLog, Catalogue]:
    """100,000 ratings of 943 people for 1,682 films, and the films' titles, years and genres.

    Every rating counts as an event; its outcome is 1 from four stars on.
    """
    with zipfile.ZipFile(_wheel(folder)) as wheel:
        ratings, films = (_rows(wheel, ending) for ending in ("inter", "item"))
    items = tuple(row["item_id:token"] for row in films)
    events = [
        (row["user_id:token"], row["item_id:token"], float(row["timestamp:float"]) / 86400, _liked(row))
        for row in ratings
    ]
    texts = tuple(f"{row['movie_title:token_seq']} {row['class:token_seq']}" for row in films)
    traits = tuple(frozenset(f"genre:{each}" for each in row["class:token_seq"].split()) for row in films)
    return log_of(events, items), Catalogue(items, texts, traits)


def _liked(row: dict[str, str]) -> float:
    return float(float(row["rating:float"]) >= 4)


def _rows(wheel: zipfile.ZipFile, ending: str) -> list[dict[str, str]]:
    text = io.TextIOWrapper(wheel.open(f"{_INSIDE}.{ending}"), encoding="utf-8")
    return list(csv.DictReader(text, delimiter="\t"))


def _wheel(folder: Path) -> Path:
    found = sorted(folder.glob("recbole-*.whl"))
    if not found:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), WHEEL]
        subprocess.run(command, check=True)
        found = sorted(folder.glob("recbole-*.whl"))
    return found[0]
