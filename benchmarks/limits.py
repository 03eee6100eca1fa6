"""Time over the least possible, and 429s, under a provider's limits: distilkit, litellm.Router and curator.

Each contestant gets the same prompts and is told the same limits in its own way (`peers/run_*.py` say where each
setting comes from), one after the other, each against a simulator of its own that enforces them. The clock starts when
the library is imported and has answered one question at another server, and stops when the rows are in hand; "process"
is all of it, imports and exit included. 429s and requests are counted at the server. On a busy machine all are slower.

The least possible time is what the tokens (or the requests) take at the limit's rate. A server whose window is any
sixty seconds also lets a client spend its first minute at once, so a contestant that bursts can be below 1; how hard it
burst shows in "most in flight". A server that fills a bucket has no such gift: --dials limit_style=bucket,burst_s=2.

The peers are installed into environments of their own, kept in a cache folder (--envs), with the newest versions that
pip finds. One that cannot be installed, or fails, is shown as that.

    python benchmarks/limits.py [--prompts 1000] [--scale 1] [--only distilkit] [--limit-s 900] [--dials NAME=VALUE,...]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers import served, workload
from peers.environments import DEFAULT_FOLDER, NotInstalledError, python_with

HERE = Path(__file__).parent
_HEADINGS = ("contestant", "seconds", "process", "least", "ratio", "429s", "rows lost", "requests", "most in flight")
_WIDTHS = (26, 9, 9, 8, 8, 8, 11, 10, 16)


@dataclass(frozen=True)
class Contestant:
    """A script under `peers/`, and what it needs: its requirement, or None for this environment, and its variables."""

    script: str
    requirement: str | None = None
    variables: Callable[[Path, Path], dict[str, str]] = lambda _python, _home: {}


@dataclass(frozen=True)
class Turn:
    """How a contestant did.

    Attributes:
        seconds: what it took, by its own clock; where it did not finish, until it ended.
        process_s: what its process took, imports included.
        rows: prompts with an answer in hand; where it did not finish, those that the server answered.
        version: of the client; "" where it did not say.
        counted: the server's counts.
        trouble: why it did not finish; "" where it did.
        lost: why rows were lost; "" where none was, or it does not say.
    """

    seconds: float
    process_s: float
    rows: int
    version: str
    counted: dict[str, Any]
    trouble: str
    lost: str = ""


def _curator_variables(python: Path, home: Path) -> dict[str, str]:
    """Switch off telemetry, cache and live display; take cl100k's file from LiteLLM's copy, not from the network."""
    (tokenizers,) = python.parents[1].glob("**/site-packages/litellm/litellm_core_utils/tokenizers")
    return {
        "HOME": str(home),
        "CURATOR_CACHE_DIR": str(home / "curator"),
        "HF_HOME": str(home / "hf"),
        "HF_HUB_OFFLINE": "1",
        "TELEMETRY_ENABLED": "false",
        "CURATOR_DISABLE_RICH_DISPLAY": "1",
        "TIKTOKEN_CACHE_DIR": str(tokenizers),
    }


def _usage_based(_python: Path, _home: Path) -> dict[str, str]:
    return {"ROUTING": "usage-based-routing-v2"}


CONTESTANTS = {
    "distilkit": Contestant("run_distilkit.py"),
    "litellm.Router": Contestant("run_litellm_router.py", "litellm"),
    "litellm.Router v2": Contestant("run_litellm_router.py", "litellm", _usage_based),
    "curator": Contestant("run_curator.py", "bespokelabs-curator", _curator_variables),
}


def main() -> None:
    """Let each contestant run in turn, and print the table."""
    options = _options()
    with served.simulator(None) as warm_url:
        _print(options, served.Limits.scaled(options.scale, options.dials), warm_url)


def _print(options: argparse.Namespace, limits: served.Limits, warm_url: str) -> None:
    tokens = served.tokens_of(workload.prompts(options.prompts), warm_url)
    least = limits.least_s(options.prompts, tokens)
    print(f"{options.prompts:,} prompts, {tokens:,} tokens with their answers; allowed a minute:", end=" ")
    print(f"{limits.requests_per_minute:,} requests, {limits.tokens_per_minute:,} tokens {limits.dials}")
    print(_line(_HEADINGS), flush=True)
    for name in options.only or CONTESTANTS:
        print(_judged(name, options, limits, least, warm_url), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=1_000)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies both limits, for a quicker look")
    parser.add_argument("--only", action="append", choices=list(CONTESTANTS), help="may be given again")
    parser.add_argument("--limit-s", type=float, default=900.0, help="a contestant is ended after so many seconds")
    parser.add_argument("--dials", default="", help="further dials of the simulator")
    parser.add_argument("--envs", type=Path, default=DEFAULT_FOLDER, help="where the peers' environments are kept")
    return parser.parse_args()


def _judged(name: str, options: argparse.Namespace, limits: served.Limits, least: float, warm_url: str) -> str:
    try:
        turn = _turn(CONTESTANTS[name], options, limits, warm_url)
    except NotInstalledError as error:
        return f"{name:<26} could not be installed: {error}"
    counted = turn.counted
    cells = (
        f"{name} {turn.version}",
        f"{turn.seconds:.1f}",
        f"{turn.process_s:.1f}",
        f"{least:.1f}",
        # What did not finish has no ratio: it did not do the work.
        "-" if turn.trouble else f"{turn.seconds / least:.3f}",
        f"{served.refused(counted):,}",
        f"{options.prompts - turn.rows:,}",
        f"{counted['requests']:,}",
        f"{counted['most_in_flight']:,}",
    )
    notes = turn.trouble or turn.lost
    return _line(cells) + (f"\n    {notes}" if notes else "")


def _turn(contestant: Contestant, options: argparse.Namespace, limits: served.Limits, warm_url: str) -> Turn:
    wanted = contestant.requirement
    python = Path(sys.executable) if wanted is None else python_with(wanted, options.envs)
    with tempfile.TemporaryDirectory() as folder, served.simulator(limits) as url:
        home = Path(folder)
        command = [str(python), str(HERE / "peers" / contestant.script)]
        command += workload.arguments(limits.told(url, warm_url, options.prompts))
        environment = {**os.environ, "NO_PROXY": "127.0.0.1", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        environment |= contestant.variables(python, home)
        before = time.perf_counter()
        said, trouble = _ended(command, environment, home, options.limit_s)
        process_s = time.perf_counter() - before
        counted = served.stats(url)
    if said is None:
        return Turn(process_s, process_s, len(counted["answered"]), "", counted, trouble)
    return Turn(said["seconds"], process_s, said["rows"], said["version"], counted, trouble, said["lost"])


def _ended(
    command: list[str], environment: dict[str, str], folder: Path, limit_s: float
) -> tuple[dict[str, Any] | None, str]:
    """Run to the end, or to the limit; return what it reported, or None, and what went wrong, or ""."""
    said, complained = folder / "said", folder / "complained"
    with said.open("w") as output, complained.open("w") as errors:
        process = subprocess.Popen(command, stdout=output, stderr=errors, env=environment, cwd=folder)
        try:
            status = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return None, f"ended after {limit_s:.0f} s; rows lost are those that the server had not answered"
        finally:
            process.kill()
            process.wait()
    reports = [line for line in said.read_text().splitlines() if line.startswith('{"seconds"')]
    if reports:
        return json.loads(reports[-1]), ""
    words = complained.read_text().strip().splitlines() or ["it said nothing"]
    return None, f"exit status {status}, no report: {words[-1]}"


def _line(cells: tuple[str, ...]) -> str:
    first, *rest = (f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
    return f"{first.strip():<{_WIDTHS[0]}}" + "".join(rest)


if __name__ == "__main__":
    main()
