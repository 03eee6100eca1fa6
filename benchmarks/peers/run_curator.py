"""curator's turn: one call of `curator.LLM` over all prompts.

Where each setting comes from (curator's documentation):

* `backend="openai"` with `base_url` and `api_key` in `backend_params` is for "any other API that is compatible with the
  OpenAI API" (API reference, "Backends").
* `max_requests_per_minute` and `max_tokens_per_minute` stand in `backend_params` (guide "Online processing").
* `max_retries` and `seconds_to_pause_on_rate_limit` stay at their defaults, 10 and 10 s.
* `require_all_responses=False` (API reference, "Common parameters"): the default raises when one row is lost, and then
  no row would be in hand.
* The environment variables are set by `limits.py`: no telemetry, no cache from an earlier run, no live display.
"""

from __future__ import annotations

import time
from importlib.metadata import version

import workload
from bespokelabs import curator


def main() -> None:
    """Ask every prompt and report."""
    told = workload.told()
    _model(told, told.warm_url)(workload.WARM_UP)
    model, prompts = _model(told, told.url), workload.prompts(told.prompts)
    before = time.perf_counter()
    response = model(prompts)
    rows = sum(bool(row["response"]) for row in response.dataset)
    workload.report(time.perf_counter() - before, rows, version("bespokelabs-curator"))


def _model(told: workload.Told, url: str) -> curator.LLM:
    return curator.LLM(
        model_name=workload.MODEL,
        backend="openai",
        generation_params={"max_tokens": workload.MAX_TOKENS},
        backend_params={
            "base_url": url,
            "api_key": workload.KEY,
            "max_requests_per_minute": told.requests_per_minute,
            "max_tokens_per_minute": told.tokens_per_minute,
            "require_all_responses": False,
        },
    )


if __name__ == "__main__":
    main()
