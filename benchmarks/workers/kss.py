"""EduSim's KSS in an environment of its own: a JSON command a line comes in, a JSON answer a line goes out.

    rules                      difficulty (10,), edges, and allowed (10, 10): what has an effect right after what
    generate count, seed       students after KSS's own warm-up who have a target left to learn; kept for `place`
    place who, students        places are taken by copies of generated students
    answer points              everybody learns and is tested, by the package's `learn` and `test`; right or wrong
    exam                       the package's test of every point, everybody
    held, hold held            read the whole state; restore it
    gammas students, paths     fresh copies walk whole paths in the package's own episode; its evaluation's "gamma"

Imports nothing of this project. Difficulties are those of KSS's default seed, 10. The package was written for an older
Python, whose `random.sample` took sets: only that is replaced. Its tester reads the learner of its episode whichever
learner it is asked about, so the episode's learner is set first. The worker ends with its input.
"""

import json
import logging
import random
import sys

from EduSim.Envs.KS import influence_control
from EduSim.Envs.KSS import KSS
from EduSim.Envs.KSS.Learner import Learner

POINTS = range(10)
SEED = 10


def accept_any_iterable(sample):
    """`random.sample` for anything that can be listed."""
    return lambda population, k: sample(list(population), k)


def copy_learner(learner):
    """A learner of the same state and histories."""
    return Learner(
        list(learner._state),
        learner.structure,
        set(learner.target),
        list(learner.learning_history),
        [list(answer) for answer in learner.exercise_history],
    )


class KSSCommands:
    """One environment, the students generated last, and those at work."""

    def __init__(self):
        self.env = KSS(learner_num=1, seed=SEED)
        self.students, self.learners = [], []

    def rules(self):
        """See the module."""
        graph = self.env.ks
        allowed = [influence_control(graph, None, point, allow_shortcut=False)[0] for point in POINTS]
        flags = [[point in near for point in POINTS] for near in allowed]
        return {"difficulty": self.env.q_bank.difficulty, "edges": [list(e) for e in graph.edges], "allowed": flags}

    def generate(self, count, seed):
        """See the module."""
        random.seed(seed)
        self.students = []
        while len(self.students) < count:
            self.students += [one for one in self.env.generate_learners(count) if self._valid(one)]
        self.students = self.students[:count]
        return [
            [one._state, sorted(one.target), one.exercise_history, (one.learning_history or [-1])[-1]]
            for one in self.students
        ]

    def place(self, who, students):
        """See the module."""
        self.learners += [None] * (max(who) + 1 - len(self.learners))
        for place, student in zip(who, students, strict=True):
            self.learners[place] = copy_learner(self.students[student])

    def answer(self, points):
        """See the module."""
        right = []
        for learner, point in zip(self.learners, points, strict=True):
            learner.learn(point)
            right.append(self._tests(learner, [point])[0])
        return right

    def exam(self):
        """See the module."""
        return [self._tests(learner, POINTS) for learner in self.learners]

    def held(self):
        """See the module."""
        return [[one._state, sorted(one.target), one.learning_history] for one in self.learners]

    def hold(self, held):
        """See the module."""
        graph = self.env.ks
        self.learners = [Learner(state, graph, set(target), history) for state, target, history in held]

    def gammas(self, students, paths):
        """See the module."""
        return [
            self._episode(copy_learner(self.students[one]), path) for one, path in zip(students, paths, strict=True)
        ]

    def _valid(self, learner):
        self.env.tester._learner = learner
        return self.env.is_valid_sample(learner)

    def _tests(self, learner, points):
        tester = self.env.tester
        tester._learner = learner
        return [tester.test(point) for point in points]

    def _episode(self, learner, path):
        env = self.env
        env._learner, env._path = learner, []
        env.tester.begin_episode(learner)
        env.n_step(path)
        return env.end_episode()["evaluation"]["gamma"]


if __name__ == "__main__":
    answers, sys.stdout = sys.stdout, sys.stderr
    logging.disable(logging.CRITICAL)
    random.sample = accept_any_iterable(random.sample)
    commands = KSSCommands()
    for line in sys.stdin:
        name, arguments = json.loads(line)
        print(json.dumps(getattr(commands, name)(**arguments)), file=answers, flush=True)
