"""Whatever goes wrong is told as problem details, and gives nothing away."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from legolab.errors import BrickTextError, InputError, SolverError
from legolab.serve import problems
from legolab.serve.problems import ProblemError


@pytest.fixture
def app():
    app = FastAPI()
    problems.install(app)
    return app


def told(app, error):
    @app.get("/")
    async def raise_it():
        raise error

    answer = TestClient(app).get("/")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer


def test_a_problem_has_the_members_of_the_standard(app):
    answer = told(app, ProblemError(429, "rate-limit", "Too many.", {"Retry-After": "3"}, limit=10))
    assert answer.headers["retry-after"] == "3"
    assert answer.json() == {
        "type": "urn:problem-type:legolab:rate-limit",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Too many.",
        "limit": 10,
    }


def test_bad_input_is_told_with_its_line(app):
    answer = told(app, BrickTextError("line 12: expected 'HxW (x,y,z)', got '3x3'"))
    assert answer.status_code == 422
    assert answer.json()["line"] == 12
    assert answer.json()["type"].endswith(":brick-text")
    assert "line" not in problems.from_error(InputError("expected a seed")).more


def test_what_could_not_be_told_is_no_verdict(app):
    answer = told(app, SolverError("the solver stopped at its time limit"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "verdict" not in answer.json()


def test_characters_that_utf8_cannot_write_are_no_obstacle(app):
    answer = told(app, InputError("expected bricks, got '\ud800'"))
    assert answer.json()["detail"] == "expected bricks, got '\ud800'"


def test_an_invalid_request_is_told_without_what_it_held(app):
    @app.post("/number")
    async def number(value: int):
        return value

    answer = TestClient(app).post("/number?value=secret")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == "query/value"
    assert "secret" not in answer.text
