"""Runs a case the whole way: a profile file is loaded, `compare` asks over HTTP, the row comes out of the store.

Every key a machine may have is in the environment meanwhile, with a value that must not be seen anywhere.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

import distilkit as dk
from distilkit.calls import Record
from distilkit.progress import RunWarning

from .case import CANARY, KEY_VARIABLE, PROMPT, Case
from .server import Reply, Seen, Server
from .streams import stream_of

AMBIENT = "ambient-canary"
# What LiteLLM, the providers' tools and other gateways look for.
AMBIENT_VARIABLES = (
    "OPENAI_API_KEY",
    "OPENAI_LIKE_API_KEY",
    "OPENAI_ORGANIZATION",
    "AZURE_OPENAI_API_KEY",
    "AZURE_API_KEY",
    "AZURE_AD_TOKEN",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "COHERE_API_KEY",
    "CO_API_KEY",
    "HUGGINGFACE_API_KEY",
    "HF_TOKEN",
    "OLLAMA_API_KEY",
    "OPENROUTER_API_KEY",
    "DEEPSEEK_API_KEY",
    "MISTRAL_API_KEY",
    "CODESTRAL_API_KEY",
    "HOSTED_VLLM_API_KEY",
    "GROQ_API_KEY",
    "XAI_API_KEY",
    "TOGETHER_API_KEY",
    "TOGETHERAI_API_KEY",
    "FIREWORKS_API_KEY",
    "FIREWORKS_AI_API_KEY",
    "PERPLEXITYAI_API_KEY",
    "PERPLEXITY_API_KEY",
    "CEREBRAS_API_KEY",
    "NVIDIA_NIM_API_KEY",
    "LM_STUDIO_API_KEY",
    "MINIMAX_API_KEY",
    "MOONSHOT_API_KEY",
    "DASHSCOPE_API_KEY",
    "DEEPINFRA_API_KEY",
    "SAMBANOVA_API_KEY",
    "ZAI_API_KEY",
    "LITELLM_API_KEY",
)


@dataclass(frozen=True)
class Ran:
    """What became of a case.

    Attributes:
        case: what was run.
        seen: the requests that arrived.
        row: the row that came out.
        record: what the store kept, or None where nothing was.
        folder: where the profile file and the store are.
        warned: what the run warned of.
    """

    case: Case
    seen: Sequence[Seen]
    row: pd.Series[Any]
    record: Record | None
    folder: Path
    warned: Sequence[str] = ()


@contextmanager
def crowded_environment(**more: str) -> Iterator[None]:
    """Put a key into every variable that somebody may look into, and the case's own into its own."""
    ambient = {name: f"{AMBIENT}-{name.lower()}" for name in AMBIENT_VARIABLES}
    with mock.patch.dict(os.environ, {**ambient, KEY_VARIABLE: CANARY, **more}):
        yield


def run(case: Case, server: Server, folder: Path, reply: Reply | None = None, *, stream: bool = False) -> Ran:
    """Ask a case one question, of a server that answers as the case documents, or with `reply`."""
    folder.mkdir(parents=True, exist_ok=True)
    url = server.at(folder.name, reply or Reply(case.reply, headers=case.limits))
    file = folder / "profiles.yaml"
    file.write_text(case.file(url), encoding="utf-8")
    frame, warned = compared(case, file, folder / "store", stream=stream)
    row = frame.iloc[0]
    return Ran(case, server.seen[folder.name], row, _kept(folder / "store", str(row["key"])), folder, warned)


def compared(case: Case, file: Path, store: Path, **more: Any) -> tuple[pd.DataFrame, list[str]]:
    """Ask a case's question through `compare`; return the frame, and what the run warned of."""
    with warnings.catch_warnings(record=True) as told, crowded_environment():
        warnings.simplefilter("always")
        frame = dk.compare([PROMPT], [case.name], config=file, store=store, progress=False, **more)
    for one in told:
        if not issubclass(one.category, RunWarning):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return frame, [str(one.message) for one in told if issubclass(one.category, RunWarning)]


def _kept(folder: Path, key: str) -> Record | None:
    with dk.Store(folder) as store:
        return store.get(key)


def run_streamed(case: Case, server: Server, folder: Path) -> Ran:
    """Ask a case one question whose answer is streamed as its provider documents it."""
    body, kind = stream_of(case)
    return run(case, server, folder, Reply(body, headers={"content-type": kind}), stream=True)
