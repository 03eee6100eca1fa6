"""The playground as a widget, driven from Python as a browser would drive it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

import distilkit as dk
from distilkit.errors import InputError
from distilkit.frame import COLUMNS
from distilkit.notebook.playground import playground
from distilkit.notebook.playground.widget import Playground

EVIL = "<img src=x onerror=alert(1)>"


def until_shown(shown: Any, made: Any, words: str) -> None:
    """Wait until the page says this; what grows is drawn by another thread."""
    for _ in range(1_200):
        if words in shown(made):
            return
        threading.Event().wait(0.05)
    raise AssertionError(f"{words!r} is not on the page: {shown(made)[-2_000:]}")


def test_what_is_sent_is_answered_side_by_side_and_in_the_frame(play: Any, shown: Any, fast: Any) -> None:
    made = play(fast("one"), fast("two", thinking="reasoning_content", thinking_tokens=40))

    made.send("What is 3 + 4?", system="Be brief.")
    df = made.wait()

    assert df["profile"].tolist() == ["one", "two"]
    assert list(df.columns[: len(COLUMNS)]) == list(COLUMNS)
    assert df["round"].tolist() == [1, 1]
    assert df["system"].tolist() == ["Be brief.", "Be brief."]
    page = shown(made)
    assert page.count("✓ answered") == 2
    assert page.count("<details style") >= 1
    assert "Round 1: 2 answered" in page


def test_the_button_does_what_send_does(play: Any, find: Any, fast: Any) -> None:
    made = play(fast("one"))
    find(made, ipywidgets.Textarea, "Prompt").value = "Hello"

    find(made, ipywidgets.Button, "Send").click()

    assert made.wait()["prompt"].tolist() == ["Hello"]


def test_the_answer_grows_on_the_page_and_the_buttons_follow(play: Any, find: Any, shown: Any, growing: Any) -> None:
    server = growing(first="half an ", rest="answer")
    made = play(server.profile())
    send, stop = find(made, ipywidgets.Button, "Send"), find(made, ipywidgets.Button, "Stop")
    before = (send.disabled, stop.disabled)

    made.send("Hello")
    until_shown(shown, made, "half an ")
    during = (send.disabled, stop.disabled)
    server.gate.set()
    df = made.wait()

    assert before == (False, True)
    assert during == (True, False)
    assert (send.disabled, stop.disabled) == (False, True)
    assert df["content"].tolist() == ["half an answer"]
    assert "half an answer" in shown(made)


def test_stop_keeps_what_had_come_and_the_row_says_so(play: Any, find: Any, shown: Any, growing: Any) -> None:
    made = play(growing(first="half an ").profile())
    made.send("Hello")
    until_shown(shown, made, "half an ")

    find(made, ipywidgets.Button, "Stop").click()
    df = made.wait()

    assert df["content"].tolist() == ["half an "]
    assert df["error"].str.startswith("stopped before the end").all()
    assert "half an " in shown(made)
    assert "■ stopped" in shown(made)


def test_what_was_asked_before_is_served_and_compare_finds_it(play: Any, shown: Any, store: Path, fast: Any) -> None:
    profile = fast("one")
    made = play(profile)
    made.send("Hello")
    made.wait()

    made.send()
    df = made.wait()

    assert df["from_store"].tolist() == [False, True]
    assert df["billed_usd"].tolist()[1] == 0
    assert "from the store, nothing was paid" in shown(made)
    assert dk.compare("Hello", profile, store=store, progress=False)["from_store"].all()


def test_asked_anew_it_is_sent_again(play: Any, find: Any, fast: Any) -> None:
    made = play(fast("one"))
    made.send("Hello")
    made.wait()

    find(made, ipywidgets.Checkbox, "Ask again").value = True
    made.send()

    assert made.wait()["from_store"].tolist() == [False, False]


def test_parameters_and_prompts_reach_the_provider_as_they_were_typed(play: Any, find: Any, growing: Any) -> None:
    server = growing()
    server.gate.set()
    made = play(server.profile())
    for name, value in (("Temperature", "0.5"), ("Max tokens", "7"), ("More parameters", "seed=3, stop=END")):
        find(made, ipywidgets.Text, name).value = value

    made.send(" two\n  lines ", system="$x$ <b>")
    df = made.wait()

    (body,) = server.bodies
    assert [message["content"] for message in body["messages"]] == ["$x$ <b>", " two\n  lines "]
    assert {name: body[name] for name in ("temperature", "max_tokens", "seed")} == {
        "temperature": 0.5,
        "max_tokens": 7,
        "seed": 3,
    }
    assert df["params"].tolist() == ['{"temperature": 0.5, "max_tokens": 7, "seed": 3, "stop": "END"}']


def test_a_failure_stands_in_its_own_column_escaped(play: Any, shown: Any, growing: Any, fast: Any) -> None:
    made = play(growing(status=401).profile(EVIL), fast("good"))

    made.send("Hello")
    df = made.wait()

    page = shown(made)
    assert df["error_kind"].fillna("").tolist() == ["authentication", ""]
    assert "failed: authentication" in page
    assert "The key was refused" in page
    assert "✓ answered" in page
    assert "<img" not in page
    assert "<b>refused" not in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("Prompt", "", "Write a prompt"), ("Temperature", "warm", "is no number"), ("More", "x", "no name=value")],
)
def test_the_button_says_what_is_missing_and_send_raises_it(
    play: Any, find: Any, shown: Any, field: str, value: str, said: str
) -> None:
    made = play("sim/small")
    find(made, ipywidgets.Textarea, "Prompt").value = "Hello"
    kind = ipywidgets.Textarea if field == "Prompt" else ipywidgets.Text
    find(made, kind, field).value = value

    find(made, ipywidgets.Button, "Send").click()

    assert said in shown(made)
    assert made.df.empty
    with pytest.raises(InputError, match=said):
        made.send()


def test_nobody_ticked_is_said(play: Any, find: Any) -> None:
    made = play("sim/small")
    find(made, ipywidgets.Checkbox, "sim/small").value = False

    with pytest.raises(InputError, match="Tick at least one profile"):
        made.send("Hello")


def test_a_second_prompt_waits_for_the_first_to_end(play: Any, growing: Any) -> None:
    server = growing(first="x")
    made = play(server.profile())
    made.send("Hello")

    with pytest.raises(InputError, match="still coming"):
        made.send("And?")

    server.gate.set()
    assert made.wait()["prompt"].tolist() == ["Hello"]


def test_the_history_shows_an_earlier_round_and_fills_it_in_again(play: Any, find: Any, shown: Any, fast: Any) -> None:
    made = play(fast("one"), fast("two"))
    find(made, ipywidgets.Text, "Temperature").value = "0.5"
    made.send("first", system="Be brief.")
    made.wait()
    find(made, ipywidgets.Text, "Temperature").value = ""
    find(made, ipywidgets.Checkbox, "two").value = False
    made.send("second", system="")
    made.wait()
    history = find(made, ipywidgets.Dropdown, "History")

    assert [text for text, _ in history.options] == ["2 · second", "1 · first"]
    assert shown(made).count("✓ answered") == 1
    history.value = 1
    assert shown(made).count("✓ answered") == 2
    find(made, ipywidgets.Button, "Use this prompt").click()
    wish = made._form.wish()

    assert (wish.prompt, wish.system, wish.params) == ("first", "Be brief.", {"temperature": 0.5})
    assert list(wish.targets) == ["one", "two"]


def test_a_profile_is_added_by_its_name(play: Any, find: Any) -> None:
    made = play("sim/small")
    field = find(made, ipywidgets.Text, "Add a profile")

    field.value = " openai/gpt-4o-mini "

    assert find(made, ipywidgets.Checkbox, "openai/gpt-4o-mini").value
    assert field.value == ""
    made.send("Hello")
    assert "OPENAI_API_KEY" in made.wait()["error"].tolist()[1]


def test_the_estimate_follows_what_is_typed(play: Any, find: Any, shown: Any) -> None:
    made = play("sim/small")
    find(made, ipywidgets.Textarea, "Prompt").value = "Hello"
    find(made, ipywidgets.Text, "Max tokens").value = "100"

    until_shown(shown, made, "1 to 100 out")
    find(made, ipywidgets.Text, "Max tokens").value = "many"
    until_shown(shown, made, "No estimate yet. Max tokens")


def test_at_most_ten_updates_a_second_are_shared_by_the_columns(store: Path, fast: Any) -> None:
    """With a clock that stands still the first picture is the only one until the end."""
    from distilkit.notebook.playground.offers import offers

    made = Playground(offers(None, [fast(f"p{nth}", latency_s=0.8) for nth in range(3)]), store, clock=lambda: 0.0)
    drawn: list[int] = []
    original = made._cards.show
    made._cards.show = lambda columns: drawn.append(1) or original(columns)  # type: ignore[func-returns-value] # counts

    made.send("Hello")
    made.wait()

    assert len(drawn) <= 4  # at the start, at the first tick, at the end; there were some sixteen ticks
    made.close()


def test_closing_leaves_no_widget_behind_and_keeps_the_frame(store: Path, fast: Any) -> None:
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    made = playground(store=store, profiles=[fast("one"), fast("two")])
    made.send("Hello")
    made.wait()
    made._form._boxes["two"].value = False
    made.send("Again")
    made.wait()

    made.close()
    made.close()

    assert set(_instances) == before
    assert made.df["round"].tolist() == [1, 1, 2]
    with pytest.raises(InputError, match="closed"):
        made.send("More")


def test_closing_while_answers_come_stops_them(growing: Any, shown: Any, play: Any) -> None:
    made = play(growing(first="half").profile())
    made.send("Hello")
    until_shown(shown, made, "half")

    made.close()

    assert made.df["content"].tolist() == ["half"]


def test_what_is_saved_is_a_table_and_a_line(play: Any, fast: Any) -> None:
    made = play(fast("one"))
    empty = made._repr_mimebundle_()
    made.send(EVIL)
    made.wait()

    bundle = made._repr_mimebundle_()

    assert "nothing was asked yet" in empty["text/html"]
    assert bundle["text/plain"] == "Playground(1 round, 1 answer)"
    assert "<table" in bundle["text/html"]
    assert "<img" not in bundle["text/html"]


def test_a_profiles_name_beside_its_box_is_shown_as_it_is_and_its_markup_as_text(play: Any, fast: Any) -> None:
    made = play(fast("<b>$x$"), fast("plain"))

    boxes = {box.tooltip: box for box in made._form._boxes.values()}

    assert {box.description_allow_html for box in boxes.values()} == {True}
    assert ">plain<" in boxes["plain"].description
    assert ">&lt;b&gt;$x$<" in boxes["<b>$x$"].description
    assert "mathjax_ignore" in boxes["<b>$x$"].description


def test_every_control_has_a_name(play: Any) -> None:
    """A screen reader says the description, or without one the tooltip."""
    made = play("sim/small")
    kinds = (
        ipywidgets.Text,
        ipywidgets.Textarea,
        ipywidgets.Dropdown,
        ipywidgets.Button,
        ipywidgets.Checkbox,
    )

    waiting, names = [made], []
    while waiting:
        each = waiting.pop()
        if isinstance(each, kinds):
            names.append(each.description or each.tooltip)
        waiting.extend(getattr(each, "children", ()))

    assert len(names) > 10
    assert all(names)


def test_no_key_is_on_the_page_in_the_frame_or_in_the_repr(play: Any, shown: Any, growing: Any) -> None:
    server = growing(status=500)
    made = play(server.profile())
    made.send("Hello")
    df = made.wait()

    for text in (shown(made), df.to_csv(), repr(made), made._static()):
        assert "canary-key" not in text


def test_a_store_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(InputError, match="store= takes a Store"):
        playground(store=7)  # type: ignore[arg-type] # on purpose
