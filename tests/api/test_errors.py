"""Every refusal has a status for HTTP and an exit code for the command line."""

import pytest

from api.cli.main import EXIT_CODE_BY_ERROR
from api.http.errors import STATUS_BY_ERROR
from graph.errors import LodestarError, NoStrategyAvailable

CLASSES = LodestarError.__subclasses__()


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_class_of_refusals_is_in_both_tables(kind):
    assert 400 <= STATUS_BY_ERROR[kind] < 600 and EXIT_CODE_BY_ERROR[kind] > 0


def test_what_no_strategy_could_decide_says_why_and_that_it_may_work_later():
    error = NoStrategyAvailable({"needed": "it failed a moment ago", "curriculum": "it failed a moment ago"})
    assert "needed: it failed a moment ago; curriculum: it failed" in str(error)
    assert (STATUS_BY_ERROR[NoStrategyAvailable], EXIT_CODE_BY_ERROR[NoStrategyAvailable]) == (503, 75)
