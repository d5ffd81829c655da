"""Classify texts with the model in this folder. Needs Python 3.10, NumPy and safetensors, and nothing else.

    python predict.py "a text" "another"      a line of JSON for each text
    python predict.py < texts.txt             a line of JSON for each line

    from predict import Classifier
    Classifier("this/folder").predict(["a text"])

It reads only the rows of the table that a text looks up, and decodes only those. Shapes: `V` rows of the table, `d` its
width, `N` tokens of a text, `h` width of a layer, `C` classes, `B` texts.
"""

import hashlib
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load

SCHEMA = 1
TOKENIZER = "penn-treebank-folded"
# Signs that stand on or beside a letter, of which Python's `\w` knows none: without them Hindi or Thai falls to pieces.
MARKS = "".join(
    chr(code)
    for code in range(0x300, 0xFE00)
    if not 0xD800 <= code < 0xE000 and unicodedata.category(chr(code)) in ("Mn", "Mc")  # noqa: PLR2004 - surrogates
)
WORD = rf"\w[\w{MARKS}]*"
LETTER = rf"[\w{MARKS}]"
EMOJI = "[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\U0001f000-\U0001faff]"
TOKEN = re.compile(
    rf"""
    -[lr][rcs]b-                          # Treebank brackets
  | (?:[^\W\d_]\.){{2,}}                  # u.s.
  | \.{{2,}} | -{{2,}} | `` | ''          # ellipsis, dash, Treebank quotes
  | [:;=]-?[()\[\]dp](?!\w)               # the commonest emoticons
  | n't\b | '(?:s|m|re|ve|d|ll)\b         # clitics
  | \w{LETTER}*?(?=n't\b)                # what stands before n't
  | \d+(?:[.,:]\d+)+                      # 3.5  10,000  12:30
  | {WORD}(?:-{WORD})*                  # words, hyphenated ones whole
  | [\U0001f1e6-\U0001f1ff]{{2}}           # flags
  | {EMOJI}[\U0001f3fb-\U0001f3ff]?(?:\u200d{EMOJI}[\U0001f3fb-\U0001f3ff]?)*  # emoji, skin and joined ones whole
  | [^\w\s]                               # any other sign alone
    """,
    re.VERBOSE,
)
CJK = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
FOLDED = str.maketrans({"\u2019": "'", "\ufe0f": None, "\ufe0e": None})  # apostrophe; how an emoji is to be drawn

Array = np.ndarray[Any, np.dtype[Any]]
Arrays = dict[str, Array]
Spec = dict[str, Any]


def tokenize(text: str, *, cjk: bool = False) -> list[str]:
    """The tokens of `text`, case folded; with `cjk`, each Chinese or Japanese character is one."""
    if text.isascii():
        return TOKEN.findall(text.lower())
    folded = unicodedata.normalize("NFC", text).casefold().replace("i\u0307", "i").translate(FOLDED)
    folded = unicodedata.normalize("NFC", folded)
    return TOKEN.findall(CJK.sub(r" \g<0> ", folded) if cjk else folded)


# Tables: the rows (N, d) of the tokens `ids` (N,), from what is stored of the table.


def dense(table: Arrays, spec: Spec, ids: Array) -> Array:
    """A row of floats for each token; of a folded table, a narrow one."""
    del spec
    return table["weight"][ids]


def fixed_point(table: Arrays, spec: Spec, ids: Array) -> Array:
    """8/bits codes in a byte, the first in the lowest bits; a code c stands for first + c·step."""
    bits = spec["bits"]
    shifts = np.arange(0, 8, bits, dtype=np.uint8)
    codes = (table["codes"][ids][:, :, None] >> shifts) & np.uint8(2**bits - 1)  # (N, bytes, 8/bits)
    first, step = table["first"], table["step"]
    if spec["per"] == "row":
        first, step = first[ids], step[ids]
    rows: Array = first + codes.reshape(len(ids), -1)[:, : spec["width"]] * step
    return rows


def product_quantized(table: Arrays, spec: Spec, ids: Array) -> Array:
    """A byte names the centroid (d/m,) of each of a row's m pieces."""
    del spec
    codes, codebooks = table["codes"][ids], table["codebooks"]  # (N, m), (m, K, d/m)
    return codebooks[np.arange(len(codebooks)), codes].reshape(len(ids), -1)


def hashed(table: Arrays, spec: Spec, ids: Array) -> Array:
    """The sum of two rows that a token shares with others."""
    rows: Array = table["remainder"][ids % spec["buckets"]] + table["quotient"][ids // spec["buckets"]]
    return rows


def pruned(table: Arrays, spec: Spec, ids: Array) -> Array:
    """A row for each of the sorted tokens `kept`, and the first row for all others."""
    del spec
    kept = table["kept"]
    place = np.searchsorted(kept, ids).clip(max=len(kept) - 1)
    return table["rows"][np.where(kept[place] == ids, place + 1, 0)]


def tensor_train(table: Arrays, spec: Spec, ids: Array) -> Array:
    """The product of three small matrices of a token x = (i₁, i₂, i₃)."""
    _, v2, v3 = spec["cut_rows"]
    first = table["first"][ids // (v2 * v3)]  # (N, d₁, R)
    second = table["second"][ids // v3 % v2]  # (N, R, d₂, S)
    third = table["third"][ids % v3]  # (N, S, d₃)
    chain = first @ second.reshape(*second.shape[:2], -1)  # (N, d₁, d₂S)
    rows: Array = chain.reshape(len(ids), -1, third.shape[1]) @ third  # (N, d₁d₂, d₃)
    return rows.reshape(len(ids), -1)


TABLES = {
    "dense": dense,
    "fixed-point": fixed_point,
    "product-quantized": product_quantized,
    "hashed": hashed,
    "pruned": pruned,
    "tensor-train": tensor_train,
}


# Models: what the output layer reads (h,), from the rows (N, d) of a text.


def dan(weights: Arrays, spec: Spec, rows: Array) -> Array:
    """Mean of the rows → ReLU layers."""
    x: Array = rows.mean(0)  # (d,)
    for layer in range(len([width for width in spec["hidden"].split(",") if width])):
        x = np.maximum(weights[f"hidden.{layer}.weight"] @ x + weights[f"hidden.{layer}.bias"], 0)
    return x


def lstm(weights: Arrays, spec: Spec, rows: Array) -> Array:
    """LSTM over the rows, in one or both directions → mean or maximum over time."""
    states = lstm_states(weights, "", rows)
    if spec["bidirectional"]:
        states = np.concatenate([states, lstm_states(weights, "_reverse", rows[::-1])[::-1]], axis=1)
    pooled: Array = states.mean(0) if spec["pooling"] == "mean" else states.max(0)  # (h,)
    return pooled


def lstm_states(weights: Arrays, direction: str, rows: Array) -> Array:
    """The state (N, h) after each row (N, d)."""
    input_weight, weight, input_bias, bias = (
        weights[f"lstm.{name}_l0{direction}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    state = cell = np.zeros(weight.shape[1], np.float32)
    states = []
    for given in rows @ input_weight.T + (input_bias + bias):  # (4h,), for each token
        into, forget, candidate, out = np.split(given + weight @ state, 4)
        cell = sigmoid(forget) * cell + sigmoid(into) * np.tanh(candidate)
        state = sigmoid(out) * np.tanh(cell)
        states.append(state)
    return np.stack(states)


def cnn(weights: Arrays, spec: Spec, rows: Array) -> Array:
    """How well each filter fits the window that it fits best → ReLU. Windows see zeros beyond the text."""
    products = (rows @ weights["kernel.weight"].T).reshape(len(rows), -1, spec["filters"])  # (N, Σw, F)
    best, first = [], 0
    for width in map(int, spec["windows"].split(",")):
        around = ((width - 1) // 2, width // 2), (0, 0), (0, 0)
        places = np.pad(products[:, first : first + width], around)  # (N + w − 1, w, F)
        fits = [places[place : place + len(rows), place] for place in range(width)]
        best.append(np.sum(fits, axis=0).max(0))  # (F,)
        first += width
    pooled: Array = np.maximum(np.concatenate(best) + weights["bias"], 0)  # (h,)
    return pooled


def sigmoid(x: Array) -> Array:
    """1/(1 + e⁻ˣ), without overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * x)


MODELS = {"cnn": cnn, "dan": dan, "lstm": lstm}


class Classifier:
    """The model of a bundle.

    Attributes:
        classes: the names of the C classes.
    """

    def __init__(self, folder: str | Path = Path(__file__).parent) -> None:
        """Read the bundle in `folder`.

        Raises:
            ValueError: when a file isn't the one that was exported, or needs a newer predict.py.
            OSError: when a file can't be read.
        """
        self._config = json.loads((Path(folder) / "config.json").read_bytes())
        if (self._config["schema"], self._config["tokenizer"]["rule"]) != (SCHEMA, TOKENIZER):
            raise ValueError("config.json is of another schema: use the predict.py that was exported with it.")
        tokens = self._read(Path(folder), "vocabulary.txt").decode("utf-8", "surrogatepass").split("\n")[:-1]
        self._index = {token: row for row, token in enumerate(tokens)}
        stored = load(self._read(Path(folder), "model.safetensors"))
        halves = {name: value.astype(np.float32) for name, value in stored.items() if value.dtype == np.float16}
        self._weights = {**stored, **halves}
        self._table = {
            name.removeprefix("embedding."): value
            for name, value in self._weights.items()
            if name.startswith("embedding.")
        }
        self.classes: list[str] = self._config["classes"]

    def predict(self, texts: Iterable[str]) -> list[dict[str, Any]]:
        """For each text a dictionary of `text`, `label`, the likeliest class, and `probabilities` of all classes."""
        return [self._predict(text) for text in texts]

    def probabilities(self, texts: Iterable[str]) -> Array:
        """The probability of each class, for each text: (B, C)."""
        found = [self._probabilities(text) for text in texts]
        return np.array(found, np.float32).reshape(-1, len(self.classes))

    def _predict(self, text: str) -> dict[str, Any]:
        found = self._probabilities(text)
        named = {name: round(float(share), 6) for name, share in zip(self.classes, found, strict=True)}
        return {"text": text, "label": self.classes[int(found.argmax())], "probabilities": named}

    def _probabilities(self, text: str) -> Array:
        rule = self._config["tokenizer"]
        tokens = tokenize(text, cjk=rule["cjk"])[: rule["max_tokens"]]
        ids = np.array([self._index.get(token, 0) for token in tokens] or [0])  # (N,), a text without tokens has one
        table, model = self._config["embedding"], self._config["model"]
        rows = TABLES[table["kind"]](self._table, table, ids)  # (N, d)
        features = MODELS[model["kind"]](self._weights, model, rows)  # (h,)
        logits = self._weights["output.weight"] @ features + self._weights["output.bias"]  # (C,)
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum())

    def _read(self, folder: Path, name: str) -> bytes:
        content = (folder / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != self._config["files"][name]:
            raise ValueError(f"{folder / name} isn't the file that was exported: unpack or copy the bundle again.")
        return content


def main(texts: list[str]) -> int:
    """Classify `texts`, or else each line of the input; returns the exit code."""
    for stream, encoding in ((sys.stdin, "utf-8-sig"), (sys.stdout, "utf-8")):  # a mark before the texts is no word
        stream.reconfigure(encoding=encoding, errors="replace")  # type: ignore[union-attr]
    try:
        classifier = Classifier()
        for text in texts or (line.rstrip("\r\n") for line in sys.stdin):
            (found,) = classifier.predict([text])
            sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read the lines has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"Error: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
