"""The graph as Python objects, by py2neo's object mapping: for curators' scripts and notebooks, not for services.

    from graph import ogm
    repository = ogm.connect("bolt://127.0.0.1:7687", "neo4j", password)
    point = repository.get(ogm.KnowledgePoint, "english/present-simple-be")
    [before.name for before in point.prerequisites]

Needs the extra `lodestar[py2neo]`. py2neo is no longer maintained (its last release is of 2021), so nothing else in
Lodestar uses it. What it writes counts as a manual edit, as in Neo4j Browser: see docs/py2neo.md. Class names are the
labels of the graph.
"""

from typing import Any, NoReturn

from graph.errors import GraphRefused, GraphUnavailable, Invalid, SetupFailed

try:
    from py2neo import ConnectionUnavailable, ServiceUnavailable
    from py2neo.ogm import Model, Property, RelatedFrom, RelatedTo, Repository
except ImportError as error:
    raise SetupFailed('The object view needs py2neo. Install it: pip install "lodestar[py2neo]"') from error

_POINT, _RESOURCE = "graph.ogm.KnowledgePoint", "graph.ogm.Resource"


class _Node(Model):  # type: ignore[misc]
    """What all have: an id that is unique in a deployment."""

    __primarykey__ = "id"
    id = Property()


class Course(_Node):
    """A course; settings that are not named here are in `course.__node__`."""

    title = Property()
    language = Property()
    licence = Property()
    description = Property()
    mastered_at = Property("masteredAt")
    prerequisite_at = Property("prerequisiteAt")
    points = RelatedTo(_POINT, "INCLUDES")


class KnowledgePoint(_Node):
    """A point. Properties of an edge: `point.prerequisites.get(other, "reason")`; `triples()` gives all of them."""

    name = Property()
    description = Property()
    domain = Property()
    level = Property()
    hours = Property()
    mastered_at = Property("masteredAt")
    met_at = Property("metAt")
    prerequisite_count = Property("prerequisiteCount")
    prerequisites = RelatedFrom(_POINT, "PREREQUISITE_OF")
    successors = RelatedTo(_POINT, "PREREQUISITE_OF")
    resources = RelatedFrom(_RESOURCE, "TEACHES")
    courses = RelatedFrom("graph.ogm.Course", "INCLUDES")


class Resource(_Node):
    """Something to learn with; `teaches.add(point, role="primary", importance=1.0)`."""

    title = Property()
    kind = Property()
    modality = Property()
    minutes = Property()
    level = Property()
    difficulty = Property()
    url = Property()
    language = Property()
    text = Property()
    status = Property()
    teaches = RelatedTo(_POINT, "TEACHES")


class Learner(_Node):
    """A learner, to read: `learner.mastery.get(point, "level")`, forgetting not applied. Saving one is refused."""

    course = Property()
    max_minutes = Property("maxMinutes")
    modalities = Property()
    languages = Property()
    mastery = RelatedTo(_POINT, "MASTERY")
    goals = RelatedTo(_POINT, "AIMS_AT")

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise Invalid(
            "Learners are only read here: an outcome that arrives meanwhile would be overwritten. Use the API."
        )

    __db_push__ = __db_merge__ = __db_create__ = __db_delete__ = _refuse


def connect(uri: str, user: str = "neo4j", password: str = "", database: str = "neo4j") -> Any:
    """Return a py2neo `Repository`: `get(KnowledgePoint, id)`, `match(Resource).where(kind="video")`, `save(object)`.

    Raises `GraphUnavailable`, and `GraphRefused` for a wrong user or password.
    """
    try:
        return Repository(uri, auth=(user, password), name=database)
    except (ConnectionUnavailable, ServiceUnavailable) as error:
        if "has been closed" in str(error):
            raise GraphRefused(
                f"{uri} closed the connection, as Neo4j does for a wrong user or password; see `lodestar db password`."
            ) from error
        raise GraphUnavailable(f"Neo4j does not answer at {uri} ({error}). See `lodestar db status`.") from error
