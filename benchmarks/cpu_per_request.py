"""CPU seconds per request: `compare`, everything included, beside bare aiohttp, the openai SDK and litellm.acompletion.

Each client runs in a process of its own against one simulator in another; what is measured is the client's own CPU
time (user and system), after a warm-up that pays for imports. Prints one line a client and the ratios.

    python benchmarks/cpu_per_request.py [--requests 2000] [--in-flight 100] [--latency 0.05]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

WARM_UP = 100
MODEL = "bench"
CLIENTS = ("aiohttp", "openai", "litellm", "distilkit")


def main() -> None:
    """Run every client in turn and print what it cost."""
    options = _options()
    if options.client:
        print(json.dumps(_measure(options)))
        return
    server, url = _start_server(options.latency)
    try:
        costs = {client: _in_own_process(client, url, options) for client in CLIENTS}
    finally:
        server.terminate()
        server.wait()
    floor, peer = costs["aiohttp"], costs["litellm"]
    print(f"\n{options.requests} requests, {options.in_flight} in flight, {options.latency * 1000:.0f} ms latency")
    print(f"{'client':<12}{'CPU ms a request':>18}{'of litellm':>12}{'of aiohttp':>12}")
    for client, cost in costs.items():
        print(f"{client:<12}{cost * 1000:>18.3f}{cost / peer:>12.3f}{cost / floor:>12.2f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--in-flight", type=int, default=100)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    return parser.parse_args()


def _start_server(latency: float) -> tuple[subprocess.Popen[str], str]:
    model = f"{MODEL}:skill=0.5,latency_s={latency},jitter=0"
    command = [sys.executable, "-m", "distilkit.sim", "--port", "0", "--model", model]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    line = server.stdout.readline()
    return server, next(word for word in line.split() if word.startswith("http"))


def _in_own_process(client: str, url: str, options: argparse.Namespace) -> float:
    command = [sys.executable, __file__, "--client", client, "--url", url]
    command += ["--requests", str(options.requests), "--in-flight", str(options.in_flight)]
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    cost: float = json.loads(done.stdout.splitlines()[-1])
    print(f"measured {client}", file=sys.stderr)
    return cost


def _measure(options: argparse.Namespace) -> float:
    measure = _measure_distilkit if options.client == "distilkit" else _measure_async
    return measure(options)


def _prompts(start: int, count: int) -> list[str]:
    return [f"Problem {start + nth}: a shop sells {nth} pens at 2 dollars. What do they cost?" for nth in range(count)]


def _measure_distilkit(options: argparse.Namespace) -> float:
    import distilkit as dk
    from distilkit.profiles.profile import Profile
    from distilkit.profiles.secrets import Secret

    key = Secret("canary-key")
    profile = Profile(
        name="bench",
        provider="openai",
        model=MODEL,
        section="bench",
        base_url=options.url,
        api_key=key,
        max_concurrency=options.in_flight,
    )
    with tempfile.TemporaryDirectory() as folder:
        dk.compare(_prompts(0, WARM_UP), profile, store=folder, progress=False)
        before = time.process_time()
        frame = dk.compare(_prompts(WARM_UP, options.requests), profile, store=folder, progress=False)
        cost = time.process_time() - before
        assert frame["content"].notna().all()
        assert len(frame) == options.requests
        assert Path(folder).exists()
    return cost / options.requests


def _measure_async(options: argparse.Namespace) -> float:
    return asyncio.run(_measure_client(options))


async def _measure_client(options: argparse.Namespace) -> float:
    make = {"aiohttp": _aiohttp_client, "openai": _openai_client, "litellm": _litellm_client}[options.client]
    ask, close = make(options.url)
    await _ask_all(ask, _prompts(0, WARM_UP), options.in_flight)
    before = time.process_time()
    answers = await _ask_all(ask, _prompts(WARM_UP, options.requests), options.in_flight)
    cost = time.process_time() - before
    assert len(answers) == options.requests
    assert all(answers)
    await close()
    return cost / options.requests


Ask = Callable[[str], Awaitable[str]]
Close = Callable[[], Awaitable[None]]


async def _ask_all(ask: Ask, prompts: list[str], in_flight: int) -> list[str]:
    waiting, answers = iter(prompts), []

    async def work() -> None:
        for prompt in waiting:
            answers.append(await ask(prompt))  # noqa: PERF401 - workers share the list

    await asyncio.gather(*(work() for _ in range(in_flight)))
    return answers


def _aiohttp_client(url: str) -> tuple[Ask, Close]:
    import aiohttp

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def ask(prompt: str) -> str:
        body = {"model": MODEL, "messages": [{"role": "user", "content": prompt}]}
        async with session.post(f"{url}/chat/completions", json=body) as reply:
            answer: str = (await reply.json())["choices"][0]["message"]["content"]
            return answer

    return ask, session.close


def _openai_client(url: str) -> tuple[Ask, Close]:
    import openai

    client = openai.AsyncOpenAI(api_key="canary-key", base_url=url, max_retries=0)

    async def ask(prompt: str) -> str:
        messages = [{"role": "user", "content": prompt}]
        reply = await client.chat.completions.create(model=MODEL, messages=messages)  # type: ignore[arg-type]
        return reply.choices[0].message.content or ""

    return ask, client.close


def _litellm_client(url: str) -> tuple[Ask, Close]:
    import litellm

    litellm.suppress_debug_info = True

    async def ask(prompt: str) -> str:
        reply = await litellm.acompletion(
            model=f"openai/{MODEL}",
            messages=[{"role": "user", "content": prompt}],
            api_base=url,
            api_key="canary-key",
            max_retries=0,
            num_retries=0,
        )
        answer: str = reply.choices[0].message.content
        return answer

    async def close() -> None:
        await asyncio.sleep(0)

    return ask, close


if __name__ == "__main__":
    main()
