"""`python -m distilkit.sim --port N [--model NAME:skill=0.7,latency_s=0.05,...]...`: simulated models on loopback.

Reads the command line; knows nothing of HTTP.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from distilkit.sim.dialled import dialled
from distilkit.sim.serve import DEFAULT_MODELS, serve_forever

_EXAMPLE = "small:skill=0.6,thinking=tags,requests_per_minute=60"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0, or 2 where it cannot start."""
    parser = argparse.ArgumentParser(
        prog="python -m distilkit.sim",
        description="Serve simulated models on this machine only, OpenAI-compatible. No real model answers.",
    )
    parser.add_argument("--port", type=int, default=0, help="where to listen (default: a free port)")
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="NAME[:DIAL=VALUE,...]",
        help=f"a model to serve, such as {_EXAMPLE}; may be given again (default: small, medium and large)",
    )
    options = parser.parse_args(arguments)
    try:
        serve_forever(dict(map(dialled, options.model)) or DEFAULT_MODELS, options.port)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
