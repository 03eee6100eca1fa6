"""One of several distilkit processes with one store: waits for the word, asks its share, reports when answers came."""

from __future__ import annotations

import json
import os
import sys

import workload
from run_distilkit import profile, warm_up

import distilkit as dk


def main() -> None:
    """Ask this process's share of the prompts, every so-manieth of them."""
    told = workload.told()
    share, processes = int(os.environ["SHARE"]), int(os.environ["PROCESSES"])
    prompts = workload.prompts(told.prompts)[share::processes]
    warm_up(told, os.environ["STORE"])
    print("ready", flush=True)
    sys.stdin.readline()
    frame = dk.compare(prompts, profile(told, told.url), store=os.environ["STORE"], progress=False)
    answered = frame[frame["content"].notna()]
    used = answered["input_tokens"] + answered["output_tokens"]
    at = (moment.timestamp() for moment in answered["created_at"])
    print(json.dumps([(moment, int(each)) for moment, each in zip(at, used, strict=True)]))


if __name__ == "__main__":
    main()
