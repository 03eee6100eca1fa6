"""Answers in the form a schema asks for, and the models that forget a property."""

from __future__ import annotations

import json
from typing import Any

import pytest

from distilkit.sim.answer import answer
from distilkit.sim.asked import RefusedError, read_request
from distilkit.sim.shaped import Form
from distilkit.sim.spec import Dials
from distilkit.sim.working import Said
from distilkit.tasks import sample_task

SAID = Said(("Three and four are 7.",), "7")
SCHEMA = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "answer": {"type": "integer"}},
    "required": ["reason", "answer"],
}


def body(*texts: str, form: Any = None) -> bytes:
    messages = [{"role": "user", "content": text} for text in texts]
    return json.dumps({"model": "m", "messages": messages, "response_format": form}).encode()


def form(schema: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}}


def filled(schema: Any) -> Any:
    return json.loads(Form(schema).filled(SAID, complete=True))


def test_numbers_are_the_answer_and_texts_the_sentence_before_it() -> None:
    assert filled(SCHEMA) == {"reason": "Three and four are 7.", "answer": 7}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "array", "items": {"type": "number"}, "minItems": 2}, [7, 7]),
        ({"enum": ["a", "7"]}, "7"),
        ({"enum": ["a", "b"]}, "a"),
        ({"const": None}, None),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 7),
        ({"type": ["null", "boolean"]}, True),
        ({"$ref": "#/$defs/N", "$defs": {"N": {"type": "integer"}}}, 7),
        ({"$ref": "#/$defs/missing"}, "Three and four are 7."),
    ],
)
def test_every_kind_of_schema_has_a_value(schema: Any, value: Any) -> None:
    assert filled(schema) == value


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    tree = {"$ref": "#/$defs/T", "$defs": {"T": {"type": "object", "properties": {"child": {"$ref": "#/$defs/T"}}}}}

    assert isinstance(filled(tree), dict)


def test_a_skilled_model_fills_the_form_with_the_right_answer() -> None:
    tasks = sample_task(20)
    for question, right in zip(tasks["prompt"], tasks["answer"], strict=True):
        (choice,) = answer(read_request(body(question, form=form(SCHEMA))), "m", Dials(skill=1.0))
        found = json.loads(choice.content)
        assert set(found) == {"reason", "answer"}
        if str(right).isdigit():
            assert found["answer"] == int(right)


def test_a_weak_model_forgets_a_property_now_and_then_and_a_repair_still_knows_the_question() -> None:
    questions = sample_task(60)["prompt"].tolist()
    replies = [answer(read_request(body(q, form=form(SCHEMA))), "m", Dials(skill=0.3))[0] for q in questions]
    forgotten = [q for q, each in zip(questions, replies, strict=True) if len(json.loads(each.content)) < 2]

    assert 0 < len(forgotten) < 30
    repaired = [
        answer(read_request(body(q, "That lacks a property.", form=form(SCHEMA))), "m", Dials(skill=1.0))[0]
        for q in forgotten
    ]
    assert all("simulated" not in each.content for each in repaired)


@pytest.mark.parametrize(
    "wrong", ["json", {"type": "xml"}, {"type": "json_schema"}, {"type": "json_schema", "json_schema": {"schema": 3}}]
)
def test_a_wrong_form_is_refused_as_a_provider_would(wrong: Any) -> None:
    with pytest.raises(RefusedError) as caught:
        read_request(body("q", form=wrong))

    assert caught.value.param is not None
    assert caught.value.param.startswith("response_format")
