"""Answers are marked by the truth of the caption, and every mark says of how many."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.evaluation.metrics import Measures
from legolab.generation.lexicon import CATEGORIES
from legolab.generation.prompt import Wish
from legolab.training import exam
from legolab.training.corpus import make_corpus, read_corpus
from legolab.training.exam import Answer, Case, Examiner, cases_of, held_out_cases, marks
from legolab.training.recognition import voxels_of

CASE = Case("chair", "a chair with a high back", {"back": Wish("high")})
GOOD = Answer(
    CASE,
    CASE.wishes or {},
    Measures(valid=True, grounded=True, stable=True, stable_first=True, bricks=30, trimmed=0),
    category="chair",
    nearest="chair",
    named="chair",
    novelty=0.8,
    held={"back": True},
    by_chance={"legs": False},
    seconds=0.5,
)
REFUSED = Answer(CASE, CASE.wishes or {}, Measures())


def named(answers: list[Answer]) -> dict[str, exam.Mark]:
    return {mark.name: mark for mark in marks(answers)}


def test_held_out_captions_take_turns_and_are_the_same_each_time() -> None:
    cases = held_out_cases(42)
    assert [case.category for case in cases] == [*CATEGORIES, *CATEGORIES]
    assert [case.caption for case in cases] == [case.caption for case in held_out_cases(42)]
    assert any(case.wishes for case in cases)


def test_what_a_held_out_caption_asks_is_true_of_its_shape() -> None:
    for case in held_out_cases(210):
        assert case.truth is not None and case.wishes is not None
        for name, wish in case.wishes.items():
            assert wish.holds(case.truth.fields[name]), (case.caption, name)


def test_only_what_was_learned_can_be_copied(tmp_path: Path) -> None:
    """A corpus has its held-out rows too; what a model builds like one of those is its own."""
    path = tmp_path / "corpus.jsonl"
    list(make_corpus(path, structures=84, seed=1))
    trained = Examiner(gallery=1, taught=2, corpus=path)._trained
    found: dict[bool, list[bool]] = {True: [], False: []}
    for row in read_corpus(path):
        voxels = voxels_of(BrickStructure.from_text(row.bricks))
        found[row.held_out].append(trained.nearest(voxels)[1] == 1)
    assert all(found[False])
    assert found[True] and not any(found[True])


def test_good_answers_and_a_refusal_share_every_mark() -> None:
    table = named([GOOD, GOOD, GOOD, REFUSED])
    assert table["understood"].value == table["valid"].value == 0.75
    assert table["understood"].valid == 1
    assert table["category, nearest shape"].value == 0.75
    assert table["wishes fulfilled"].value == 0.75 and table["wishes fulfilled"].of == 4
    assert table["wishes of another fulfilled"].value == 0
    assert table["bricks"].value == 30 and table["bricks"].of == 3
    low, high = table["valid"].low, table["valid"].high
    assert low < 0.75 < high


def test_wishes_count_one_by_one_and_answers_are_drawn_whole() -> None:
    many = replace(GOOD, held={"back": True, "legs": False, "arms": False})
    table = named([many, GOOD])
    assert table["wishes fulfilled"].value == 0.5
    assert (table["wishes fulfilled"].low, table["wishes fulfilled"].high) == (1 / 3, 1)


def test_bricks_that_were_taken_out_are_a_share_of_all() -> None:
    trimmed = replace(GOOD, measures=replace(GOOD.measures, bricks=15, trimmed=5))
    assert named([trimmed])["bricks taken out"].value == 0.25


def test_seeds_differ_by_the_overlap_of_what_they_built() -> None:
    one, other = np.zeros((2, 20, 20, 20), dtype=bool)
    one[0, 0, :4], other[0, 0, 2:6] = True, True
    answers = [replace(GOOD, voxels=one), replace(GOOD, voxels=other)]
    assert exam.diversity(answers) == 2 / 6
    assert exam.diversity([answers[0]]) is None
    again = Case(CASE.category, CASE.caption, CASE.wishes)  # another case in the same words
    assert exam.diversity([answers[0], replace(answers[1], case=again)]) is None


def test_the_model_sits_an_exam() -> None:
    examiner = Examiner(gallery=8, taught=8)
    cases = [held_out_cases(11)[10], Case("mug", "an astronaut in love")]
    told = []
    answers = list(examiner.sit(cases, drafts=1, seeds=2, tell=told.append))
    assert [answer.case.caption for answer in answers] == [c.caption for c in cases for _ in "12"]
    built, refused = answers[0], answers[2]
    assert built.category == built.case.category == "chair"
    assert built.measures.valid and built.measures.drafts == 1 and built.voxels is not None
    assert refused.category == "" and not refused.measures.valid
    assert told[-1].done == told[-1].total == 4 and told[-1].refused == 2
    assert examiner.ceiling(held_out_cases(21))["wishes fulfilled"] > 0.9
    assert examiner.ceiling(cases[1:]) == {}
    document = exam.to_json(answers, {})
    assert {"marks", "answers", "overlap_between_seeds"} <= document.keys()


def test_bad_questions_are_refused() -> None:
    with pytest.raises(InputError, match="expected a set of held-out, people, got 'all'"):
        cases_of("all", None)
    with pytest.raises(InputError, match="expected at least 1 caption, got 0"):
        cases_of("people", 0)
    with pytest.raises(InputError, match="at least one answer"):
        marks([])
    assert len(cases_of("people", None)) == 100 and len(cases_of("held-out", 5)) == 5
