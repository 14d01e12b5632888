"""The saved path: whole, readable without anything else, and safe against what a graph may hold."""

from html.parser import HTMLParser

from api.cli.recommendations import render_path_page
from services.recommendations.schemas import LearningPath, PathStep, PolicyName, Reasons
from services.schemas import LevelChangeView, PointName, ResourceView

NASTY = '<script>alert("1")</script>'


def path(url):
    resource = ResourceView("r", NASTY, "lesson", "text", None, 0.0, 12.0, url, None)
    why = Reasons("It needs nothing before it.", [], [], [], 0.2, 0.5)
    step = PathStep(1, resource, why, [LevelChangeView("k", "Nouns", 0.25, 0.5)])
    return LearningPath("ana", "english", [PointName("k", "Nouns")], PolicyName("greedy", "1"), [step], True, 12.0)


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.text += data


def read(html):
    reader = Reader()
    reader.feed(html)
    return reader


def test_the_page_needs_nothing_else_and_shows_the_step():
    reader = read(render_path_page(path("https://example.org/a?b=1&c=2")))
    assert reader.links == ["https://example.org/a?b=1&c=2"]
    assert "12 minutes" in reader.text
    assert "25% → 50%" in reader.text


def test_texts_and_links_from_the_graph_cannot_run():
    reader = read(render_path_page(path("javascript:alert(1)")))
    assert "script" not in reader.tags
    assert NASTY in reader.text
    assert reader.links == []
