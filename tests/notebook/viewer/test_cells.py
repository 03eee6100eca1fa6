"""One answer as HTML."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.notebook.viewer.cells import Look, Room, answer_html, long_text
from distilkit.notebook.viewer.panel import Answer

LOOK = Look(room=Room(open=100, folded=1_000))
BLIND = Look(room=LOOK.room, blind=True)


def answer(**known: Any) -> Answer:
    return Answer(**{"profile": "a", "sample": 0, "scores": {}, "content": "42", **known})


def test_an_answer_is_shown_with_what_it_cost(tags: Any) -> None:
    shown = answer(output_tokens=12, cost_usd=0.0125, latency_s=1.25, scores={"correct": True})

    text = tags(answer_html(shown, LOOK)).text

    assert "42" in text
    assert "correct: yes · 12 tokens · $0.0125 · 1.2 s" in text


def test_what_is_not_known_is_said_to_be_unknown(tags: Any) -> None:
    text = tags(answer_html(answer(scores={"correct": None}), LOOK)).text

    assert "correct: unknown · tokens unknown · cost unknown · time unknown" in text


def test_thinking_is_folded_before_the_answer(tags: Any) -> None:
    page = answer_html(answer(thinking="well now"), LOOK)

    assert page.index("<details") < page.index("well now") < page.index("42")
    assert "open" not in [name for name, _ in tags(page).attributes]
    assert "Thinking, 8 characters" in page


def test_an_error_is_shown_in_words_and_beside_what_had_come(tags: Any) -> None:
    failed = answer(error_kind="timeout", error="after <60> s", content="half an ans")

    text = tags(answer_html(failed, LOOK)).text

    assert "⚠ failed: timeout" in text
    assert "after <60> s" in text
    assert "half an ans" in text


def test_an_empty_answer_and_one_never_asked_are_no_blank_cells(tags: Any) -> None:
    assert "empty answer" in tags(answer_html(answer(content=" \n"), LOOK)).text
    assert "not asked" in tags(answer_html(None, LOOK)).text
    assert "no answer" in tags(answer_html(answer(content=None), LOOK)).text


def test_an_answer_that_was_cut_off_says_so(tags: Any) -> None:
    assert "cut off by the token limit" in tags(answer_html(answer(finish_reason="length"), LOOK)).text


def test_an_answer_that_may_not_be_learnt_from_says_why(tags: Any) -> None:
    assert "not valid: truncated, too_long" in tags(answer_html(answer(reasons="truncated, too_long"), LOOK)).text
    assert "valid" not in tags(answer_html(answer(reasons=""), LOOK)).text
    assert "valid" not in tags(answer_html(answer(reasons="truncated"), BLIND)).text


def test_a_long_text_is_cut_and_the_rest_folded(tags: Any) -> None:
    said = "".join(f"{nth:09} " for nth in range(50))

    page = long_text(said, LOOK.room)

    assert page.count("<details") == 1
    assert "Show 400 more characters" in page
    assert tags(page).text.replace("Show 400 more characters", "").replace("…", "") == said


def test_a_text_of_a_megabyte_is_left_out_beyond_its_room_and_counted() -> None:
    page = long_text("x" * 1_000_000, LOOK.room)

    assert len(page) < 3_000
    assert "another 998,900 in the frame" in page


def test_a_fold_for_a_few_characters_is_not_made() -> None:
    assert "<details" not in long_text("x" * 120, LOOK.room)


def test_words_that_differ_are_marked_and_underlined() -> None:
    page = answer_html(answer(content="it is 42"), LOOK, reference="it is 53")

    assert 'underline;text-underline-offset:.2em">42</mark>' in page
    assert page.count("<mark") == 1


def test_a_marked_text_is_cut_like_any_other() -> None:
    reference, said = "a b c " * 20, "a b d " * 20

    page = answer_html(answer(content=said), LOOK, reference=reference)

    assert "Show 20 more characters" not in page
    assert answer_html(answer(content=said * 2), LOOK, reference=reference).count("<details") == 1


def test_a_text_too_long_to_compare_says_so(tags: Any) -> None:
    page = answer_html(answer(content="x " * 9_000), LOOK, reference="y")

    assert "too long to mark" in tags(page).text
    assert "same words" in tags(answer_html(answer(), LOOK, reference="42")).text


def test_a_blind_reader_sees_nothing_that_tells_who_answered(tags: Any) -> None:
    known = answer(
        thinking="I am Claude",
        thinking_kind="encrypted",
        cost_usd=1.0,
        output_tokens=3,
        latency_s=2.0,
        scores={"s": 1.0},
    )

    assert tags(answer_html(known, BLIND)).text == "42"
    failed = answer(content=None, error_kind="timeout", error="openai: no reply")
    assert tags(answer_html(failed, BLIND)).text == "⚠ failed"


@pytest.mark.parametrize("field", ["content", "thinking", "error", "error_kind", "thinking_kind", "rated"])
def test_nothing_that_was_said_becomes_a_tag(tags: Any, field: str) -> None:
    evil = '<img src=x onerror="alert(1)"><script>1</script></div>\x1b[31m\u202e'
    known = {field: evil} if field != "rated" else {}

    page = tags(answer_html(answer(**known), LOOK, reference="x", rated=evil))

    assert {"img", "script"}.isdisjoint(page.tags)
    assert {name for name, _ in page.attributes} <= {"style", "dir"}
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text
