"""Words as GloVe's authors cut them, Penn Treebank style; case folded, marks with their letters, emoji whole."""

import re
import unicodedata

# Signs that stand on or beside a letter, of which Python's `\w` knows none: without them Hindi or Thai falls to pieces.
_MARKS = "".join(
    chr(code)
    for code in range(0x300, 0xFE00)
    if not 0xD800 <= code < 0xE000 and unicodedata.category(chr(code)) in ("Mn", "Mc")  # noqa: PLR2004 - surrogates
)
_WORD = rf"\w[\w{_MARKS}]*"
_LETTER = rf"[\w{_MARKS}]"
_EMOJI = "[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\U0001f000-\U0001faff]"
_TOKEN = re.compile(
    rf"""
    -[lr][rcs]b-                          # Treebank brackets
  | (?:[^\W\d_]\.){{2,}}                  # u.s.
  | \.{{2,}} | -{{2,}} | `` | ''          # ellipsis, dash, Treebank quotes
  | [:;=]-?[()\[\]dp](?!\w)               # the commonest emoticons
  | n't\b | '(?:s|m|re|ve|d|ll)\b         # clitics
  | \w{_LETTER}*?(?=n't\b)                # what stands before n't
  | \d+(?:[.,:]\d+)+                      # 3.5  10,000  12:30
  | {_WORD}(?:-{_WORD})*                  # words, hyphenated ones whole
  | [\U0001f1e6-\U0001f1ff]{{2}}           # flags
  | {_EMOJI}[\U0001f3fb-\U0001f3ff]?(?:\u200d{_EMOJI}[\U0001f3fb-\U0001f3ff]?)*  # emoji, skin and joined ones whole
  | [^\w\s]                               # any other sign alone
    """,
    re.VERBOSE,
)
_CJK = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_FOLDED = str.maketrans({"\u2019": "'", "\ufe0f": None, "\ufe0e": None})  # apostrophe; how an emoji is to be drawn


def tokenize(text: str, *, cjk: bool = False) -> list[str]:
    """The tokens of `text`, case folded (`İ` to `i`, `ß` to `ss`); text that is already cut by spaces stays as it is.

    Args:
        text: any text; it is normalised to NFC.
        cjk: whether each Chinese or Japanese character is a token, since no spaces tell where words end.
    """
    if text.isascii():
        return _TOKEN.findall(text.lower())
    folded = unicodedata.normalize("NFC", text).casefold().replace("i\u0307", "i").translate(_FOLDED)
    folded = unicodedata.normalize("NFC", folded)
    return _TOKEN.findall(_CJK.sub(r" \g<0> ", folded) if cjk else folded)
