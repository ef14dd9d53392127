"""The subject index: its update, the size of a proof, the checking of proofs."""

from __future__ import annotations

from statistics import mean, median

import pytest

from benchmarks.index import check, fill, proofs, size_of, update


@pytest.fixture(scope="module")
def indexed(scale, tmp_path_factory):
    made = fill(tmp_path_factory.mktemp("index"), scale.keys)
    yield made
    made.store.close()


def test_index_proof_verify(benchmark, scale, yardstick, figures, indexed):
    made = proofs(indexed, scale.proofs)
    root = indexed.overlay.heap.read(1)[1]
    rate = benchmark.pedantic(check, args=(root, made))
    sizes = [size_of(proof) for _, _, proof in made]
    figures.append(yardstick.per_second("index_proof_verify", rate, "proofs/s"))
    figures.append(yardstick.size("index_proof_mean", round(mean(sizes))))
    figures.append(yardstick.size("index_proof_max", max(sizes)))
    assert max(sizes) <= 1024


@pytest.mark.parametrize(("name", "known"), [("index_update", 0.0), ("index_update_half_known", 0.5)])
def test_index_update(benchmark, scale, yardstick, figures, indexed, name, known):
    taken: list[float] = []

    def once() -> None:
        taken.append(update(indexed, scale.changed, seed=f"{name} {len(taken)}", known_part=known))

    benchmark.pedantic(once, rounds=min(scale.rounds, 7))
    figures.append(yardstick.seconds(name, median(taken)))
    assert indexed.overlay.pending == 0
