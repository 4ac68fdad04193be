"""The mutation lane is complete: every exercise of every lesson has right, wrong and untouched answers."""
import collections
import importlib
import re
import types

import pytest

from ddsp_helpers.classroom import check, notebooks
from tests.exercises.cases import judge

EXERCISES = {path.stem[:2]: sorted(set(re.findall(r"check\.(ex\d\d_\d)\(", path.read_text(encoding="utf-8"))))
             for path in notebooks.lesson_files()}
WANTED = {"right": 2, "wrong": 2, "not attempted": 1}       # the solution and another right one, two mistakes, the stub


def cases(module):
    """The (name, answers, status, words) rows of a module of exercise tests."""
    marks = [mark for mark in module.test_exercise.pytestmark if mark.name == "parametrize"]
    return [getattr(row, "values", row) for row in marks[0].args[1]]


def incomplete(names, rows):
    """What a list of cases lacks, one line for each exercise."""
    counted = collections.Counter((row[0], row[2]) for row in rows)
    return [f"{name}: {counted[name, status]} {status}, at least {least} wanted"
            for name in names for status, least in WANTED.items() if counted[name, status] < least]


@pytest.mark.parametrize("number", EXERCISES)
def test_every_exercise_has_right_wrong_and_untouched_answers(number):
    assert 2 <= len(EXERCISES[number]) <= 3
    assert all(name.startswith(f"ex{number}_") for name in EXERCISES[number])
    rows = cases(importlib.import_module(f"tests.exercises.test_lesson_{number}"))
    assert incomplete(EXERCISES[number], rows) == []
    assert {row[0] for row in rows} == set(EXERCISES[number]), "a case names an exercise that the lesson does not have"


@pytest.mark.parametrize("number", EXERCISES)
def test_every_exercise_explains_at_least_two_mistakes_in_words(number):
    rows = cases(importlib.import_module(f"tests.exercises.test_lesson_{number}"))
    told = collections.Counter(row[0] for row in rows if row[2] == "wrong" and row[3])
    assert [name for name in EXERCISES[number] if told[name] < 2] == []


def test_an_incomplete_list_of_an_exercise_is_noticed():
    @pytest.mark.parametrize("name, answers, status, words", [
        ("ex99_1", (1,), "right", ""), ("ex99_1", (2,), "wrong", "two")])
    def test_exercise():
        pass

    assert incomplete(["ex99_1", "ex99_2"], cases(types.SimpleNamespace(test_exercise=test_exercise))) == [
        "ex99_1: 1 right, at least 2 wanted", "ex99_1: 1 wrong, at least 2 wanted",
        "ex99_1: 0 not attempted, at least 1 wanted", "ex99_2: 0 right, at least 2 wanted",
        "ex99_2: 0 wrong, at least 2 wanted", "ex99_2: 0 not attempted, at least 1 wanted"]


def test_an_exercise_check_that_accepts_a_wrong_answer_is_noticed():
    @check.exercise("99.1", "says yes to everything")
    def lenient(answer):
        return "Yes."

    judge(lenient, (3,), status="right")
    with pytest.raises(AssertionError, match="right: Yes"):
        judge(lenient, (4,), status="wrong")
    with pytest.raises(AssertionError):
        judge(lenient, (3,), status="right", words="an explanation that is not there")
