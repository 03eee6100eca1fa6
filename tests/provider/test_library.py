"""LiteLLM comes on first use, quietly, and without the network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def run(code: str, **environment: str) -> str:
    import os

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_importing_the_room_imports_neither_litellm_nor_aiohttp() -> None:
    code = """
import sys, distilkit.provider
from distilkit.provider import check_ready, price_line
price_line("sim", "small")
print([name for name in ("litellm", "aiohttp", "httpx") if name in sys.modules])
"""
    assert run(code).strip() == "[]"


def test_the_import_is_quiet_offline_once_and_leaves_the_environment_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_BASE_URL=http://evil.example\n")
    code = f"""
import gc, json, os, sys
from distilkit.provider import warm
os.chdir({str(tmp_path)!r})
asked = []
def note(event, args):
    if event in ("socket.getaddrinfo", "socket.connect"):
        asked.append(args[0])
sys.addaudithook(note)
from distilkit.provider.library import library
warm(); warm()
found = [library() for _ in range(3)]
import litellm
from litellm.types.utils import LlmProviders
print(json.dumps({{
    "same": all(one is litellm for one in found),
    "asked": [str(one) for one in asked],
    "gc": gc.isenabled(),
    "mode_after": os.environ.get("LITELLM_MODE"),
    "map_after": os.environ.get("LITELLM_LOCAL_MODEL_COST_MAP"),
    "from_the_file": os.environ.get("OPENAI_BASE_URL"),
    "on": [litellm.suppress_debug_info, litellm.disable_hf_tokenizer_download],
    "off": [litellm.telemetry, litellm.drop_params],
    "mode": litellm.litellm_mode,
    "callbacks": [litellm.callbacks, litellm.success_callback, litellm.failure_callback],
}}))
"""
    told = json.loads(run(code, LITELLM_MODE="DEV"))
    assert told == {
        "same": True,
        "asked": [],
        "gc": True,
        "mode_after": "DEV",
        "map_after": None,
        "from_the_file": None,
        "on": [True, True],
        "off": [False, False],
        "mode": "PRODUCTION",
        "callbacks": [[], [], []],
    }
