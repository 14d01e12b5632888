"""The door, the problems, OpenAPI, health and metrics."""

import json
import re

import pytest

from api.http.errors import STATUS_BY_ERROR
from graph import errors

pytestmark = pytest.mark.database


async def test_without_the_key_there_is_only_401(api):
    for headers in ({"Authorization": "Bearer wrong"}, {"X-API-Key": "wrong"}, {"Authorization": "Basic x"}):
        response = await api.client.get("/v1/courses", headers={"Authorization": "", **headers})
        assert response.status_code == 401
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["www-authenticate"] == "Bearer"
    response = await api.client.get("/v1/courses", headers={"Authorization": "", "X-API-Key": api.app.state.key})
    assert response.status_code == 200


async def test_every_way_under_v1_is_behind_the_key(api):
    schema = (await api.client.get("/openapi.json")).json()
    for path, operations in schema["paths"].items():
        for method in operations:
            response = await api.client.request(method, path, headers={"Authorization": ""})
            assert (response.status_code == 401) == path.startswith(("/v1", "/ims")), (method, path)


async def test_openapi_describes_everything(api):
    schema = (await api.client.get("/openapi.json")).json()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"] and operation["description"], (method, path)
            if path.startswith("/v1"):
                assert {"401", "404", "422", "503"} <= operation["responses"].keys()
                assert operation["security"]
    recommendation = schema["components"]["schemas"]["Recommendation"]["properties"]
    assert recommendation["propensity"]["description"]
    assert (await api.client.get("/docs")).status_code == 200


async def test_errors_are_problem_details(api):
    problem = await api.get("/v1/learners/zoe", 404)
    assert problem == {
        "type": "urn:lodestar:problem:not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no learner 'zoe'.",
        "instance": "/v1/learners/zoe",
        "kind": "learner",
        "id": "zoe",
    }
    assert (await api.get("/v1/nowhere", 404))["title"] == "Not Found"
    response = await api.client.patch("/v1/courses")
    assert (response.status_code, response.json()["title"]) == (405, "Method Not Allowed")
    response = await api.client.post("/v1/outcomes", content=b"{broken")
    assert (response.status_code, response.json()["status"]) == (422, 422)


def test_every_domain_error_has_a_status():
    unmapped = {
        error
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.LodestarError) and error not in STATUS_BY_ERROR
    }
    assert unmapped <= {errors.LodestarError, errors.BadCourse}


async def test_ready_after_the_warm_up_and_counted(api):
    await api.app.state.warm.wait()
    assert await api.get("/readyz") == {"status": "ready", "courses": ["little"]}
    assert await api.get("/healthz") == {"status": "ok"}
    await api.get("/v1/courses")
    text = (await api.client.get("/metrics")).text
    assert 'lodestar_requests_total{method="GET",route="/v1/courses",status="200"} 1.0' in text


async def test_the_catalogue_is_read_by_id(api):
    [course] = (await api.get("/v1/courses"))["courses"]
    assert (course["id"], course["points"], course["resources"], course["items"]) == ("little", 4, 40, 8)
    point = await api.get("/v1/points/little/articles")
    assert [each["name"] for each in point["prerequisites"]] == ["Nouns"]
    assert [each["name"] for each in point["opens"]] == ["Adjectives"]
    resource = await api.get("/v1/resources/little/r/nouns-video-1")
    assert resource["teaches"] == [{"id": "little/nouns", "name": "Nouns", "importance": 1.0}]
    assert len((await api.get("/v1/courses/little/points"))["points"]) == 4
    listed = await api.get("/v1/points/little/nouns/items")
    assert listed["point"] == "little/nouns" and [each["id"] for each in listed["items"]] == [
        "little/q/nouns-1",
        "little/q/nouns-2",
    ]
    item = await api.get("/v1/items/little/q/nouns-1")
    assert item == listed["items"][0] and sorted(item["options"]) == ["maybe", "no", "yes"] and "answer" not in item
    some = await api.get("/v1/courses/little/resources", point="little/nouns", limit=3, offset=8)
    assert (some["total"], len(some["resources"])) == (10, 2)
    for path in ("points/little/x", "resources/little/x", "courses/x/points", "items/little/x", "points/x/items"):
        assert json.dumps(await api.get(f"/v1/{path}", 404))


async def test_the_time_of_each_part_is_told(api):
    await api.post("/v1/learners", {"id": "ana"}, 201)
    response = await api.client.post("/v1/learners/ana/recommendations")
    parts = {part.split(";")[0].strip() for part in response.headers["server-timing"].split(",")}
    assert parts == {"cypher", "model", "log", "reasons", "total"}
    assert response.headers["cache-control"] == "no-store"


async def test_the_description_of_the_api_loads_nothing_from_another_host(api):
    assert (await api.client.get("/")).headers["location"] == "/docs"
    page = (await api.client.get("/docs")).text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded and not [address for address in loaded if "//" in address]
    for address in loaded:
        assert (await api.client.get(address)).status_code == 200
