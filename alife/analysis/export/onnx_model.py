"""A champion as an ONNX model: inputs state and observations, outputs actions and next_state.

Sums keep their order and no matrix product is used, so that a runtime whose sums, products, quotients and roots are
those of IEEE 754 gives the bits of the other forms.
"""

from __future__ import annotations

import json
from typing import Any

import alife
from alife.analysis.export.champion import Champion
from alife.analysis.export.literals import prose
from alife.analysis.export.onnx_functions import function_of
from alife.analysis.export.onnx_graph import Graph
from alife.analysis.export.onnx_nodes import library, opsets

IR_VERSION = 9


def onnx_model(champion: Champion) -> bytes:
    """The bytes of a model, checked by the package onnx.

    Raises:
        UserError: the package onnx is not installed.
    """
    onnx, text = library(), "\n".join(prose(champion.about))
    graph = Graph(champion, onnx)
    graph.run(champion.statements)
    model = onnx.helper.make_model(
        _graph(champion, graph, text),
        functions=[function_of(onnx, champion.width, name) for name in graph.nodes.called],
        opset_imports=opsets(onnx),
        ir_version=IR_VERSION,
        producer_name="walsh-life",
        producer_version=alife.__version__,
        doc_string=text,
    )
    told = {"about": json.dumps(champion.about), "initial_state": json.dumps(champion.initial_state.tolist())}
    onnx.helper.set_model_props(model, told)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _graph(champion: Champion, graph: Graph, text: str) -> Any:
    """The graph with its inputs, outputs and constants."""
    onnx, h = graph.onnx, graph.onnx.helper
    ends = graph.ends()
    nodes = [*graph.nodes.nodes, *(h.make_node("Identity", [value], [name]) for name, (value, _) in ends.items())]
    inputs = {"state": champion.num_states, "observations": champion.num_observations}
    outputs = {name: size for name, (_, size) in ends.items()}
    infos = [
        [h.make_tensor_value_info(name, onnx.float32, [size]) for name, size in each.items()]
        for each in (inputs, outputs)
    ]
    return h.make_graph(nodes, "step", *infos, list(graph.nodes.constants.values()), text)
