"""The one place where LiteLLM is imported, on first use: 2 to 4 s of CPU and about 180 MB.

Its import would download a price map, read `./.env` in IPython, and print; none of that happens here. Knows nothing of
profiles or requests.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

# Read by LiteLLM while it is imported. Without PRODUCTION it loads ./.env: a cloned repository could redirect a key.
_DURING = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION"}
# Read by LiteLLM later, on first use of Anthropic, so it stays.
_FOR_GOOD = {"LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True"}

# They would print bodies, and warnings about what is answered here as an error.
_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")


class _Importing:
    """Locks of the process: two threads must not both change and restore the environment, or the warnings."""

    lock = threading.Lock()
    quiet = threading.Lock()


def library() -> Any:
    """Return LiteLLM, imported once, with everything off that prints, reports, caches or retries."""
    with _Importing.lock:
        return _imported()


def warm() -> None:
    """Start the import in a background thread, so that it is done when first needed. Harmless when repeated."""
    threading.Thread(target=library, name="distilkit-litellm", daemon=True).start()


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back warnings: LiteLLM's modules come one by one on first use, and draw some from pydantic.

    For one thread at a time, and not for long: the filters of `warnings` belong to the process.
    """
    with _Importing.quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@cache  # an import is once a process
def _imported() -> Any:
    os.environ.update(_FOR_GOOD)
    with _environment(_DURING), _no_collection():
        import litellm
    litellm.disable_hf_tokenizer_download = True
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    # Importing it adds a handler that writes to stderr.
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return litellm


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from walking a million new objects again and again: it saves 0.35 s."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
