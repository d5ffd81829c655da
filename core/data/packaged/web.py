"""Well-known data sets of the Hugging Face hub, fetched when a run first needs them.

Facts are those of their cards on the hub; the papers are the ones that introduced them.
"""

from dataclasses import dataclass

from core.data.corpus import Corpus
from core.data.files.source import Progress
from core.data.hub import PREFIX, HubParameters, Repository, load_hub
from core.data.packaged import CORPORA, SPLIT_SEED
from core.parameters import Parameters


@dataclass(frozen=True)
class Entry:
    """One data set: its repository there, its columns, where it comes from, and what its texts may be used for."""

    title: str
    help: str
    repository: Repository
    text_column: str
    label_column: str
    paper: str
    licence: str = "as its card on the hub says"


CATALOGUE = {
    "sst2": Entry(
        "SST-2 film reviews (Hugging Face)",
        "67,349 phrases and 872 sentences of film reviews, positive or negative; its test split has no labels.",
        Repository("stanfordnlp/sst2"),
        "sentence",
        "label",
        "Socher et al. 2013",
    ),
    "trec": Entry(
        "TREC questions (Hugging Face)",
        "5,452 and 500 questions by what they ask for, in 6 classes.",
        Repository("SetFit/TREC-QC"),
        "text",
        "label_coarse_original",
        "Li & Roth 2002",
    ),
    "snips": Entry(
        "SNIPS commands (Hugging Face)",
        "13,084 and 1,400 commands to a voice assistant, in 7 intents.",
        Repository("benayas/snips"),
        "text",
        "category",
        "Coucke et al. 2018",
    ),
    "imdb": Entry(
        "IMDB film reviews (Hugging Face)",
        "25,000 and 25,000 whole film reviews, positive or negative.",
        Repository("stanfordnlp/imdb"),
        "text",
        "label",
        "Maas et al. 2011",
    ),
    "ag-news": Entry(
        "AG News (Hugging Face)",
        "120,000 and 7,600 news items in 4 topics.",
        Repository("fancyzhx/ag_news"),
        "text",
        "label",
        "Zhang, Zhao & LeCun 2015",
        "unknown, as its card on the hub says",
    ),
    "banking77": Entry(
        "Banking77 (Hugging Face)",
        "10,003 and 3,080 questions to a bank, in 77 intents.",
        Repository("legacy-datasets/banking77"),
        "text",
        "label",
        "Casanueva et al. 2020",
        "CC BY 4.0",
    ),
    "clinc150": Entry(
        "CLINC150 (Hugging Face)",
        "15,250, 3,100 and 5,500 requests in 150 intents and one for what is out of scope.",
        Repository("clinc/clinc_oos", "plus"),
        "text",
        "intent",
        "Larson et al. 2019",
        "CC BY 3.0",
    ),
}


def load_entry(name: str, progress: Progress) -> Corpus:
    """The data set called `name` in the catalogue."""
    entry = CATALOGUE[name]
    return load_hub(
        entry.repository,
        parameters=HubParameters(text_column=entry.text_column, label_column=entry.label_column),
        seed=SPLIT_SEED,
        progress=progress,
        name=name,
        source=f"{entry.paper}, {entry.repository.name} on the Hugging Face hub",
    )


def _register(name: str, entry: Entry) -> None:
    def awaits(parameters: Parameters) -> str:
        del parameters
        return entry.repository.awaits()

    def load(progress: Progress) -> Corpus:
        return load_entry(name, progress)

    told = f"{entry.help} {entry.paper}; licence: {entry.licence}."
    CORPORA.register(PREFIX + name, title=entry.title, help=told, awaits=awaits)(load)


for _name, _entry in CATALOGUE.items():
    _register(_name, _entry)
