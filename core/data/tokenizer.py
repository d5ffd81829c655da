"""Words as GloVe's authors cut them: Penn Treebank style, in lower case."""

import re
import unicodedata

_TOKEN = re.compile(
    r"""
    -[lr][rcs]b-                          # Treebank brackets
  | (?:[^\W\d_]\.){2,}                    # u.s.
  | \.{2,} | -{2,} | `` | ''              # ellipsis, dash, Treebank quotes
  | [:;=]-?[()\[\]dp](?!\w)               # the commonest emoticons
  | n't\b | '(?:s|m|re|ve|d|ll)\b         # clitics
  | \w+?(?=n't\b)                         # what stands before n't
  | \d+(?:[.,:]\d+)+                      # 3.5  10,000  12:30
  | \w+(?:-\w+)*                          # words, hyphenated ones whole
  | [^\w\s]                               # any other sign alone
    """,
    re.VERBOSE,
)


def tokenize(text: str) -> list[str]:
    """The tokens of `text`, in lower case; text that is already cut by spaces comes out as it is."""
    return _TOKEN.findall(unicodedata.normalize("NFC", text).lower().replace("’", "'"))
