"""The tables of providers agree with LiteLLM, and with each other."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from distilkit.profiles.litellm_names import LITELLM_PROVIDERS
from distilkit.profiles.providers import (
    ADDRESS_NEEDED,
    BARE_PREFIXES,
    DEFAULT_URLS,
    ENVIRONMENT_FIELDS,
    KEY_VARIABLES,
    KEYLESS,
    TYPES,
)

_CODE = "import json; from litellm import LlmProviders; print(json.dumps([each.value for each in LlmProviders]))"


def test_our_list_holds_only_what_the_installed_litellm_knows() -> None:
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION"}
    done = subprocess.run(
        [sys.executable, "-c", _CODE], capture_output=True, text=True, check=True, env={**os.environ, **quiet}
    )
    assert LITELLM_PROVIDERS.issubset(json.loads(done.stdout.splitlines()[-1]))


def test_every_table_speaks_of_known_providers() -> None:
    named = {*TYPES.values(), *BARE_PREFIXES.values(), *KEY_VARIABLES, *ADDRESS_NEEDED, *KEYLESS}
    assert named | DEFAULT_URLS.keys() | ENVIRONMENT_FIELDS.keys() <= LITELLM_PROVIDERS | {"sim"}
