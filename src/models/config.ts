import { formatShape, formatValue, type Shape, ValueError } from '../base/errors';
import { mapStructure, type Nested } from '../base/nest';
import { isPlainObject, toCamelCase, toSnakeCase } from '../base/options';
import { type Config, serializeValue } from '../base/registry';
import { deserialize, InputLayer, serialize } from '../layers';
import type { Layer } from '../layers/layer';
import { type History, isSymbolic, type Node, type Operation, SymbolicTensor } from '../layers/operation';
import type { LayerGraph } from './graph';

/** Where a tensor of a graph comes from, in files: layer name, index of the call, index of the output. */
type TensorReference = [layer: string, node: number, tensor: number];

/** The calls of `layer` that belong to the graph, in order. */
function ownNodes(graph: LayerGraph, layer: Operation): Node[] {
  const inGraph = new Set(graph.nodesByDepth.flat());
  return layer.inboundNodes.filter((node) => inGraph.has(node));
}

/** How many calls Keras counts before a layer's first one where it lists outputs: a model's own call of itself. */
function ownCalls(layer: Operation): number {
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
    // Into the very object: that a layer stands in other models, too, is noted in it later.
    layers: graph.layers.map((layer) =>
      Object.assign(serialize(layer), {
        name: layer.name,
        inbound_nodes: ownNodes(graph, layer)
          .filter((node) => node.inputTensors.length > 0)
          .map((node) => ({
            args: node.arguments_.args.map((value) => serializeArgument(value, tensorConfig)),
            kwargs: {
              ...((layer.constructor as typeof Layer).takesMask && { mask: null }),
              ...serializeArguments(node.arguments_.kwargs, tensorConfig),
            },
          })),
      }),
    ),
    input_layers: references(graph.inputStructure),
    output_layers: references(graph.outputStructure),
  };
}

/** An argument of a call as JSON: tensors become references, wherever they are. */
function serializeArgument(value: unknown, tensorConfig: (tensor: SymbolicTensor) => Config): unknown {
  if (value instanceof SymbolicTensor) return tensorConfig(value);
  if (Array.isArray(value)) return value.map((item) => serializeArgument(item, tensorConfig));
  if (isPlainObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([k, item]) => [k, serializeArgument(item, tensorConfig)]));
  }
  return serializeValue(value);
}

/** Options of a call, by Keras's names. */
function serializeArguments(options: object, tensorConfig: (tensor: SymbolicTensor) => Config): Config {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [toSnakeCase(key), serializeArgument(value, tensorConfig)]));
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

/** What a config says of a layer. */
type LayerEntry = Config & { name: string; inbound_nodes: NodeConfig[] };

/**
 * Makes the layers of a config, calls them as it says, and returns the arguments of the `Model` that they form.
 * @param make makes the layer of an entry.
 */
export function graphFromConfig(
  config: Config,
  make: (entry: LayerEntry) => Layer = (entry) => deserialize(entry),
): RevivedModel {
  const entries = checkEntries(config['layers']);
  const layers = new Map<string, Layer>();
  for (const entry of entries) layers.set(entry.name, make(entry));
  // A layer that is in another model, too, has calls there.
  const calls = new Map<Layer, Node[]>();
  const nodesOf = (layer: Layer): readonly Node[] =>
    calls.get(layer) ?? (layer instanceof InputLayer ? layer.inboundNodes : []);
  const find = (reference: unknown): SymbolicTensor | undefined => {
    const [name, node, tensor] = reference as TensorReference;
    const layer = layers.get(name);
    if (!layer)
      throw new ValueError(
        `Model.fromConfig: unknown layer '${name}' in a call. Known: ${[...layers.keys()].join(', ')}.`,
      );
    return nodesOf(layer)[node]?.outputTensors[tensor];
  };
  let waiting = entries.flatMap((entry) =>
    entry.inbound_nodes.map((node) => ({ layer: layers.get(entry.name) as Layer, node })),
  );
  while (waiting.length > 0) {
    const blocked = new Set<Layer>();
    const later = waiting.filter(({ layer, node }) => {
      const call = blocked.has(layer) ? undefined : reviveCall(node, find);
      if (call === undefined) blocked.add(layer);
      else {
        layer.__call__(...call);
        calls.set(layer, [...nodesOf(layer), layer.inboundNodes.at(-1) as Node]);
      }
      return call === undefined;
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

function checkEntries(entries: unknown): LayerEntry[] {
  const isEntry = (entry: unknown): boolean =>
    isPlainObject(entry) && typeof entry['name'] === 'string' && Array.isArray(entry['inbound_nodes']);
  if (Array.isArray(entries) && entries.every(isEntry)) return entries as LayerEntry[];
  throw new ValueError(
    `Model.fromConfig: expected layers with name, config and inbound_nodes. Received: ${formatValue(entries)}.`,
  );
}

function isReference(value: unknown): value is TensorReference {
  return Array.isArray(value) && value.length === 3 && typeof value[0] === 'string' && typeof value[1] === 'number';
}

type Find = (reference: unknown) => SymbolicTensor | undefined;

/** The arguments of a call, options last; `undefined` while one of its tensors has not been made. */
function reviveCall({ args, kwargs }: NodeConfig, find: Find): [unknown, ...unknown[]] | undefined {
  let isComplete = true;
  const revive = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(revive);
    if (!isPlainObject(value)) return value;
    if (value['class_name'] === '__keras_tensor__') {
      const found = findTensor(value['config'] as TensorConfig, find);
      isComplete &&= found !== undefined;
      return found;
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]));
  };
  const [first, ...more] = args.map(revive);
  // Keras writes null for options that were not given.
  const options = Object.entries(kwargs).filter(([, value]) => value !== null);
  const revived = Object.fromEntries(options.map(([key, value]) => [toCamelCase(key), revive(value)]));
  if (!isComplete) return undefined;
  if (isSymbolic([first, ...more, revived])) return [first, ...more, revived];
  throw new ValueError(
    `Model.fromConfig: expected a tensor among the arguments of a call. Received: ${formatValue(args)}.`,
  );
}

interface TensorConfig {
  keras_history?: unknown;
  shape?: Shape;
}

function findTensor({ keras_history: history, shape }: TensorConfig, find: Find): SymbolicTensor | undefined {
  const found = find(history);
  if (!found || !shape || found.rank === shape.length) return found;
  throw new ValueError(
    `Model.fromConfig: '${found.name}' has shape ${formatShape(found.shape)}, the file says ${formatShape(shape)}.`,
  );
}
