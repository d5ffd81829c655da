"""A model as an ONNX graph, written down operation by operation: packed tables stay packed.

Inputs: `ids` (B, T) int64, the rows of each text's tokens, shorter texts filled up with anything, and `lengths` (B,)
int64, at least 1. Output: `probabilities` (B, C). Shapes: `B` texts, `T` tokens of the longest, `N` = B·T, `d` width,
`h` width of a layer.
"""

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.errors import MissingPackageError
from core.models import TextClassifier
from core.models.saved import describe

onnx: Any
try:
    onnx = importlib.import_module("onnx")
except ModuleNotFoundError:  # an optional extra: `to_onnx` says how to get it
    onnx = None

Array = np.ndarray[Any, np.dtype[Any]]
Spec = Mapping[str, Any]
OPSET, IR = 18, 9  # the first with BitwiseAnd, and the IR that came with it: what older runtimes read too
TORCH_GATES, ONNX_GATES = "ifco", "iofc"
LOWEST = float(np.finfo(np.float32).min)


class Graph:
    """Nodes and constants, added one after the other; a value is called by its name."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        """Start with `weights` to take constants from."""
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, Array] = {}

    def weight(self, name: str) -> str:
        """The weight `name`, as it is stored."""
        self.constants[name] = self.weights[name]
        return name

    def constant(self, value: Any, dtype: Any = np.int64) -> str:
        """A constant of the graph's own."""
        name = f"constant_{len(self.constants)}"
        self.constants[name] = np.asarray(value, dtype)
        return name

    def add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """The value of `operation` on `inputs`."""
        name = f"{operation}_{len(self.nodes)}"
        self.nodes.append(onnx.helper.make_node(operation, inputs, [name], **attributes))
        return name

    def linear(self, x: str, name: str) -> str:
        """X Wᵀ + b, for the layer `name`."""
        return self.add("Gemm", x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), transB=1)

    def reshape(self, x: str, *shape: int) -> str:
        """X in another shape; 0 keeps a size, −1 is what is left."""
        return self.add("Reshape", x, self.constant(shape))


# Tables: the rows (N, d) of `ids` (N,).


def _dense(graph: Graph, spec: Spec, ids: str) -> str:
    del spec
    return graph.add("Gather", graph.weight("embedding.weight"), ids)


def _fixed_point(graph: Graph, spec: Spec, ids: str) -> str:
    bits, width = spec["bits"], spec["width"]
    shifts = graph.constant(np.arange(0, 8, bits), np.uint8)
    packed = graph.add("Gather", graph.weight("embedding.codes"), ids)  # (N, bytes)
    shifted = graph.add("BitShift", graph.reshape(packed, 0, -1, 1), shifts, direction="RIGHT")  # (N, bytes, 8/bits)
    codes = graph.reshape(graph.add("BitwiseAnd", shifted, graph.constant(2**bits - 1, np.uint8)), 0, -1)
    codes = graph.add("Slice", codes, graph.constant([0]), graph.constant([width]), graph.constant([1]))
    first, step = graph.weight("embedding.first"), graph.weight("embedding.step")
    if spec["per"] == "row":
        first, step = graph.add("Gather", first, ids), graph.add("Gather", step, ids)
    return graph.add("Add", first, graph.add("Mul", graph.add("Cast", codes, to=onnx.TensorProto.FLOAT), step))


def _product_quantized(graph: Graph, spec: Spec, ids: str) -> str:
    subvectors, centroids = spec["subvectors"], spec["centroids"]
    codes = graph.add("Cast", graph.add("Gather", graph.weight("embedding.codes"), ids), to=onnx.TensorProto.INT64)
    places = graph.add("Add", codes, graph.constant(centroids * np.arange(subvectors)))  # (N, m)
    centroid = graph.reshape(graph.weight("embedding.codebooks"), -1, spec["width"] // subvectors)  # (m·K, d/m)
    return graph.reshape(graph.add("Gather", centroid, places), -1, spec["width"])


def _hashed(graph: Graph, spec: Spec, ids: str) -> str:
    buckets = graph.constant(spec["buckets"])
    remainder = graph.add("Gather", graph.weight("embedding.remainder"), graph.add("Mod", ids, buckets))
    return graph.add(
        "Add", remainder, graph.add("Gather", graph.weight("embedding.quotient"), graph.add("Div", ids, buckets))
    )


def _pruned(graph: Graph, spec: Spec, ids: str) -> str:
    del spec
    kept = graph.add("Cast", graph.weight("embedding.kept"), to=onnx.TensorProto.INT64)  # (k,)
    same = graph.add("Equal", graph.reshape(ids, -1, 1), kept)  # (N, k)
    same = graph.add("Cast", same, to=onnx.TensorProto.INT32)
    found = graph.add("ReduceMax", same, graph.constant([1]), keepdims=0)  # (N,)
    place = graph.add("Add", graph.add("ArgMax", same, axis=1, keepdims=0), graph.constant(1))
    row = graph.add("Mul", place, graph.add("Cast", found, to=onnx.TensorProto.INT64))
    return graph.add("Gather", graph.weight("embedding.rows"), row)


def _tensor_train(graph: Graph, spec: Spec, ids: str) -> str:
    (_, v2, v3), (_, d2, _), (_, s) = spec["cut_rows"], spec["cut_columns"], spec["ranks"]
    behind = graph.add("Div", ids, graph.constant(v3))
    index = (
        graph.add("Div", ids, graph.constant(v2 * v3)),
        graph.add("Mod", behind, graph.constant(v2)),
        graph.add("Mod", ids, graph.constant(v3)),
    )
    first, second, third = (
        graph.add("Gather", graph.weight(f"embedding.{core}"), place)
        for core, place in zip(("first", "second", "third"), index, strict=True)
    )  # (N, d₁, R), (N, R, d₂, S), (N, S, d₃)
    chain = graph.add("MatMul", first, graph.reshape(second, 0, 0, d2 * s))  # (N, d₁, d₂S)
    return graph.reshape(graph.add("MatMul", graph.reshape(chain, 0, -1, s), third), -1, spec["width"])


TABLES = {
    "dense": _dense,
    "fixed-point": _fixed_point,
    "product-quantized": _product_quantized,
    "hashed": _hashed,
    "pruned": _pruned,
    "tensor-train": _tensor_train,
}


# Models: what the output layer reads (B, h), from the rows (B, T, d) and whether each stands for a token, (B, T, 1).


def _dan(graph: Graph, spec: Spec, rows: str, present: str) -> str:
    x = _mean(graph, rows, present)
    for layer in range(len([width for width in spec["hidden"].split(",") if width])):
        x = graph.add("Relu", graph.linear(x, f"hidden.{layer}"))
    return x


def _lstm(graph: Graph, spec: Spec, rows: str, present: str) -> str:
    directions = ["", "_reverse"] if spec["bidirectional"] else [""]
    parts = {
        name: np.stack([_regated(graph.weights[f"lstm.{name}_l0{direction}"]) for direction in directions])
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    bias = np.concatenate([parts["bias_ih"], parts["bias_hh"]], axis=1)
    lengths = graph.add("Cast", "lengths", to=onnx.TensorProto.INT32)
    states = graph.add(
        "LSTM",
        graph.add("Transpose", rows, perm=[1, 0, 2]),
        *(graph.constant(part, np.float32) for part in (parts["weight_ih"], parts["weight_hh"], bias)),
        lengths,
        hidden_size=spec["units"],
        direction="bidirectional" if spec["bidirectional"] else "forward",
    )  # (T, directions, B, h)
    states = graph.reshape(graph.add("Transpose", states, perm=[2, 0, 1, 3]), 0, 0, -1)
    if spec["pooling"] == "mean":
        return _mean(graph, states, present)
    here = graph.add("Where", present, states, graph.constant(LOWEST, np.float32))
    return graph.add("ReduceMax", here, graph.constant([1]), keepdims=0)


def _regated(part: Array) -> Array:
    """The four gates of `part` (4h, …), in ONNX's order."""
    gates = dict(zip(TORCH_GATES, np.split(part, 4), strict=True))
    return np.concatenate([gates[name] for name in ONNX_GATES])


def _mean(graph: Graph, x: str, present: str) -> str:
    """The mean (B, …) of the present rows of `x` (B, T, …)."""
    kept = graph.add("Where", present, x, graph.constant(0, np.float32))
    lengths = graph.add("Cast", graph.reshape("lengths", -1, 1), to=onnx.TensorProto.FLOAT)
    return graph.add("Div", graph.add("ReduceSum", kept, graph.constant([1]), keepdims=0), lengths)


def _cnn(graph: Graph, spec: Spec, rows: str, present: str) -> str:
    filters, readers = spec["filters"], graph.weights["kernel.weight"]  # (Σw·F, d)
    kept = graph.add("Where", present, rows, graph.constant(0, np.float32))
    columns = graph.add("Transpose", kept, perm=[0, 2, 1])  # (B, d, T)
    here = graph.add("Transpose", present, perm=[0, 2, 1])  # (B, 1, T)
    best = []
    for width in map(int, spec["windows"].split(",")):
        part, readers = readers[: width * filters], readers[width * filters :]
        kernel = graph.constant(part.reshape(width, filters, -1).transpose(1, 2, 0), np.float32)  # (F, d, w)
        fits = graph.add("Conv", columns, kernel, pads=[(width - 1) // 2, width // 2])  # (B, F, T)
        fits = graph.add("Where", here, fits, graph.constant(LOWEST, np.float32))
        best.append(graph.add("ReduceMax", fits, graph.constant([2]), keepdims=0))  # (B, F)
    return graph.add("Relu", graph.add("Add", graph.add("Concat", *best, axis=1), graph.weight("bias")))


MODELS = {"cnn": _cnn, "dan": _dan, "lstm": _lstm}


def to_onnx(model: TextClassifier) -> bytes:
    """The graph of `model`, checked, in ONNX's format.

    Raises:
        MissingPackageError: when ONNX isn't installed.
    """
    if onnx is None:
        raise MissingPackageError("ONNX isn't installed here: run `python -m pip install -r requirements-onnx.txt`.")
    description = describe(model)
    table, parameters = description["embedding"], description["model"]
    graph = Graph({name: value.numpy() for name, value in model.state_dict().items()})
    ids = graph.reshape("ids", -1)  # (N,)
    rows = TABLES[table["kind"]](graph, table, ids)  # (N, d)
    shape = graph.add("Concat", graph.add("Shape", "ids"), graph.constant([model.embedding.embedding_dim]), axis=0)
    rows = graph.add("Reshape", rows, shape)  # (B, T, d)
    positions = graph.add(
        "Range", graph.constant(0), graph.add("Gather", graph.add("Shape", "ids"), graph.constant(1)), graph.constant(1)
    )
    present = graph.reshape(graph.add("Less", positions, graph.reshape("lengths", -1, 1)), 0, 0, 1)  # (B, T, 1)
    features = MODELS[parameters["kind"]](graph, parameters, rows, present)
    result = graph.add("Softmax", graph.linear(features, "output"), axis=1)
    graph.nodes.append(onnx.helper.make_node("Identity", [result], ["probabilities"]))
    made = onnx.helper.make_graph(
        graph.nodes,
        "ranklens",
        [
            onnx.helper.make_tensor_value_info("ids", onnx.TensorProto.INT64, ["texts", "tokens"]),
            onnx.helper.make_tensor_value_info("lengths", onnx.TensorProto.INT64, ["texts"]),
        ],
        [onnx.helper.make_tensor_value_info("probabilities", onnx.TensorProto.FLOAT, ["texts", model.classes])],
        [onnx.numpy_helper.from_array(value, name) for name, value in graph.constants.items()],
    )
    whole = onnx.helper.make_model(made, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR)
    onnx.checker.check_model(whole, full_check=True)
    content: bytes = whole.SerializeToString()
    return content
