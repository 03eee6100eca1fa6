"""litellm.Router's turn: every prompt at once through one deployment, as its routing page shows it.

Where each setting comes from (LiteLLM's documentation, "Router - Load Balancing"):

* `rpm` and `tpm` stand in `litellm_params` ("Rate-Limit Aware"); `rpm` is then also the most calls in flight ("Max
  Parallel Requests").
* `routing_strategy` is `simple-shuffle`, the default, which the page recommends; or, where the variable ROUTING says
  so, `usage-based-routing-v2`, "Rate-Limit Aware": not recommended for production, but it counts against both limits,
  and has `enable_pre_call_checks=True`, which "enables router rate limits for concurrent calls". The default goes
  without, as in its own examples: with the checks it loses rows, with "No deployments available".
* `num_retries` is 3 in the page's examples ("Retries"). Here it is 10, curator's default too, which loses fewer rows.
  The router waits as long as `Retry-After` says when there is one deployment, or backs off.
* `disable_cooldowns=True` ("Disable cooldowns"): there is no other deployment to turn to, so a cooled-down one can only
  lose rows.
* The calls are `asyncio.gather` over `router.acompletion`, as in the page's examples.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from importlib.metadata import version

import workload
from litellm import Router, acompletion

RETRIES = 10
DEFAULT_ROUTING = "simple-shuffle"


def main() -> None:
    """Ask every prompt and report."""
    logging.disable(logging.WARNING)  # one line for each refusal
    told = workload.told()
    asyncio.run(_run(told))


def _router(told: workload.Told) -> Router:
    parameters = {
        "model": f"openai/{workload.MODEL}",
        "api_base": told.url,
        "api_key": workload.KEY,
        "rpm": told.requests_per_minute,
        "tpm": told.tokens_per_minute,
    }
    deployment = {"model_name": workload.MODEL, "litellm_params": parameters}
    routing = os.environ.get("ROUTING", DEFAULT_ROUTING)
    return Router(
        model_list=[deployment],
        num_retries=RETRIES,
        enable_pre_call_checks=routing != DEFAULT_ROUTING,
        disable_cooldowns=True,
        routing_strategy=routing,
    )


async def _run(told: workload.Told) -> None:
    await _warm_up(told.warm_url)
    router, prompts = _router(told), workload.prompts(told.prompts)
    before = time.perf_counter()
    answers = await asyncio.gather(*(_ask(router, prompt) for prompt in prompts), return_exceptions=True)
    seconds = time.perf_counter() - before
    rows = sum(isinstance(answer, str) and bool(answer) for answer in answers)
    lost = [f"{type(answer).__name__}: {answer}" for answer in answers if isinstance(answer, BaseException)]
    workload.report(seconds, rows, version("litellm"), lost)


async def _warm_up(url: str) -> None:
    """Ask without a router: a second one in the process would listen to the failures of the first."""
    model = f"openai/{workload.MODEL}"
    messages = [{"role": "user", "content": workload.WARM_UP[0]}]
    await acompletion(model=model, messages=messages, api_base=url, api_key=workload.KEY)


async def _ask(router: Router, prompt: str) -> str | None:
    messages = [{"role": "user", "content": prompt}]
    reply = await router.acompletion(model=workload.MODEL, messages=messages, max_tokens=workload.MAX_TOKENS)
    answer: str | None = reply.choices[0].message.content
    return answer


if __name__ == "__main__":
    main()
