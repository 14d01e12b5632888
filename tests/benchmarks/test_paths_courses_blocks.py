"""Tables of the courses for the documents, from figures made by hand."""

from benchmarks.paths_courses_blocks import block

LODESTAR = {"ep": 0.57, "ep_sd": 0.01, "of_planner": 0.953, "reached": 0.736, "steps": 22.7, "saved_steps": 0.298}
LODESTAR |= {"minutes": 1443.6, "saved_minutes": 0.286, "violations": 0, "ms": 0.21, "train_minutes": 1.3}
FREE = LODESTAR | {"ep": 0.6, "steps": 16.1, "saved_steps": 0.5, "violations": 6451}
FIGURES = {
    **{f"english.lodestar.{name}": value for name, value in LODESTAR.items()},
    **{f"english.lodestar_free.{name}": value for name, value in FREE.items()},
    **{f"unlike.{who}.english.lodestar.ep": 0.5 for who in ("slower", "noisier", "forgetful", "careless")},
    "unlike.gaming.english.lodestar.ep": 0.6,
}


def test_a_row_for_each_rung_and_its_world_the_best_first():
    heads, _, free, usual = block(FIGURES, "english-free")
    assert usual == "| lodestar | 0.570 ± 0.010 | 95.3% | 73.6% | 22.70 (+29.8%) | 1,444 (+28.6%) | 0 | 0.21 | 1.3 |"
    assert free.startswith("| lodestar_free | 0.600") and "| 6,451 |" in free
    assert heads.count("|") == usual.count("|")
    assert block(FIGURES, "english")[2:] == [usual]
    assert block(FIGURES, "metacademy")[2:] == []


def test_how_far_each_falls_among_learners_unlike():
    assert block(FIGURES, "english-unlike")[2:] == [
        "| lodestar | 0.570 | 0.500 (-0.070) | 0.500 (-0.070) | 0.500 (-0.070) | 0.500 (-0.070) | 0.600 (+0.030) |"
    ]
