"""distilkit's turn: `compare`, told the limits in its profile."""

from __future__ import annotations

import tempfile
import time

import workload

import distilkit as dk
from distilkit.profiles.profile import Profile, RateLimit
from distilkit.profiles.secrets import Secret


def main() -> None:
    """Ask every prompt and report."""
    told = workload.told()
    prompts = workload.prompts(told.prompts)
    with tempfile.TemporaryDirectory() as folder:
        warm_up(told, folder)
        before = time.perf_counter()
        frame = dk.compare(prompts, profile(told, told.url), store=folder, progress=False)
        seconds = time.perf_counter() - before
    workload.report(seconds, int(frame["content"].notna().sum()), "this tree", frame["error"].dropna())


def warm_up(told: workload.Told, folder: str) -> None:
    """Pay for what is imported on first use."""
    dk.compare(workload.WARM_UP, profile(told, told.warm_url, "warm"), store=folder, progress=False)


def profile(told: workload.Told, url: str, section: str = "bench") -> Profile:
    """Return the profile that says what was told of the limits, which the profiles of a section share."""
    return Profile(
        name=section,
        provider="custom_openai",  # `type: custom`: it speaks OpenAI's protocol, and counts tokens in its own way
        model=workload.MODEL,
        section=section,
        base_url=url,
        api_key=Secret(workload.KEY),
        params={"max_tokens": workload.MAX_TOKENS},
        limits=RateLimit(requests_per_minute=told.requests_per_minute, tokens_per_minute=told.tokens_per_minute),
    )


if __name__ == "__main__":
    main()
