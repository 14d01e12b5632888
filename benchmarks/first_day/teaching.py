"""Teachers' courses taught to their goals: `python -m benchmarks.first_day.teaching [--quick] [--seeds 3]`.

Random courses of the shapes that teachers keep in sheets: 4 to 40 topics in chains and trees, 1 to 4 links a topic,
half of the courses with 1 to 4 questions a topic, now and then a link for two topics. A simulated learner walks to
every goal (models/evaluation/walks.py) with the settings that an import without settings gets: one who answers
everything right; the usual one, three of four right, daily; the same weekly; the same weekly with a holiday of three
weeks. All but the first learn in sessions of twelve answers. Equal numbers of answers, so equal minutes.

Figures: reached.LEARNER, share of goals reached; courses.LEARNER, share of courses of which every goal is reached;
answers.LEARNER, median answers to a goal; reached.LEARNER_with_questions and …_without; …_sd over seeds.
"""

from argparse import ArgumentParser, Namespace
from collections import defaultdict
from dataclasses import replace

import numpy as np

from benchmarks.report import Report
from models.course import Course
from models.evaluation.walks import ALL_RIGHT, USUAL, WEEKLY, WalkConfig, find_goals, walk_to_goals
from models.knowledge_tracing.state import Rates, compute_gain_right
from models.policies.rule_based import make_needed_first

WALKS = {
    "all_right": ALL_RIGHT,
    "usual": replace(USUAL, session=12),
    "weekly": replace(WEEKLY, session=12),
    "weekly_holiday": replace(WEEKLY, session=12, holiday_days=21.0),
}
ANSWERS_PER_POINT = 20


def main() -> None:
    """Walk through all courses, print the table and write the result."""
    options = parse_arguments()
    report = Report("first_day", quick=options.quick, settings={"courses": options.courses, "seeds": options.seeds})
    runs = [measure_courses(options.courses, seed) for seed in range(options.seeds)]
    for name in runs[0]:
        values = np.array([run[name] for run in runs])
        report.figures[name] = round(float(values.mean()), 4)
        report.figures[f"{name}_sd"] = round(float(values.std(ddof=1)), 4) if len(values) > 1 else 0.0
    rows = [
        {"learner": name} | {column: report.figures[f"{column}.{name}"] for column in ("reached", "courses", "answers")}
        for name in WALKS
    ]
    report.table(f"{options.courses} teachers' courses, {options.seeds} seed(s)", rows)
    print(f"written to {report.write()}")


def parse_arguments() -> Namespace:
    """Return the options of the command line."""
    parser = ArgumentParser(prog="python -m benchmarks.first_day.teaching", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 courses, one seed")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--courses", type=int, default=200, help="courses a seed")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.courses = 1, 20
    return options


def measure_courses(count: int, seed: int) -> dict[str, float]:
    """Return the figures of one seed."""
    random = np.random.default_rng(seed)
    reached, whole, answers = (defaultdict(list) for _ in range(3))
    for _ in range(count):
        course, has_questions = make_teachers_course(random)
        goals = find_goals(course)
        for name, config in WALKS.items():
            walk = walk_to_goals(course, make_needed_first(course), goals, limit_answers(config, course), seed)
            for group in (name, f"{name}_{'with' if has_questions else 'without'}_questions"):
                reached[group] += walk.reached.tolist()
            whole[name].append(bool(walk.reached.all()))
            answers[name] += walk.answers[walk.reached].tolist()
    figures = {f"reached.{name}": float(np.mean(values)) for name, values in sorted(reached.items())}
    figures |= {f"courses.{name}": float(np.mean(values)) for name, values in whole.items()}
    return figures | {f"answers.{name}": float(np.median(values)) for name, values in answers.items()}


def limit_answers(config: WalkConfig, course: Course) -> WalkConfig:
    """Return the walk with as many answers as its course is long."""
    return replace(config, answers=40 + ANSWERS_PER_POINT * course.points)


def make_teachers_course(random: np.random.Generator) -> tuple[Course, bool]:
    """Return a course as a sheet describes it, and whether it has questions."""
    points = int(random.integers(4, 41))
    edges = [
        (int(before), point)
        for point in range(1, points)
        for before in set(random.integers(max(0, point - 5), point, size=int(random.choice([0, 1, 1, 1, 2]))))
    ]
    links = random.integers(1, 5, size=points)
    has_questions = bool(random.random() < 0.5)
    questions = random.integers(1, 5, size=points) if has_questions else np.zeros(points, dtype=int)
    taught = [[(point, 1.0)] for point in range(points) for _ in range(links[point])]
    if random.random() < 0.2:
        taught.append([(points - 1, 1.0), (int(random.integers(0, points - 1)), 0.6)])
    width, size = max(map(len, taught)), len(taught)
    resources, importance = np.zeros((size, width), dtype=np.int64), np.zeros((size, width), dtype=np.float32)
    for row, pairs in enumerate(taught):
        for column, (point, share) in enumerate(pairs):
            resources[row, column], importance[row, column] = point, share
    course = Course(
        id="sheet",
        point_ids=[f"topic-{point}" for point in range(points)],
        resource_ids=[f"link-{row}" for row in range(size)],
        prerequisites=np.array(edges, dtype=np.int64).reshape(-1, 2),
        related=np.zeros((0, 2), dtype=np.int64),
        related_weight=np.zeros(0, dtype=np.float32),
        taught=resources,
        importance=importance,
        mastered=np.full(points, 0.8, dtype=np.float32),
        met=np.full(points, 0.6, dtype=np.float32),
        difficulty=np.zeros(size, dtype=np.float32),
        minutes=np.full(size, 15, dtype=np.float32),
        kind=np.zeros(size, dtype=np.int64),
        modality=np.zeros(size, dtype=np.int64),
        rates=Rates(gain_right=compute_gain_right(float(np.median(links + questions)))),
    )
    return course, has_questions


if __name__ == "__main__":
    main()
