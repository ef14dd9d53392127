"""Registry acts that a ledger recorded: both implementations convict of the same ones, and of no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks import test_inadmissible_registry as registries
from tests.attacks.conftest import reborn, template  # noqa: F401 - a fixture
from tests.attacks.test_inadmissible_registry import Registry, files_against
from tests.web.comparing import python_confirms
from tests.web.node import ask
from tests.world import World
from verifier.ledgerformat.trust_policy import format_trust_policy


@pytest.fixture(scope="module")
def registry(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:  # noqa: F811
    folder = tmp_path_factory.mktemp("registry")
    world = reborn(template, folder / "ledger")
    yield registries.opened(world, folder)
    world.ledger.close()


def javascript_confirms(registry: Registry, files: list[bytes], folder: Path) -> list[dict[str, Any]]:
    standpoint = registry.stage.world.standpoint()
    policy = format_trust_policy(standpoint.policy).decode()
    paths = [folder / f"{number}.evidence" for number, _ in enumerate(files)]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    vectors = ({"file": path.as_uri(), "policy": policy, "at": standpoint.now} for path in paths)
    return ask({"format": "bent-evidence", "vector": vector} for vector in vectors)


def alike(registry: Registry, folder: Path, lies: Iterable[str], honest: Iterable[str]) -> None:
    """Require that both convict of these lies and of no honest act, and say the same of each file."""
    stage = registry.stage
    files = [stage.convicted(stage.forged([registries.LIES[name](registry)]))[1] for name in lies]
    told = len(files)
    for name in honest:
        files += files_against(registry, stage.forged([registries.HONEST[name](registry)]))
    said = javascript_confirms(registry, files, folder)
    assert said == [python_confirms(file, stage.world.standpoint()) for file in files]
    assert [next(iter(each)) for each in said] == ["facts"] * told + ["error"] * (len(files) - told)


def test_both_convict_of_the_same_acts(registry: Registry, tmp_path: Path):
    alike(registry, tmp_path, registries.QUICK[:3], ["a privacy officer approves an order"])


@pytest.mark.soak
def test_both_convict_of_the_same_acts_whatever_they_are(registry: Registry, tmp_path: Path):
    alike(registry, tmp_path, registries.LIES, registries.HONEST)
