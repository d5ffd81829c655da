"""What a run did, in sentences for a reader who has never trained a model."""

from core.compression.methods import METHODS
from core.config import RunConfig
from core.models import MODELS
from core.pipeline import learns_from_answers
from core.profiling.significance import LEVEL
from core.results import RunResult
from core.words import settings, significant, smaller, verdict

UNKNOWN = "not known; ask where you had it from"
FINGERPRINT_DIGITS = 16  # of 64: enough to tell data sets apart by eye


def statement(result: RunResult) -> str:
    """The one sentence that a reader should take away."""
    dense, compressed = result.dense.test_accuracy, result.compressed.test_accuracy
    moved = f"went from {dense:.1%} to {compressed:.1%}, a difference that {verdict(result.paired_test)}"
    size = smaller(result.compressed.compression)
    return f"The word table is {size}; accuracy on test {moved if dense != compressed else f'stayed at {dense:.1%}'}."


def method(config: RunConfig, result: RunResult) -> tuple[str, str, str]:
    """How it was done, in three sentences."""
    data, component = result.dataset, METHODS.get(config.method)
    model = MODELS.get(config.model).title
    told = component.help.rstrip(".")
    towards = ", to answer as the large one does" if learns_from_answers(config, component.build) else ""
    return (
        f"A text classifier, a {model}, learned from {data.train:,} examples to tell {len(data.classes)} kinds of "
        f"text apart; most of it is a table with {result.vectors.width} numbers for each of {data.vocabulary:,} words.",
        f"That table was then replaced by a smaller one ({component.title}): {told[0].lower()}{told[1:]}.",
        f"The small model then trained for up to {config.retrain_epochs} more passes over the examples{towards}, and "
        f"was tested once, on {data.test:,} texts that no choice had been made by.",
    )


def certainty_in_words(result: RunResult) -> tuple[str, str, str]:
    """How sure one may be: the interval, the paired test, and what guessing would reach."""
    low, high = result.compressed.test_interval
    test, data = result.paired_test, result.dataset
    moved = test.only_dense_right + test.only_compressed_right
    often = f"{significant(100 * test.p_value, 2)} of 100" if test.p_value > LEVEL / 100 else "fewer than one of 1,000"
    return (
        f"On other texts of the same kind, the small model is most likely right in {low:.1%} to {high:.1%} of them "
        "(95 % Wilson interval).",
        f"The two models differ on {moved} of {data.test:,} test texts: {test.only_dense_right} only the dense one has "
        f"right, {test.only_compressed_right} only the small one. If both were equally good, a split at least as "
        f"uneven would come up in {often} such tests (McNemar's exact test), so the difference {verdict(test)}.",
        f"Always answering with the commonest kind would be right in {data.majority_share:.1%}.",
    )


def provenance(config: RunConfig, result: RunResult) -> dict[str, str]:
    """What somebody needs to get the same numbers, by label."""
    data, vectors = result.dataset, result.vectors
    texts = [f"{data.train:,} training, {data.dev:,} dev and {data.test:,} test texts", data.source]
    words = [f"{vectors.width} numbers a word", f"{vectors.coverage:.1%} of all words known"]
    told = settings(config, result)
    size = f", to compress at rank {told['rank']}" if told.get("rank") != config.options.get("rank") else ""
    by_hand = f"training for {told['pretrain_epochs']}{size}; the command alone trains to the end, at its own size"
    rows = {
        "Command": config.to_command(),
        "By hand": by_hand if result.ended_by_hand else "",
        "Seed": f"{config.seed}" + ("" if result.ended_by_hand else "; equal seeds give equal numbers on one machine"),
        "Versions": ", ".join(f"{name} {version}" for name, version in result.versions.items()),
        "Data": "; ".join(text for text in (data.name, *texts) if text),
        "Data's licence": data.licence or UNKNOWN,
        "Data's fingerprint": data.content_hash and f"{data.content_hash[:FINGERPRINT_DIGITS]} (SHA-256)",
        "Word vectors": "; ".join((vectors.name, *words)),
        "Vectors' licence": "" if config.vectors == "random" else vectors.licence or UNKNOWN,
    }
    return {label: text for label, text in rows.items() if text}
