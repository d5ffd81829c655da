"""From labelled texts to a corpus: classes, and stratified splits."""

from dataclasses import dataclass

import numpy as np

from core.data.corpus import Corpus, Split
from core.errors import DataError

HELD_OUT = 0.1  # the share split off as test, and then as dev


@dataclass(frozen=True)
class Labelled:
    """Texts and the name of each one's class."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]


def build_corpus(
    name: str,
    train: Labelled,
    dev: Labelled | None = None,
    test: Labelled | None = None,
    *,
    seed: int,
    source: str = "",
    licence: str = "",
    dev_share: float = HELD_OUT,
    test_share: float = HELD_OUT,
    notes: tuple[str, ...] = (),
) -> Corpus:
    """A corpus whose missing `dev` or `test` is split off `train`, stratified by class, drawn by `seed`.

    Test is split off first: `test_share` of each class, then `dev_share` of what is left of it.

    Raises:
        DataError: when a split is empty, there is one class only, a class can't be learned because train lacks it, or
            one has too few texts to draw from.
    """
    classes = tuple(sorted(set(train.labels)))
    for part, rows in (("train", train), ("dev", dev), ("test", test)):
        if rows is not None and not rows.texts:
            raise DataError(f"{name}: the {part} split is empty; give it at least one row.")
        strange = sorted(set(rows.labels if rows else ()) - set(classes))
        if strange:
            raise DataError(f"{name}: {part} has the label {strange[0]!r}, which train lacks; add it there or drop it.")
    if len(classes) < 2:  # noqa: PLR2004 - two is what "classification" means
        raise DataError(f"{name}: every text has the label {classes[0]!r}; a classifier needs at least two classes.")
    index = {label: position for position, label in enumerate(classes)}
    rest = Split(train.texts, np.array([index[label] for label in train.labels], dtype=np.int64))
    missing = [part for part, rows in (("test", test), ("dev", dev)) if rows is None]
    counts = np.bincount(rest.labels)
    if counts.min() <= len(missing):
        smallest, drawn = classes[counts.argmin()], " and ".join(missing)
        raise DataError(
            f"{name}: the class {smallest!r} has too few texts ({counts.min()}): it takes {1 + len(missing)} to draw "
            f"{drawn} from; add texts, or give {drawn} too."
        )
    rng = np.random.default_rng(seed)
    parts: dict[str, Split] = {}
    for part, rows, share in (("test", test, test_share), ("dev", dev, dev_share)):
        if rows is None:
            least_left = 2 if part == "test" and dev is None else 1
            parts[part], rest = _split_off(rest, rng, share, least_left=least_left)
        else:
            parts[part] = Split(rows.texts, np.array([index[label] for label in rows.labels], dtype=np.int64))
    return Corpus(name, classes, rest, parts["dev"], parts["test"], source, licence, notes)


def _split_off(rows: Split, rng: np.random.Generator, share: float, *, least_left: int) -> tuple[Split, Split]:
    """A stratified `share` of `rows`, and what is left: of each class at least one text, and at least `least_left`."""
    taken = np.zeros(len(rows), dtype=bool)
    by_class = np.argsort(rows.labels, kind="stable")  # one sort, not one pass a class
    for group in np.split(by_class, np.flatnonzero(np.diff(rows.labels[by_class])) + 1):
        members = rng.permutation(group)
        taken[members[: min(max(1, round(share * len(members))), len(members) - least_left)]] = True
    return rows.select(np.flatnonzero(taken)), rows.select(np.flatnonzero(~taken))
