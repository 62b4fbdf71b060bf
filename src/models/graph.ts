import type * as tf from '@tensorflow/tfjs-core';
import { formatShape, ValueError } from '../base/errors';
import { flatten, type Nested, packLike } from '../base/nest';
import type { CallOptions, Layer } from '../layers/layer';
import {
  type CallArguments,
  mapSpecs,
  mapTensors,
  type Node,
  type Operation,
  SymbolicTensor,
  type TensorSpec,
} from '../layers/operation';

/**
 * The graph of layer calls between symbolic inputs and outputs, in an order in which it can be computed.
 * Depths and orders are Keras's, because layer order decides the order of weights.
 */
export class LayerGraph {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** Calls by their distance from the outputs, farthest (the inputs) first. */
  readonly nodesByDepth: readonly (readonly Node[])[];
  /** The layers called, ordered by depth, then by first visit from the outputs. */
  readonly layers: readonly Layer[];

  /**
   * @param inputStructure symbolic tensors, a list or a record of them.
   * @param outputStructure likewise.
   * @throws ValueError where an output cannot be computed from the inputs, or two layers have one name.
   */
  constructor(
    readonly who: string,
    readonly inputStructure: Nested<SymbolicTensor>,
    readonly outputStructure: Nested<SymbolicTensor>,
  ) {
    this.inputs = flatten(inputStructure);
    this.outputs = flatten(outputStructure);
    const { order, firstVisit } = this.#visit();
    const { nodeDepths, layerDepths } = depths(order);
    for (const { history } of this.inputs) {
      const node = history?.layer.inboundNodes[history.nodeIndex];
      if (!node || nodeDepths.has(node) || node.inputTensors.length > 0) continue;
      nodeDepths.set(node, 0);
      layerDepths.set(node.layer, 0);
      firstVisit.set(node.layer, -1);
    }
    this.nodesByDepth = groupByDepth(nodeDepths);
    this.layers = groupByDepth(layerDepths).flatMap((layers) =>
      layers.sort((a, b) => (firstVisit.get(a) ?? 0) - (firstVisit.get(b) ?? 0)),
    ) as Layer[];
    this.#checkConnected();
    this.#checkNames();
  }

  /** Depth-first from the outputs: calls in computing order, and when each layer was first seen. */
  #visit(): { order: Node[]; firstVisit: Map<Operation, number> } {
    const order: Node[] = [];
    const finished = new Set<Node>();
    const firstVisit = new Map<Operation, number>();
    const declared = new Set(this.inputs);
    const visit = (tensor: SymbolicTensor): void => {
      const node = tensor.history?.layer.inboundNodes[tensor.history.nodeIndex];
      if (!node || finished.has(node)) return;
      finished.add(node);
      if (node.inputTensors.length > 0 && declared.has(tensor)) return;
      if (!firstVisit.has(node.layer)) firstVisit.set(node.layer, firstVisit.size);
      node.inputTensors.forEach(visit);
      order.push(node);
    };
    this.outputs.forEach(visit);
    return { order, firstVisit };
  }

  #checkConnected(): void {
    const known = new Set(this.inputs);
    for (const node of this.nodesByDepth.flat()) {
      for (const input of node.inputTensors) {
        if (known.has(input)) continue;
        throw new ValueError(
          `${this.who}: the graph is disconnected: ${node.layer.label} needs the tensor '${input.name}' of shape ` +
            `${formatShape(input.shape)}, which does not come from the inputs. Add its Input to 'inputs'.`,
        );
      }
      // An Input that was not declared gives nothing.
      if (node.inputTensors.length > 0) for (const output of node.outputTensors) known.add(output);
    }
    for (const output of this.outputs) {
      if (known.has(output)) continue;
      throw new ValueError(`${this.who}: the output '${output.name}' is not connected to the inputs.`);
    }
  }

  #checkNames(): void {
    const seen = new Set<string>();
    for (const { name } of this.layers) {
      if (seen.has(name)) {
        throw new ValueError(`${this.who}: two layers are named '${name}'. Give each layer of a model its own name.`);
      }
      seen.add(name);
    }
  }

  /** Computes the outputs from tensors, one for each of `inputs` in order. */
  run(inputs: readonly tf.Tensor[], options: CallOptions): Nested<tf.Tensor> {
    return this.#compute(
      inputs,
      ({ layer }, { args, kwargs }) =>
        layer.__call__(...(args as never[]), { ...options, ...kwargs } as never) as Nested<tf.Tensor>,
    );
  }

  /** Shape and dtype of the outputs for those of the inputs. */
  outputSpecs(inputs: readonly TensorSpec[]): Nested<TensorSpec> {
    const holder = ({ shape, dtype, mask }: TensorSpec): SymbolicTensor =>
      new SymbolicTensor(shape, { dtype, name: 'spec', mask });
    return this.#compute(inputs.map(holder), ({ layer }, given) => mapSpecs(layer.specsOf(given), holder));
  }

  #compute<T>(inputs: readonly T[], call: (node: Node, given: CallArguments) => Nested<T>): Nested<T> {
    const values = new Map<SymbolicTensor, T>();
    this.inputs.forEach((tensor, i) => {
      values.set(tensor, inputs[i] as T);
    });
    for (const node of this.nodesByDepth.flat()) {
      if (node.outputTensors.every((tensor) => values.has(tensor))) continue;
      const { args, kwargs } = node.arguments_;
      const value = (tensor: SymbolicTensor): unknown => values.get(tensor);
      const results = flatten(call(node, { args: mapTensors(args, value), kwargs: mapTensors(kwargs, value) }));
      node.outputTensors.forEach((tensor, i) => {
        values.set(tensor, results[i] as T);
      });
    }
    return packLike(
      this.outputStructure,
      this.outputs.map((tensor) => values.get(tensor) as T),
    );
  }
}

/** Distance of every call and layer from the outputs: a layer called twice has its greatest. */
function depths(order: readonly Node[]): { nodeDepths: Map<Node, number>; layerDepths: Map<Operation, number> } {
  const inGraph = new Set(order);
  const nodeDepths = new Map<Node, number>();
  const layerDepths = new Map<Operation, number>();
  for (const node of [...order].reverse()) {
    const depth = Math.max(nodeDepths.get(node) ?? 0, layerDepths.get(node.layer) ?? 0);
    nodeDepths.set(node, depth);
    layerDepths.set(node.layer, depth);
    for (const parent of node.parents) {
      if (inGraph.has(parent)) nodeDepths.set(parent, Math.max(depth + 1, nodeDepths.get(parent) ?? 0));
    }
  }
  return { nodeDepths, layerDepths };
}

function groupByDepth<T>(depthOf: Map<T, number>): T[][] {
  const groups = new Map<number, T[]>();
  for (const [item, depth] of depthOf) groups.set(depth, [...(groups.get(depth) ?? []), item]);
  return [...groups.keys()].sort((a, b) => b - a).map((depth) => groups.get(depth) as T[]);
}
