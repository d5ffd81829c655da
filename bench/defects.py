"""What each defect of the paper's released code does to its numbers: `make defects`.

Every defect is made here, on purpose, and measured beside the same thing done right: UIUC questions, GloVe 50d (both
packaged, so anyone can run it), plain SVD, 90 % smaller, else the default configuration. Each measurement is a line in
a JSONL file, so an interrupted bench goes on where it stopped. The table goes to docs/defects.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from bench.records import Records, parser_of
from core.compression.methods import METHODS
from core.config import RunConfig
from core.embeddings import LowRankEmbedding
from core.embeddings.dense import look_up
from core.events import Silent
from core.models import MODELS, TextClassifier
from core.paper import DEFECTS, contrasts
from core.pipeline import compress, load, retrain, source_of, train
from core.stages import Loaded, Trunk
from core.training.evaluate import evaluate

BASE = RunConfig(options={"metric": "plain", "compression": 0.9})
SEEDS = {"dan": (0, 1, 2, 3, 4), "lstm": (0, 1, 2)}
ROWS, WIDTH, RANK = 1_000, 50, 10  # of the synthetic table
BEFORE, AFTER, ERROR = "test accuracy before re-training, %", "test accuracy after re-training, %", "relative error"
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "defects.md"
Found = Iterator[tuple[str, float, float]]  # a measure, its value done right, and with the defect


class ReluLowRank(LowRankEmbedding):
    """Factors with a ReLU behind the second, as the released code has it."""

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`."""
        rows = (self.left[ids] @ self.right).relu()  # (N, d)
        return rows if offsets is None else look_up(rows, torch.arange(len(rows)), offsets)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return (self.left @ self.right).relu()


def main() -> None:
    """Measure what is missing, then write the table."""
    arguments = parser_of(__doc__, reads_data=False).parse_args()
    records = Records(DOCUMENT.with_suffix(".jsonl"), key=("defect", "measure", "seed"))
    if not arguments.render:
        torch.set_num_threads(1)
        for model, seeds in SEEDS.items():
            for seed in seeds:
                measure_missing(model, seed, records)
    DOCUMENT.write_text(render(records), encoding="utf-8")


def measure_missing(model: str, seed: int, records: Records) -> None:
    """The defects that show in `model`, measured on one trunk."""
    known = {(record["defect"], record["seed"]) for record in records.all}
    missing = {name: measure for name, measure in MEASURES[model].items() if (name, seed) not in known}
    if not missing:
        return
    config = replace(BASE, model=model, seed=seed)
    loaded = load(config, monitor=Silent())
    trunk = train(config, loaded, monitor=Silent())
    for name, measure in missing.items():
        for what, right, wrong in measure(config, loaded, trunk):
            records.add({"defect": name, "measure": what, "seed": seed, "right": right, "wrong": wrong})


def transposed(config: RunConfig, loaded: Loaded, trunk: Trunk) -> Found:
    """`V[:k]` where `V[:, :k]ᵀ` is meant."""
    generator = torch.Generator().manual_seed(config.seed)
    left, right = (torch.linalg.qr(torch.randn(n, WIDTH, generator=generator))[0] for n in (ROWS, WIDTH))
    synthetic = left * torch.arange(1, WIDTH + 1) ** -0.5 @ right.T  # singular values 1/√i
    yield (
        f"{ERROR}, a synthetic table at rank {RANK}",
        *(relative_error(synthetic, *factors(synthetic, RANK, wrong=wrong)) for wrong in (False, True)),
    )
    table = trunk.dense.embedding.table().detach()
    rank = rank_of(loaded, table)
    pairs = [factors(table, rank, wrong=wrong) for wrong in (False, True)]
    yield f"{ERROR}, the trained table at rank {rank}", *(relative_error(table, *pair) for pair in pairs)
    yield from both(config, loaded, trunk, *(trunk.dense.with_embedding(LowRankEmbedding(*pair)) for pair in pairs))


def picked_on_test(config: RunConfig, loaded: Loaded, trunk: Trunk) -> Found:
    """Epochs chosen by their accuracy on test, which is then reported."""
    peeking = replace(loaded, texts=replace(loaded.texts, dev=loaded.texts.test))
    honest = evaluate(trunk.dense, loaded.texts.test).accuracy
    yield "reported test accuracy, dense, %", 100 * honest, 100 * train(config, peeking, monitor=Silent()).dev.accuracy
    compressed = compress(source_of(config, loaded, trunk), loaded.method)
    yield (
        AFTER.replace("test", "reported test"),
        *(
            100
            * evaluate(retrain(config, each, trunk, compressed, monitor=Silent()).compressed, each.texts.test).accuracy
            for each in (loaded, peeking)
        ),
    )


def rectified(config: RunConfig, loaded: Loaded, trunk: Trunk) -> Found:
    """A ReLU behind the second factor."""
    right = compress(source_of(config, loaded, trunk), loaded.method)
    table = right.embedding
    assert isinstance(table, LowRankEmbedding)
    yield from both(config, loaded, trunk, right, right.with_embedding(ReluLowRank(table.left, table.right)))


def begun_anew(config: RunConfig, loaded: Loaded, trunk: Trunk) -> Found:
    """All that isn't the embedding drawn afresh at compression."""
    right = compress(source_of(config, loaded, trunk), loaded.method)
    torch.manual_seed(config.seed)
    wrong = MODELS.get(config.model).build(right.embedding, right.classes, right.parameters_used)
    yield from both(config, loaded, trunk, right, wrong)


def without_singular_values(config: RunConfig, loaded: Loaded, trunk: Trunk) -> Found:
    """The offline baseline from A = U_k instead of U_k Σ_k."""
    method = METHODS.get("offline-low-rank")
    offline = replace(loaded, method=method.build(method.parameters(compression=0.9)))
    source = source_of(config, offline, trunk)
    left, _, right = torch.linalg.svd(source.table, full_matrices=False)
    rank = rank_of(loaded, source.table)
    wrong = source.model.with_embedding(LowRankEmbedding(left[:, :rank], right[:rank]))
    tables = [compress(source, offline.method), wrong]
    yield (
        f"{ERROR} of the pre-trained vectors at rank {rank}",
        *(float((source.table - model.embedding.table().detach()).norm() / source.table.norm()) for model in tables),
    )
    _, after = both(config, offline, trunk, *tables)
    yield "test accuracy after training on the factors, %", *after[1:]


MEASURES: dict[str, dict[str, Callable[[RunConfig, Loaded, Trunk], Found]]] = {
    "dan": {
        "transposed": transposed,
        "picked-on-test": picked_on_test,
        "relu": rectified,
        "offline": without_singular_values,
    },
    "lstm": {"lstm-anew": begun_anew},
}


def both(config: RunConfig, loaded: Loaded, trunk: Trunk, right: TextClassifier, wrong: TextClassifier) -> Found:
    """Test accuracies, in %, of two compressed models, before and after re-training."""
    branches = [retrain(config, loaded, trunk, model, monitor=Silent()) for model in (right, wrong)]
    for what, name in ((BEFORE, "just_compressed"), (AFTER, "compressed")):
        yield what, *(100 * evaluate(getattr(branch, name), loaded.texts.test).accuracy for branch in branches)


def factors(table: Tensor, rank: int, *, wrong: bool) -> tuple[Tensor, Tensor]:
    """A = U_k Σ_k and B = V[:, :k]ᵀ of `table`, or as the released code has it, B = V[:k]; rescaled alike."""
    left, values, right = torch.linalg.svd(table, full_matrices=False)
    first, second = left[:, :rank] * values[:rank], right.T[:rank] if wrong else right[:rank]
    scale = float((second.square().mean() / first.square().mean()) ** 0.25)
    return first * scale, second / scale


def relative_error(table: Tensor, left: Tensor, right: Tensor) -> float:
    """‖W − A B‖_F / ‖W‖_F."""
    return float((table - left @ right).norm() / table.norm())


def rank_of(loaded: Loaded, table: Tensor) -> int:
    """The rank that the method asks for on this table."""
    rank = loaded.method.fixed_rank(rows=len(table), width=table.shape[1])
    assert rank
    return rank


def render(records: Records) -> str:
    """The document: a line for each defect and measure, the mean over seeds."""
    lines = [
        "# Defects of the released code, measured",
        "",
        f"{BASE.dataset}, {BASE.vectors}, plain SVD, 90 % smaller, else the default configuration; mean over seeds.",
        "Printed by `make defects`; single measurements are in `defects.jsonl` beside this file.",
        "",
        "| defect | measured | done right | with the defect | seeds |",
        "|---|---|---|---|---|",
    ]
    titles = {defect.name: defect.title for defect in DEFECTS}
    lines += [
        f"| {titles[each.defect]} | {each.measure} | {each.right:.{each.digits}f} | {each.wrong:.{each.digits}f} "
        f"| {each.seeds} |"
        for each in contrasts(records.all)
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
