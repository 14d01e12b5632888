"""What HTML says as plain text, and plain text as XHTML that says the same."""

import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.formats.html import UniqueIds, html_to_text, make_slug, text_to_xhtml, xhtml_to_text
from graph.formats.ims.packages import render_element


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One\n  <b>two</b></p><p>three</p>", "One two\n\nthree"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>x</li><li>y</li></ul>z", "x\ny\n\nz"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("<head><title>T</title><style>p {}</style></head><script>if (a < b) {}</script>text", "text"),
        ("5 &lt; 6 &amp; &eacute;&#8203;", "5 < 6 & é\u200b"),
        ('<img src="x" alt="a cat"> sleeps', "[a cat] sleeps"),
        ('<math alttext="x^2"><mi>x</mi><mn>2</mn></math> is even', "[x^2] is even"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<![foo[bar]]>text", "text"),
        ("tail</p></pre></div> end", "tail\n\nend"),
        ("\x01a\x7fb\x85", "ab"),
        ("<a title=\"x > y\" b='<'>z</a> < 3 <3", "z < 3 <3"),
        ("<a b='>open</a>", "open"),
        ("not closed <p <b", "not closed"),
        ("never <!-- closed", "never"),
        ("&#" + "1" * 5000 + ";", "&#" + "1" * 5000 + ";"),
        ("", ""),
    ],
)
def test_html_becomes_text(html, text):
    assert html_to_text(html).text == text


@pytest.mark.parametrize(
    "piece", ["<a ", "<a b='", "<a b=\"'>", "<!--", "<title", "</a", "<script>", "<![CDATA[", "&#1"]
)
def test_a_page_made_to_hurt_takes_no_time(piece):
    """html.parser takes hours for some of these."""
    start = perf_counter()
    html_to_text(piece * (1_000_000 // len(piece)))
    assert perf_counter() - start < 20


def test_pictures_without_a_description_are_told():
    assert html_to_text('<img src="x">').lossy and html_to_text("<iframe></iframe>").lossy
    assert not html_to_text('<img src="x" alt="a cat"><b>y</b>').lossy


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs", "Cn")) | st.sampled_from("\n\n <&"), max_size=40))
def test_text_comes_back_from_blocks(text):
    text = text.strip()
    made = text_to_xhtml(text)
    assert xhtml_to_text(made).text == text
    assert html_to_text("".join(map(render_element, made))).text == text


def test_paragraphs_are_paragraphs_for_other_programs():
    assert "".join(map(render_element, text_to_xhtml("a\nb\n\nc"))) == "<p>a<br />b</p><p>c</p>"
    assert render_element(text_to_xhtml("a  b")[0]) == "<pre>a  b</pre>"


@given(st.text(max_size=200))
def test_slugs_are_ids(title):
    made = UniqueIds().allocate("c/", title, "else")
    assert re.fullmatch(r"c/[^\s|]+", made) and len(made) <= 82


def test_names_are_given_once():
    names = UniqueIds()
    assert [names.allocate("c/", title, "module") for title in ("A B", "a  b", "***", "Überraschung!")] == [
        "c/a-b",
        "c/a-b-2",
        "c/module",
        "c/überraschung",
    ]
    assert make_slug("Lesson 1.2: _x_") == "lesson-1-2-x"
