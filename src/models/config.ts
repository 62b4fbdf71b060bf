import { formatShape, formatValue, type Shape, ValueError } from '../base/errors';
import { mapStructure, type Nested } from '../base/nest';
import { isPlainObject } from '../base/options';
import type { Config } from '../base/registry';
import { deserialize, serialize } from '../layers';
import type { Layer } from '../layers/layer';
import type { History, Node, SymbolicTensor } from '../layers/symbolic';
import type { LayerGraph } from './graph';

/** Where a tensor of a graph comes from, in files: layer name, index of the call, index of the output. */
type TensorReference = [layer: string, node: number, tensor: number];

/** The calls of `layer` that belong to the graph, in order. */
function ownNodes(graph: LayerGraph, layer: Layer): Node[] {
  const inGraph = new Set(graph.nodesByDepth.flat());
  return layer.inboundNodes.filter((node) => inGraph.has(node));
}

/** How many calls Keras counts before a layer's first one where it lists outputs: a model's own call of itself. */
function ownCalls(layer: Layer): number {
  return (layer as { kind?: string }).kind === 'functional' ? 1 : 0;
}

function referenceTo(graph: LayerGraph, { history, name }: SymbolicTensor): TensorReference {
  if (!history) throw new ValueError(`getConfig: the tensor '${name}' was not made by a layer.`);
  const { layer, nodeIndex, tensorIndex } = history;
  return [layer.name, ownNodes(graph, layer).indexOf(layer.inboundNodes[nodeIndex] as Node), tensorIndex];
}

/** Keras's config of a functional model: its layers, how they are called, its inputs and outputs. */
export function configFromGraph(name: string, trainable: boolean, graph: LayerGraph): Config {
  const tensorConfig = (tensor: SymbolicTensor): Config => ({
    class_name: '__keras_tensor__',
    config: { shape: [...tensor.shape], dtype: tensor.dtype, keras_history: referenceTo(graph, tensor) },
  });
  const references = (structure: Nested<SymbolicTensor>): unknown =>
    mapStructure(structure, (tensor) => {
      const [name, node, index] = referenceTo(graph, tensor);
      return [name, node + ownCalls((tensor.history as History).layer), index] as never;
    });
  return {
    name,
    trainable,
    layers: graph.layers.map((layer) => ({
      ...serialize(layer),
      name: layer.name,
      inbound_nodes: ownNodes(graph, layer)
        .filter((node) => node.inputTensors.length > 0)
        .map((node) => ({
          args: [mapStructure(node.inputs, tensorConfig as never)],
          kwargs: { ...((layer.constructor as typeof Layer).takesMask && { mask: null }), ...node.options },
        })),
    })),
    input_layers: references(graph.inputStructure),
    output_layers: references(graph.outputStructure),
  };
}

interface NodeConfig {
  args: unknown[];
  kwargs: Record<string, unknown>;
}

/** The arguments of the `Model` that a config describes. */
interface RevivedModel {
  name: string;
  trainable: boolean;
  inputs: Nested<SymbolicTensor>;
  outputs: Nested<SymbolicTensor>;
}

/** Makes the layers of a config, calls them as it says, and returns the arguments of the `Model` that they form. */
export function graphFromConfig(config: Config): RevivedModel {
  const entries = config['layers'] as (Config & { name: string; inbound_nodes: NodeConfig[] })[];
  const layers = new Map<string, Layer>();
  for (const entry of entries) layers.set(entry.name, deserialize(entry));
  const find = (reference: unknown): SymbolicTensor | undefined => {
    const [name, node, tensor] = reference as TensorReference;
    const layer = layers.get(name);
    if (!layer)
      throw new ValueError(
        `Model.fromConfig: unknown layer '${name}' in a call. Known: ${[...layers.keys()].join(', ')}.`,
      );
    return layer.inboundNodes[node]?.outputTensors[tensor];
  };
  let waiting = entries.flatMap((entry) =>
    entry.inbound_nodes.map((node) => ({ layer: layers.get(entry.name) as Layer, node })),
  );
  while (waiting.length > 0) {
    const blocked = new Set<Layer>();
    const later = waiting.filter(({ layer, node }) => {
      const args = blocked.has(layer) ? undefined : revive(node.args[0], find);
      if (args === undefined) blocked.add(layer);
      else layer.__call__(args, callOptions(node.kwargs));
      return args === undefined;
    });
    if (later.length === waiting.length) {
      throw new ValueError(
        `Model.fromConfig: the calls of these layers have no source: ${later.map(({ layer }) => layer.name).join(', ')}.`,
      );
    }
    waiting = later;
  }
  const structure = (value: unknown): Nested<SymbolicTensor> => {
    if (isReference(value)) {
      const [name, node, index] = value;
      const layer = layers.get(name);
      return find([name, node - (layer ? ownCalls(layer) : 0), index]) as SymbolicTensor;
    }
    if (Array.isArray(value)) return value.map(structure);
    if (!isPlainObject(value))
      throw new ValueError(`Model.fromConfig: expected references to layers. Received: ${formatValue(value)}.`);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structure(item)]));
  };
  return {
    name: config['name'] as string,
    trainable: (config['trainable'] as boolean | undefined) ?? true,
    inputs: structure(config['input_layers']),
    outputs: structure(config['output_layers']),
  };
}

/** The options of a call; Keras writes `null` for those not given. */
function callOptions(kwargs: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== null));
}

function isReference(value: unknown): value is TensorReference {
  return Array.isArray(value) && value.length === 3 && typeof value[0] === 'string' && typeof value[1] === 'number';
}

/** The symbolic tensors of a call's first argument; `undefined` while one of them has not been made. */
function revive(
  value: unknown,
  find: (reference: unknown) => SymbolicTensor | undefined,
): Nested<SymbolicTensor> | undefined {
  if (Array.isArray(value)) {
    const items = value.map((item) => revive(item, find));
    return items.includes(undefined) ? undefined : (items as Nested<SymbolicTensor>[]);
  }
  const tensor = value as { class_name?: string; config?: { keras_history?: unknown; shape?: Shape } };
  if (tensor?.class_name !== '__keras_tensor__') {
    throw new ValueError(
      `Model.fromConfig: expected a tensor as first argument of a call. Received: ${formatValue(value)}.`,
    );
  }
  const found = find(tensor.config?.keras_history);
  if (found && tensor.config?.shape && found.rank !== tensor.config.shape.length) {
    throw new ValueError(
      `Model.fromConfig: '${found.name}' has shape ${formatShape(found.shape)}, the file says ${formatShape(tensor.config.shape)}.`,
    );
  }
  return found;
}
