"""Real answers of real models, where the data lies beside the repository: recorded replies, and 1,319 questions."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from aiohttp import web

import distilkit as dk
from distilkit.profiles.profile import Profile, Retry
from distilkit.profiles.secrets import Secret
from distilkit.sim import Dials, Server

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
REPLIES = sorted((DATA / "recorded_replies").glob("*.json"))
GSM8K = DATA / "gsm8k_mixtral_gpt4.csv"

needs_data = pytest.mark.skipif(not GSM8K.exists(), reason="the recorded data does not lie beside the repository")

# How each recorded answer and its thinking begin, its kind, and the tokens in and out that the provider counted.
SAID: dict[str, tuple[str, str | None, str, int, int]] = {
    "anthropic_redacted-0": ("I notice that your message", None, "encrypted", 92, 196),
    "anthropic_redacted-1": ("That message appeared", None, "encrypted", 168, 232),
    "anthropic_thinking-0": ("Here's how to cross the street", "This is a straightforward", "summary", 43, 321),
    "anthropic_thinking-1": ("# How to Cross a River", "This is an interesting analogy", "summary", 354, 525),
    "deepseek_reasoning_content-0": ("Crossing the street safely", "Okay, the user is asking", "raw", 12, 789),
    "deepseek_stream-0": ("Hello there!", 'Hmm, the user just said "Hello"', "raw", 6, 212),
    "gemini_thought_parts-0": ("Crossing the street safely", "**A Safe Street-Crossing", "summary", 29, 1737),
    "gemini_thought_parts-1": ("Crossing a river is", "**Navigating Nature's Road", "summary", 1280, 2073),
    "groq_two_shapes-0": ("To make Uruguayan alfajores", "Okay, so I want to make", "raw", 21, 1414),
    "groq_two_shapes-1": ("To create authentic Argentinian", "Alright, so I want", "raw", 524, 1590),
    "huggingface_think_tags-0": ("Crossing the street safely", "Okay, the user asked", "raw", 10, 995),
    "huggingface_think_tags-1": ("Crossing a river is", "Okay, the user is asking", "raw", 32, 1425),
    "mistral_content_list-1": ("Crossing a river is", "**Analogizing crossing", "raw", 664, 747),
    "openrouter_reasoning-0": ("Of course. This is", "1.  **Deconstruct", "raw", 24, 2801),
}


def interactions() -> list[Any]:
    found = []
    for file in REPLIES:
        for nth, interaction in enumerate(json.loads(file.read_text())["interactions"]):
            if "/responses" in interaction["path"]:
                continue  # another API than chat completions; no chat request leads there
            name = f"{file.stem}-{nth}"
            found.append(pytest.param({**interaction, "id": name}, id=name))
    return found or [pytest.param(None, marks=needs_data)]


class Replayed:
    """A server on loopback that answers every request with one recorded reply, and counts."""

    def __init__(self, interaction: dict[str, Any]) -> None:
        self.requests: list[str] = []
        self._interaction = interaction
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    async def _answer(self, request: web.Request) -> web.Response:
        self.requests.append(request.path)
        body = self._interaction["body"]
        text = body if isinstance(body, str) else json.dumps(body)
        kind = self._interaction["content_type"].partition(";")[0]
        return web.Response(text=text, status=self._interaction["status"], content_type=kind)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application()
        app.router.add_post("/{path:.*}", self._answer)
        runner = web.AppRunner(app)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        self._loop.run_until_complete(site.start())
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@pytest.fixture
def replayed(interaction: dict[str, Any]) -> Iterator[Replayed]:
    server = Replayed(interaction)
    yield server
    server.close()


@needs_data
@pytest.mark.parametrize("interaction", interactions())
def test_recorded_replies_go_the_whole_way(interaction: dict[str, Any], replayed: Replayed, tmp_path: Path) -> None:
    provider = interaction["provider"]
    profile = Profile(
        name=provider,
        provider=provider,
        model=interaction["request_model"] or "gemini-3-pro-preview",
        section=provider,
        base_url=replayed.url,
        api_key=Secret("canary-key"),
        retry=Retry(max_attempts=1),
    )

    row = dk.compare(["How do I cross the street?"], profile, store=tmp_path / "store").iloc[0]
    again = dk.compare(["How do I cross the street?"], profile, store=tmp_path / "store", cache="only").iloc[0]

    assert pd.isna(row["error"]), row["error"]
    assert len(replayed.requests) == 1
    content, thinking, kind, tokens_in, tokens_out = SAID[interaction["id"]]
    assert row["content"].lstrip().startswith(content)
    assert pd.isna(row["thinking"]) if thinking is None else row["thinking"].startswith(thinking)
    assert (row["thinking_kind"], row["input_tokens"], row["output_tokens"]) == (kind, tokens_in, tokens_out)
    assert row["finish_reason"] == "stop"
    assert (again["content"], again["thinking_kind"]) == (row["content"], row["thinking_kind"])


@pytest.fixture(scope="module")
def gsm8k() -> pd.DataFrame:
    return pd.read_csv(GSM8K, keep_default_na=False)


MODELS = {
    "mistral/open-mixtral-8x7b": "mistralai/Mixtral-8x7B-Instruct-v0.1",
    "openai/gpt-4-1106-preview": "gpt-4-1106-preview",
}


@needs_data
def test_recorded_answers_are_compared_with_their_recorded_verdicts(gsm8k: pd.DataFrame, tmp_path: Path) -> None:
    for profile, column in MODELS.items():
        recorded = pd.DataFrame({"prompt": gsm8k["prompt"], "content": gsm8k[f"{column}_response"]})
        added = dk.add_recorded(recorded, profile, store=tmp_path / "store")
        assert added == len(gsm8k)
    verdicts = {profile: gsm8k[column].tolist() for profile, column in MODELS.items()}

    def recorded_verdict(row: Any) -> bool:
        return bool(verdicts[row["profile"]][row["prompt_id"]])

    frame = dk.compare(
        gsm8k["prompt"], list(MODELS), score={"correct": recorded_verdict}, store=tmp_path / "store", cache="only"
    )

    assert len(frame) == 2 * len(gsm8k)
    assert frame["error"].isna().all()
    assert frame["from_store"].all()
    assert frame["cost_usd"].isna().all()
    summary = dk.summarize(frame).set_index("profile")["correct"]
    assert summary.round(4).to_dict() == {"mistral/open-mixtral-8x7b": 0.6384, "openai/gpt-4-1106-preview": 0.8567}


@needs_data
def test_a_last_number_score_agrees_with_the_recorded_verdicts(gsm8k: pd.DataFrame, tmp_path: Path) -> None:
    mixtral, gpt4 = MODELS.values()
    right = gsm8k[gsm8k[mixtral] | gsm8k[gpt4]].reset_index(drop=True)
    assert len(right) == 1_225
    known_right = right[f"{mixtral}_response"].where(right[mixtral], right[f"{gpt4}_response"])
    truth = known_right.map(dk.score.last_number).map(str)
    recorded = pd.DataFrame({"prompt": right["prompt"], "content": right[f"{gpt4}_response"]})
    dk.add_recorded(recorded, "openai/gpt-4-1106-preview", store=tmp_path / "store")

    frame = dk.compare(
        pd.DataFrame({"prompt": right["prompt"], "answer": truth}),
        "openai/gpt-4-1106-preview",
        score={"correct": dk.score.number("answer")},
        store=tmp_path / "store",
        cache="only",
    )

    agreement = (frame["correct"].fillna(value=False).astype(bool).to_numpy() == right[gpt4].to_numpy()).mean()
    assert agreement >= 0.97


@needs_data
def test_the_same_questions_go_through_the_simulator(gsm8k: pd.DataFrame, tmp_path: Path) -> None:
    dials = Dials(latency_s=0.005, thinking="tags")
    with Server.start({"m": dials}) as server:
        profile = Profile(name="m", provider="sim", model="m", section="m", base_url=server.url, sim=dials)

        frame = dk.compare(gsm8k["prompt"], profile, store=tmp_path / "store")

        assert server.stats()["answers"] == gsm8k["prompt"].nunique()
    assert len(frame) == len(gsm8k)
    assert frame["error"].isna().all()
    assert frame["content"].str.contains("[simulated]", regex=False).all()
