"""GloVe as its authors publish it, fetched once: 6, 42 or 840 billion tokens.

Pennington, Socher, Manning, *GloVe: Global Vectors for Word Representation*, EMNLP 2014.
https://nlp.stanford.edu/projects/glove/. Sizes and SHA-256 of the archives are those that several projects pin.
"""

from dataclasses import dataclass
from pathlib import Path

from core.data.vocabulary import Vocabulary
from core.download import Remote, download
from core.home import home
from core.parameters import Parameters, parameter
from core.vectors.cache import kept
from core.vectors.formats.text import TextVectors
from core.vectors.sources import VECTORS, Found, Progress

LICENCE = "PDDL 1.0"
FETCHING = 0.9  # of the progress; the rest is reading


@dataclass(frozen=True)
class GloveParameters(Parameters):
    """How wide."""

    glove_width: str = parameter("100", choices=("50", "100", "200", "300"), help="Numbers in each word's vector.")


@dataclass(frozen=True)
class Glove:
    """One archive; `member` is the file in it, with its width where there are several."""

    remote: Remote
    member: str

    @property
    def path(self) -> Path:
        """Where the archive is kept."""
        return home() / "downloads" / self.remote.name

    def awaits(self, parameters: Parameters) -> str:
        """What has to be fetched."""
        del parameters
        if self.path.is_file():
            return ""
        return f"A run fetches {self.remote.size_bytes / 1e6:,.0f} MB from {self.remote.host} first."

    def __call__(self, vocabulary: Vocabulary, parameters: Parameters, progress: Progress) -> Found:
        """Fetch the archive unless it is here, and read the rows of the vocabulary's words out of it.

        Raises:
            DownloadError: when it can't be fetched.
            StoreError: when there is no room for it.
            VectorsError: when it is damaged.
        """
        download(self.remote, self.path, progress=lambda share: progress(FETCHING * share))
        width = parameters.glove_width if isinstance(parameters, GloveParameters) else ""
        member = self.member.format(width=width)

        def reading(share: float) -> None:
            progress(FETCHING + (1 - FETCHING) * share)

        def read() -> Found:
            return TextVectors().read(self.path, vocabulary, reading, member=member)

        found = kept(self.path, vocabulary, read, part=member)
        return Found(found.table, found.known, LICENCE, found.duplicates)


SIX = Remote(
    "https://nlp.stanford.edu/data/glove.6B.zip",
    862_182_613,
    "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
)
FORTY_TWO = Remote(
    "https://nlp.stanford.edu/data/glove.42B.300d.zip",
    1_877_800_501,
    "03d5d7fa28e58762ace4b85fb71fe86a345ef0b5ff39f5390c14869da0fc1970",
)
EIGHT_HUNDRED = Remote(
    "https://nlp.stanford.edu/data/glove.840B.300d.zip",
    2_176_768_927,
    "c06db255e65095393609f19a4cfca20bf3a71e20cc53e892aafa490347e3849f",
)
PUBLISHED = {
    "glove-6b": (
        Glove(SIX, "glove.6B.{width}d.txt"),
        "GloVe 6B (862 MB to fetch)",
        "400,000 words in lower case, from Wikipedia and Gigaword, 50 to 300 wide.",
    ),
    "glove-42b-300d": (
        Glove(FORTY_TWO, "glove.42B.300d.txt"),
        "GloVe 42B, 300 wide (1.9 GB to fetch)",
        "1.9 million words in lower case, from the web.",
    ),
    "glove-840b-300d": (
        Glove(EIGHT_HUNDRED, "glove.840B.300d.txt"),
        "GloVe 840B, 300 wide (2.2 GB to fetch)",
        "2.2 million words from the web; those in capitals stay unused, since texts are read in lower case.",
    ),
}
for _name, (_glove, _title, _help) in PUBLISHED.items():
    _example = GloveParameters() if _glove.remote is SIX else None
    VECTORS.register(_name, title=_title, help=_help, example=_example, awaits=_glove.awaits)(_glove)
