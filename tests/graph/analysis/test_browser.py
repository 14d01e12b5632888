"""What is loaded into Neo4j Browser: every ready query as a script, and the curators' ones do what they say."""

import io
import re
import zipfile

import pytest

from examples import check_english
from graph import queries
from graph.analysis import browser
from graph.formats import registry
from graph.importing import import_course

WRITING = {
    "add_point": ({"point": "english/new", "name": "New", "level": "B1"}, "KnowledgePoint {id: 'english/new'}", 1),
    "add_resource": ({"resource": "english/r/new"}, "Resource {id: 'english/r/new', status: 'active'}", 1),
    "rename_point": ({"name": "To be"}, "KnowledgePoint {name: 'To be'}", 1),
    "retire_resource": (
        {"resource": "english/r/present-simple-be-lesson", "status": "retired"},
        "Resource {id: 'english/r/present-simple-be-lesson', status: 'retired'}",
        1,
    ),
}


def test_every_ready_query_is_a_script_with_all_its_parameters():
    with zipfile.ZipFile(io.BytesIO(browser.pack_scripts("english"))) as file:
        texts = {name: file.read(name).decode() for name in file.namelist()}
    assert {name.partition("/")[0] for name in texts} <= set(browser.FOLDERS)
    set_first = set(re.findall(r"^:param (\w+) =>", texts["Curate/0_parameters.cypher"], re.MULTILINE))
    for title, folder in browser.FOLDERS.items():
        for query in (
            queries.load_query(each) for each in queries.list_query_names() if each.rpartition("/")[0] == folder
        ):
            if any(kind in ("LIST<MAP>", "LIST<LIST>") for kind in query.params.values()):
                continue
            text = texts[f"{title}/{query.name.partition('/')[2]}.cypher"]
            assert query.text in text and query.params.keys() <= set_first


def test_an_id_with_a_quote_stays_text():
    assert browser.example_value("point", "STRING", "it's", {}) == "'it\\'s/a-point'"
    assert browser.example_value("course", "STRING", "it's", {}) == "'it\\'s'"
    assert browser.example_value("first", "LIST<STRING>", "x", {"first": ["a'b", "c"]}) == "['a\\'b', 'c']"


def test_the_archive_is_the_same_each_time():
    assert browser.pack_scripts("english") == browser.pack_scripts("english")


def test_the_style_knows_every_label_that_people_meet():
    text = browser.render_style()
    for name in ("node.KnowledgePoint", "node.Resource", "relationship.PREREQUISITE_OF", "caption: '{name}'"):
        assert name in text
    assert text.count("{\n") == text.count("}\n") == len(browser.NODE_STYLES) + len(browser.RELATIONSHIP_STYLES)


@pytest.fixture(scope="module")
async def english(module_graph):
    await import_course(module_graph, registry.read_course_files(check_english.FOLDER))
    return module_graph


async def given(graph, query: str, **more) -> dict:
    """The parameters' first values, as the script sets them, evaluated as Browser would."""
    kinds = queries.load_query(query).params
    examples = {**await browser.read_examples(graph, "english"), "by": "Ana"}
    texts = [f"{browser.example_value(key, kind, 'english', examples)} AS {key}" for key, kind in kinds.items()]
    [values] = await graph.execute_read(lambda work: work.text(f"RETURN {', '.join(texts)}")) if texts else [{}]
    return values | {key: value for key, value in more.items() if key in kinds}


async def run_script(graph, query: str, **params) -> list[dict]:
    """What Browser gets when it runs a saved script."""
    text = browser.render_script(queries.load_query(query))
    return await graph.execute_write(lambda work: work.text(text, **params))


@pytest.mark.database
@pytest.mark.parametrize("name", [n for n in queries.list_query_names("browse") if not queries.load_query(n).writes])
async def test_a_reading_script_finds_something_with_its_first_parameters(english, name):
    rows = await run_script(english, name, **await given(english, name))
    assert rows and not any(str(value).startswith("There is no") for row in rows for value in row.values())


@pytest.mark.database
@pytest.mark.parametrize("name", list(WRITING))
async def test_a_writing_script_writes_what_it_says(english, name):
    more, pattern, count = WRITING[name]
    query = f"browse/{name}"
    assert len(await run_script(english, query, **await given(english, query, **more))) == 1
    text = f"MATCH (n:{pattern}) RETURN count(n) AS found"
    assert (await english.execute_read(lambda work: work.text(text)))[0]["found"] == count


@pytest.mark.database
async def test_a_prerequisite_is_stated_and_withdrawn_by_hand(english):
    last = "MATCH (k:KnowledgePoint {level: 'B2'}) RETURN k.id AS id ORDER BY id LIMIT 1"
    [row] = await english.execute_read(lambda work: work.text(last))
    ends = {"before": "english/present-simple-be", "after": row["id"]}
    text = (
        "MATCH (:KnowledgePoint {id: $before})-[e:PREREQUISITE_OF]->(:KnowledgePoint {id: $after})"
        " RETURN e.status AS status, e.source AS source, e.reason AS reason"
    )
    await run_script(english, "browse/add_prerequisite", **ends, reason="Because.", by="Ana")
    [edge] = await english.execute_read(lambda work: work.text(text, **ends))
    assert edge == {"status": "accepted", "source": "expert", "reason": "Because."}
    await run_script(english, "browse/withdraw_prerequisite", **ends, reason="Not so.", by="Ana")
    [edge] = await english.execute_read(lambda work: work.text(text, **ends))
    assert edge == {"status": "rejected", "source": "expert", "reason": "Because."}
