"""CPU seconds of `import distilkit`, beside `import litellm` and `import pandas`; the least of five processes each.

python benchmarks/imports.py
"""

from __future__ import annotations

import os
import subprocess
import sys

MODULES = ("distilkit", "distilkit.api", "pandas", "litellm")
SCRIPT = "import time; before = time.process_time(); import {}; print(time.process_time() - before)"


def main() -> None:
    """Print each import's cost and its share of LiteLLM's."""
    costs = {module: min(_cost(module) for _ in range(5)) for module in MODULES}
    print(f"{'import':<16}{'CPU s':>8}{'of litellm':>12}")
    for module, cost in costs.items():
        print(f"{module:<16}{cost:>8.3f}{cost / costs['litellm']:>12.3f}")


def _cost(module: str) -> float:
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = [sys.executable, "-c", SCRIPT.format(module)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
