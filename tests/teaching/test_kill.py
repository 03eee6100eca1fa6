"""A killed run pays nothing twice: real processes, a real server that counts, and SIGKILL between two rounds."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pandas as pd
import pytest

import distilkit as dk
from distilkit import scoring as score
from distilkit.distilling.kept import distilled
from distilkit.profiles import Profile
from distilkit.sim import Dials
from distilkit.teaching import distill

ROWS, SAMPLES, IN_FLIGHT = 24, 4, 4
_open = build_opener(ProxyHandler({})).open

CHILD = """
import os, sys
from decimal import Decimal
import distilkit as dk
from distilkit import scoring as score
from distilkit.profiles.profile import Price, Profile
from distilkit.sim import Dials
from distilkit.teaching import distill

url, store, log, out = sys.argv[1:]
price = Price(input_per_million=Decimal(10), output_per_million=Decimal(10))
teacher = Profile(name="bench", provider="sim", model="bench", section="bench", base_url=url, max_concurrency=%d,
                  price=price, sim=Dials())
file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

def listen(event):
    if event.kind in ("sent", "answered"):
        os.write(file, f"{event.kind} {event.key}\\n".encode())

frame = distill(dk.sample_task(%d), teacher, verify={"correct": score.number_or_text("answer")}, until_valid=%d,
                near=None, store=store, progress=False, on_event=listen, name="killed")
frame.to_pickle(out)
""" % (IN_FLIGHT, ROWS, SAMPLES)  # noqa: UP031 - the text is full of braces


@pytest.fixture
def url() -> Iterator[str]:
    command = [sys.executable, "-m", "distilkit.sim", "--port", "0", "--model", "bench:skill=0.35,latency_s=0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield next(word for word in server.stdout.readline().split() if word.startswith("http"))
        finally:
            server.terminate()


def stats(url: str) -> dict[str, Any]:
    with _open(f"{url.removesuffix('/v1')}/stats", timeout=30) as reply:
        return dict(json.load(reply))


def keys(log: Path, kind: str) -> list[str]:
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [key for line in lines for said, key in [line.split(" ")] if said == kind]


def start(url: str, folder: Path, number: int) -> subprocess.Popen[str]:
    paths = [folder / "store", folder / f"{number}.log", folder / f"{number}.pickle"]
    return subprocess.Popen([sys.executable, "-c", CHILD, url, *map(str, paths)], stderr=subprocess.PIPE, text=True)


def until_answered(process: subprocess.Popen[str], log: Path, count: int) -> None:
    end = time.monotonic() + 120
    while len(keys(log, "answered")) < count:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_run_killed_twice_pays_for_nothing_that_was_answered(url: str, tmp_path: Path) -> None:
    """Once in the first round and once in a later one; at most the calls in flight are sent again."""
    finished: set[str] = set()
    lost = 0
    for number, answers in enumerate((ROWS // 2, ROWS // 2 + 6)):
        log = tmp_path / f"{number}.log"
        with start(url, tmp_path, number) as child:
            until_answered(child, log, answers)
            child.kill()
        sent, answered = set(keys(log, "sent")), set(keys(log, "answered"))
        assert not sent & finished
        finished |= answered
        lost += len(sent - answered)
    with start(url, tmp_path, 2) as last:
        assert last.wait(120) == 0

    assert not set(keys(tmp_path / "2.log", "sent")) & finished
    frame: pd.DataFrame = pd.read_pickle(tmp_path / "2.pickle")  # noqa: S301 - our own file
    assert lost <= 2 * IN_FLIGHT
    assert stats(url)["answers"] <= len(frame) + lost
    assert frame["error"].isna().all()
    assert frame.groupby("prompt_id")["valid"].max().sum() == frame["chosen"].sum()
    assert frame["sample"].max() == SAMPLES - 1

    again = distill(
        dk.sample_task(ROWS),
        Profile(name="bench", provider="sim", model="bench", section="bench", base_url=url, sim=Dials(), price=None),
        verify={"correct": score.number_or_text("answer")},
        until_valid=SAMPLES,
        near=None,
        choose="shortest",
        cache="only",
        store=tmp_path / "store",
        progress=False,
    )
    assert again["key"].tolist() == frame["key"].tolist()
    assert len(distilled("killed", valid=True, store=tmp_path / "store")) == frame["valid"].sum()
