"""Installs the real servers that `tests/servers/` talks to: `python tests/servers/install.py litellm aimock`.

Each goes into a folder of its own under `.cache/servers/`, once for each version; what is there is kept. The tests
themselves never ask the network: where a server is not there, they are skipped. Knows nothing of distilkit.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = REPOSITORY / ".cache"

# What llama.cpp's Python server imports; the package itself is used from its sources, with the library built here.
LLAMA_CPP_NEEDS = """
    cmake ninja gguf numpy diskcache jinja2 typing-extensions
    uvicorn fastapi pydantic-settings sse-starlette starlette-context<0.4 pyyaml
""".split()  # noqa: SIM905 - a list of words reads better as words
# No web page, no TLS, no instructions of one processor alone. It says one sentence, so -O0, which halves the time.
LLAMA_CPP_BUILD = (
    "-GNinja",
    "-DCMAKE_BUILD_TYPE=None",
    "-DCMAKE_C_FLAGS=-O0 -DNDEBUG",
    "-DCMAKE_CXX_FLAGS=-O0 -DNDEBUG",
    "-DBUILD_SHARED_LIBS=ON",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_APP=OFF",
    "-DLLAMA_BUILD_UI=OFF",
    "-DLLAMA_USE_PREBUILT_UI=OFF",
    "-DLLAMA_OPENSSL=OFF",
    "-DGGML_NATIVE=OFF",
    "-DGGML_OPENMP=OFF",
    "-DGGML_LLAMAFILE=OFF",
    "-DGGML_CPU_REPACK=OFF",
)


@dataclass(frozen=True, slots=True)
class Server:
    """A server to install: what it is, exactly, and how it is put into its folder."""

    requirement: str
    install: Callable[[Path, str], None]


def run(*command: str | Path, **variables: str) -> None:
    """Run a command, and show what it says only when it fails."""
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{Path(command[0]).name}: {(done.stderr or done.stdout).strip()[-2000:]}")


def python_in(folder: Path) -> Path:
    """Make an environment of its own in the folder, and return its Python."""
    venv.create(folder / "venv", with_pip=True)
    return folder / "venv" / "bin" / "python"


def pip(python: Path, *packages: str) -> None:
    """Install by pip, which finds packages where this machine tells it to look."""
    run(python, "-m", "pip", "install", "--quiet", "--no-compile", "--retries=1", *packages)


def quickly(python: Path, *packages: str) -> None:
    """Install by uv, five times as fast, or by pip where that fails: uv does not read pip's settings."""
    certificates = {"SSL_CERT_FILE": os.environ["PIP_CERT"]} if "PIP_CERT" in os.environ else {}
    try:
        pip(python, "uv")
        run(python, "-m", "uv", "pip", "install", "--quiet", "--python", python, *packages, **certificates)
    except OSError:
        pip(python, *packages)


def install_litellm(folder: Path, requirement: str) -> None:
    """The LiteLLM proxy: 600 MB."""
    quickly(python_in(folder), *requirement.split())


def install_aimock(folder: Path, requirement: str) -> None:
    """Mocks of many providers, written in TypeScript by somebody else: 12 MB, and node."""
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("there is no npm on this machine")
    run(npm, "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", requirement)


def install_transformers(folder: Path, requirement: str) -> None:
    """`transformers serve` and torch: 1 GB where pip finds a wheel without CUDA, else 5 GB."""
    pip(python_in(folder), *requirement.split())


def install_llama_cpp(folder: Path, requirement: str) -> None:
    """Both servers of llama.cpp, built from the sources that its Python package carries: 5 to 15 minutes."""
    python = python_in(folder)
    quickly(python, *LLAMA_CPP_NEEDS)
    name = requirement.partition("==")[0]
    run(python, "-m", "pip", "download", "--quiet", "--no-deps", f"--no-binary={name}", f"--dest={folder}", requirement)
    archive = next(folder.glob("*.tar.gz"))
    shutil.unpack_archive(archive, folder / "unpacked", filter="data")
    next((folder / "unpacked").iterdir()).rename(folder / "source")
    archive.unlink()
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    build = str(folder / "build")
    run("cmake", "-S", folder / "source/vendor/llama.cpp", "-B", build, *LLAMA_CPP_BUILD, PATH=path)
    run("nice", "cmake", "--build", build, "--target", "llama-server", "-j", str(os.cpu_count() or 1), PATH=path)


def locked_litellm(lock: str) -> str:
    """Return the proxy of the LiteLLM that the lock names: what is tested is what is used."""
    found = re.search(r"^litellm==([\w.]+)", lock, re.MULTILINE)
    if found is None:
        raise SystemExit("requirements-dev.txt names no version of litellm")
    # Without prisma the proxy answers requests without a key with an accident of its own, status 500.
    return f"litellm[proxy]=={found[1]} prisma==0.15.0"


def servers() -> Mapping[str, Server]:
    """Return every server, by its name."""
    lock = (REPOSITORY / "requirements-dev.txt").read_text(encoding="utf-8")
    return {
        "litellm": Server(locked_litellm(lock), install_litellm),
        "aimock": Server("@copilotkit/aimock@1.43.0", install_aimock),
        "llama_cpp": Server("llama-cpp-python==0.3.36", install_llama_cpp),
        "transformers": Server("torch==2.13.0 transformers[serving]==5.23.0", install_transformers),
    }


def install(name: str, server: Server) -> str:
    """Install a server unless it is there, and return a line that says what was done.

    Raises:
        OSError: it cannot be installed here; nothing of it is left.
    """
    folder = CACHE / "servers" / name
    stamp = folder / "installed"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == server.requirement:
        return f"{name}: {server.requirement} is there"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # The folder keeps itself out of git, linters and archives.
    (CACHE / ".gitignore").write_text("*\n", encoding="utf-8")
    began = time.monotonic()
    try:
        server.install(folder, server.requirement)
    except (OSError, StopIteration):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    stamp.write_text(server.requirement, encoding="utf-8")
    return f"{name}: {server.requirement} installed in {time.monotonic() - began:.0f} s"


def main() -> int:
    """Install what is named; return 1 where something could not be."""
    known = servers()
    parser = argparse.ArgumentParser(description="Install real servers for tests/servers/.")
    parser.add_argument("names", nargs="+", choices=known)
    failed = 0
    for name in parser.parse_args().names:
        try:
            sys.stdout.write(f"{install(name, known[name])}\n")
        except OSError as error:
            sys.stdout.write(f"{name}: not installed, so its tests are skipped: {error}\n")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
