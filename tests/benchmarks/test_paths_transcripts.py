import numpy as np

from benchmarks.paths_transcripts import transcripts
from models.learners.dkt import DKT
from models.learners.tracer import Tracer
from models.practice import Past, PracticeWorld, Rules
from models.skill_course import skill_course
from models.traced import TracedStudents


def test_a_transcript_is_the_past_and_what_was_answered_after_it() -> None:
    model = DKT(tuple("abcd"), (), (4, 4))
    past = Past(np.array([[0, 1], [-1, 2]]), np.array([[True, False], [False, True]]))
    course = skill_course("small", model.skills, np.array([[0, 1]]), Tracer(model, "1"))
    world = PracticeWorld(course, TracedStudents(model, past), 2, Rules((3,), in_turn=True))
    found = transcripts(world, 3, seed=0)
    assert found.lengths.tolist() == [5, 4]
    assert found.skill[[0, 1, 5], 0].tolist() == [0, 1, 2]
    assert found.right[[0, 1, 5]].tolist() == [True, False, True]
    assert found.skill[2:5, 0].tolist() == world.recent.item[0, -3:].tolist()
    assert found.right[6:].tolist() == (world.recent.right[1, -3:] > 0).tolist()
