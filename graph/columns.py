"""Which columns the Parquet files of the graph have: those of the graph's model always, and what else the graph holds.

A property of the model has the type that is written here, whether or not any node carries it, so that a file can be
read the same way tomorrow. Other properties take the type that the graph shows; where it shows several, they are text.
"""

from collections.abc import Collection, Iterable

import pyarrow as pa

STRING, FLOAT, INTEGER, BOOLEAN = pa.string(), pa.float64(), pa.int64(), pa.bool_()
MOMENT = pa.timestamp("us", tz="UTC")
_TYPES = {
    "STRING": STRING,
    "FLOAT": FLOAT,
    "INTEGER": INTEGER,
    "BOOLEAN": BOOLEAN,
    "ZONED DATETIME": MOMENT,
    "DATE": pa.date32(),
}


def _kinds(string: str = "", real: str = "", integer: str = "", **other: str) -> dict[str, pa.DataType]:
    """Names by type, in this order; `other` may be boolean, moment, reals, strings."""
    named = {"string": string, "real": real, "integer": integer} | other
    types = {"string": STRING, "real": FLOAT, "integer": INTEGER, "boolean": BOOLEAN, "moment": MOMENT}
    types |= {"reals": pa.list_(FLOAT), "strings": pa.list_(STRING)}
    return {name: types[kind] for kind, names in named.items() for name in names.split()}


NODES = {
    "Course": _kinds("title language licence", "masteredAt prerequisiteAt forgetting"),
    "KnowledgePoint": _kinds("name description domain level", "masteredAt metAt hours", "prerequisiteCount"),
    "Resource": _kinds("title kind modality level url language status text courses", "difficulty minutes"),
    "Item": _kinds("prompt answer status courses", "discrimination difficulty guessing", strings="distractors"),
    "Learner": _kinds(
        "course", "success maxMinutes", "step answers", moment="createdAt", strings="modalities languages"
    ),
    "Interaction": _kinds(
        "learner outcome", "minutes reward", "step", boolean="right", moment="at recordedAt",
        reals="before after decays", strings="points",
    ),
    "Recommendation": _kinds(
        "learner course policy version resource", "propensity", "revision step", moment="at",
        reals="goalLevels qValues propensities", strings="goals candidates",
    ),
    "Diagnostic": _kinds(
        "learner course", "", "length step", moment="startedAt finishedAt", reals="before after uncertainties",
        strings="points",
    ),
}  # fmt: skip
"""Columns by label, `id` apart."""

EDGES = {
    "INCLUDES": {},
    "PREREQUISITE_OF": _kinds("source status reason courses", "confidence support lift pValue"),
    "RELATED_TO": _kinds(real="weight"),
    "TEACHES": _kinds("role courses", "importance"),
    "ASSESSES": _kinds("courses"),
    "MASTERY": _kinds(
        "memoryOf", "level uncertainty decay", "attempts", moment="practicedAt updatedAt", reals="memory"
    ),
    "AIMS_AT": _kinds(real="level", moment="dueAt"),
    "RECEIVED": {},
    "CHOSE": {},
    "DID": {},
    "ON": {},
    "FOLLOWED": {},
    "TOOK": {},
    "ASKED": _kinds(integer="position", boolean="right", moment="answeredAt"),
}
"""Columns by type, both ends apart."""


def columns(
    model: dict[str, pa.DataType], shapes: Iterable[Iterable[tuple[str, str]]], taken: Collection[str]
) -> dict[str, pa.DataType]:
    """Name: type of what the model and the graph's shapes [(property, Cypher type), …] hold; the model's first.

    Properties whose names are `taken` are left out.
    """
    found: dict[str, set[str]] = {}
    for shape in shapes:
        for name, told in shape:
            found.setdefault(name, set()).add(told.replace(" NOT NULL", ""))
    extra = {name: _common(found[name], None) for name in sorted(found.keys() - model.keys() - set(taken))}
    return {name: _common(found.get(name, set()), kind) for name, kind in model.items()} | extra


def _common(told: set[str], declared: pa.DataType | None) -> pa.DataType:
    """The declared type where the values fit into it, else the one type that all of them are, else text."""
    types = {_type(each) for each in told if each != "LIST<NOTHING>"}
    for one, other in ((INTEGER, FLOAT), (pa.list_(INTEGER), pa.list_(FLOAT))):
        if declared == other or other in types:
            types = {other if kind == one else kind for kind in types}
    if declared is not None and types <= {declared}:
        return declared
    return types.pop() if len(types) == 1 else pa.list_(STRING) if not types else STRING


def _type(told: str) -> pa.DataType:
    if told.startswith("LIST<"):
        inside = _TYPES.get(told.removeprefix("LIST<").removesuffix(">"), STRING)
        return pa.list_(STRING if inside in (MOMENT, pa.date32()) else inside)
    return _TYPES.get(told, STRING)
