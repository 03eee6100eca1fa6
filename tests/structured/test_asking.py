"""What a request looks like in each mode: the schema where its provider takes it, words where it does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pydantic import BaseModel, RootModel

from distilkit.calls import Call, Prompt
from distilkit.planning import plan
from distilkit.profiles import Profile, Route, Strategy
from distilkit.structured import prepare, shaped
from distilkit.structured.asking import in_words, is_native, repair

Make = Callable[..., Any]


class Out(BaseModel):
    answer: int
    note: str = ""


class Loose(BaseModel):
    counts: dict[str, int]


OUT = prepare(Out)
QUESTION = [{"role": "user", "content": "How many?"}]


def one(target: Profile | Route, messages: Sequence[Any] = QUESTION, structure: Any = OUT) -> Call:
    (call,) = shaped(plan([Prompt(0, "How many?", messages)], [target], params={}, samples=1), structure)
    return call


def form(call: Call) -> Any:
    return call.request.params.get("response_format")


def said(call: Call) -> Any:
    return call.request.messages[-1]["content"]


def test_the_schema_mode_sends_the_strict_form_and_leaves_the_prompt(profile: Make) -> None:
    call = one(profile(provider="openai", model="gpt-4o-mini", base_url=None))

    assert form(call)["type"] == "json_schema"
    assert form(call)["json_schema"]["name"] == "Out"
    assert form(call)["json_schema"]["strict"] is True
    assert form(call)["json_schema"]["schema"]["required"] == ["answer", "note"]
    assert form(call)["json_schema"]["schema"]["additionalProperties"] is False
    assert said(call) == "How many?"


def test_a_schema_without_a_strict_form_is_sent_as_it_is(profile: Make) -> None:
    structure = prepare(Loose)

    call = one(profile(provider="openai", model="gpt-4o-mini", base_url=None), structure=structure)

    assert form(call)["json_schema"] == {"name": "Loose", "schema": structure.schema, "strict": False}


def test_a_mode_that_is_not_strict_gets_the_schema_as_it_is(profile: Make) -> None:
    call = one(profile(provider="gemini", model="gemini-2.5-flash", base_url=None))

    assert form(call)["json_schema"] == {"name": "Out", "schema": OUT.schema, "strict": False}


def test_a_model_that_is_not_shown_the_schema_is_told_it_too(profile: Make) -> None:
    call = one(profile(provider="hosted_vllm"))

    assert form(call)["type"] == "json_schema"
    assert OUT.words in said(call)


def test_the_json_mode_needs_the_words(profile: Make) -> None:
    call = one(profile(provider="deepseek", model="deepseek-chat", base_url=None))

    assert form(call) == {"type": "json_object"}
    assert said(call) == f"How many?\n\n{OUT.words}"
    assert "JSON" in said(call)


def test_elsewhere_words_alone_ask(profile: Make) -> None:
    call = one(profile())

    assert form(call) is None
    assert OUT.words in said(call)
    assert not is_native(call)


@pytest.mark.parametrize(("stated", "kind"), [("schema", "json_schema"), ("object", "json_object")])
def test_the_profile_has_the_last_word(stated: str, kind: str, profile: Make) -> None:
    assert form(one(profile(structured_output=stated)))["type"] == kind


def test_a_list_is_asked_for_in_words(profile: Make) -> None:
    """Providers promise objects only."""
    wanted = prepare(RootModel[list[int]])

    openai = one(profile(provider="openai", model="gpt-4o", base_url=None), structure=wanted)

    assert form(openai) is None
    assert wanted.words in said(openai)
    assert form(one(profile(structured_output="object"), structure=wanted)) is None
    assert form(one(profile(structured_output="schema"), structure=wanted))["type"] == "json_schema"


def test_a_format_of_the_profiles_own_gives_way_to_a_mode_and_stays_beside_words(profile: Make) -> None:
    own = {"response_format": {"type": "json_object"}}

    assert form(one(profile(params=own, structured_output="schema")))["type"] == "json_schema"
    assert form(one(profile(params=own))) == {"type": "json_object"}


def test_the_words_stand_behind_the_last_thing_the_user_said(profile: Make) -> None:
    picture = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": "data:,x"}}]
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": picture},
        {"role": "assistant", "content": "{"},
    ]

    call = one(profile(), messages)

    assert call.request.messages[0] == messages[0]
    assert call.request.messages[1]["content"] == [*picture, {"type": "text", "text": OUT.words}]
    assert call.request.messages[2] == messages[2]
    assert len(messages[1]["content"]) == 2


def test_without_a_user_the_words_are_the_users(profile: Make) -> None:
    call = one(profile(), [{"role": "system", "content": "Count."}])

    assert call.request.messages[1] == {"role": "user", "content": OUT.words}


def test_the_shape_is_part_of_the_key(profile: Make) -> None:
    plain = plan([Prompt(0, "How many?", QUESTION)], [profile()], params={}, samples=1)[0]

    keys = {
        plain.key,
        one(profile()).key,
        one(profile(structured_output="object")).key,
        one(profile(), structure=prepare(Loose)).key,
    }

    assert len(keys) == 4
    assert one(profile()).key == one(profile()).request.key()


def test_refused_words_are_said_once(profile: Make) -> None:
    native = one(profile(structured_output="object"))

    worded = in_words(native, OUT)

    assert is_native(native)
    assert not is_native(worded)
    assert worded.key == one(profile()).key
    assert in_words(worded, OUT) == worded


def test_a_repair_goes_on_from_the_question(profile: Make) -> None:
    call = one(profile(structured_output="object"))

    again = repair(call, "{}", "answer: Field required")

    *before, answer, wrong = again.request.messages
    assert before == list(call.request.messages)
    assert answer == {"role": "assistant", "content": "{}"}
    assert wrong["role"] == "user"
    assert "answer: Field required" in wrong["content"]
    assert again.request.params == call.request.params
    assert again.key != call.key
    assert (again.prompt_id, again.prompt, again.request.sample) == (call.prompt_id, call.prompt, 0)


def test_each_member_of_a_strategy_is_asked_in_its_own_way(profile: Make) -> None:
    members = (profile("a", structured_output="object"), profile("b"))
    route = Route(strategy=Strategy(name="both", policy="failover", profiles=("a", "b")), members=members)

    call = one(route)
    again = repair(call, "{}", "wrong")

    assert [form(option) is None for option in call.options] == [False, True]
    assert call.options[1].key == one(members[1]).key
    assert (again.route, again.name) == (route, "both")
    assert [len(option.request.messages) for option in again.options] == [3, 3]
    assert len({call.key, again.key, in_words(call, OUT).key}) == 3
