"""Names, teams and properties of learners, the list of learners, and callers in a browser."""

import httpx
import pytest

from api.http.app import create_app
from services.context import ContextFactory
from services.courses.artifacts import ArtifactStore

pytestmark = pytest.mark.database
LABELS = {"name": "Ana", "team": "5b", "properties": {"grade": 5, "language": "sl", "new": True}}


async def test_a_learner_has_name_team_and_properties(api, graph):
    created = await api.post("/v1/learners", {"id": "ana", "labels": LABELS}, 201)
    assert {name: created[name] for name in LABELS} == LABELS
    changed = await api.put("/v1/learners/ana/labels", {"team": "6b", "properties": {"grade": 6}})
    assert (changed["name"], changed["team"], changed["properties"]) == (None, "6b", {"grade": 6})
    assert (await api.get("/v1/learners/ana"))["properties"] == {"grade": 6}
    [row] = await graph.execute_read(
        lambda work: work.text("MATCH (l:Learner {team: '6b'}) RETURN l.own_grade AS grade, l.own_new AS new")
    )
    assert dict(row) == {"grade": 6, "new": None}


@pytest.mark.parametrize(
    "labels",
    [
        {"properties": {"1st": 1}},
        {"properties": {"a b": 1}},
        {"properties": {"list": [1]}},
        {"name": ""},
        {"nick": "A"},
    ],
)
async def test_what_is_no_label_is_refused(api, labels):
    await api.post("/v1/learners", {"id": "ana"}, 201)
    await api.put("/v1/learners/ana/labels", labels, 422)
    await api.put("/v1/learners/nobody/labels", {"name": "x"}, 404)


async def test_learners_are_listed_page_by_page(api):
    for number in range(5):
        labels = {"team": "odd" if number % 2 else "even", "name": f"Learner {number}"}
        await api.post("/v1/learners", {"id": f"l{number}", "labels": labels}, 201)
    first = await api.get("/v1/learners", limit=2)
    assert [each["id"] for each in first["learners"]] == ["l0", "l1"] and first["after"] == "l1"
    assert first["learners"][0]["name"] == "Learner 0" and first["learners"][0]["course"] == "little"
    rest = await api.get("/v1/learners", limit=3, after="l1")
    assert [each["id"] for each in rest["learners"]] == ["l2", "l3", "l4"] and rest["after"] is None
    odd = await api.get("/v1/learners", team="odd")
    assert [each["id"] for each in odd["learners"]] == ["l1", "l3"]
    assert (await api.get("/v1/learners", course="other"))["learners"] == []


async def test_pages_of_other_origins_may_call_where_the_setting_allows_it(address, tmp_path):
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    for origins, allowed in (
        (("https://app.example",), "https://app.example"),
        ((), None),
        (("https://b.example",), None),
    ):
        app = create_app(ContextFactory(address, ArtifactStore(tmp_path)), "key", origins)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answer = await client.options("/v1/outcomes", headers=asked)
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert (await client.get("/")).headers["location"] == "/docs"
