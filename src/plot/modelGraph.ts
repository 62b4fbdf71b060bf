import { formatShape, formatValue, type Shape, ValueError } from '../base/errors';

/** What is read of a model's layer. */
export interface LayerLike {
  readonly name: string;
  readonly className: string;
  readonly trainable?: boolean;
  readonly weights?: readonly unknown[];
  readonly activation?: unknown;
  readonly inboundNodes?: readonly NodeLike[];
}

/** What is read of a call of a layer. */
export interface NodeLike {
  readonly layer?: LayerLike;
  readonly inputTensors: readonly { readonly history?: { readonly layer: LayerLike } | undefined }[];
  readonly outputTensors?: readonly { readonly shape: Shape; readonly dtype?: string }[];
}

/** What is read of a model. */
export interface ModelLike {
  readonly name: string;
  readonly className?: string;
  readonly kind?: string;
  readonly layers: readonly LayerLike[];
  /** The calls that belong to the model; default all calls between its layers. */
  readonly nodesByDepth?: readonly (readonly NodeLike[])[];
}

/** A layer of the graph, with all that a box may tell. */
export interface GraphLayer {
  readonly layer: Pick<LayerLike, 'name' | 'className' | 'trainable' | 'weights' | 'activation'>;
  /** `(None, 26, 26, 10)`, `?` where it is not known. */
  readonly shapes: string;
  readonly dtypes: string;
}

export interface ModelGraph {
  readonly layers: readonly GraphLayer[];
  readonly edges: readonly (readonly [from: number, to: number])[];
}

function listed(values: readonly string[]): string {
  return values.length === 0 ? '?' : [...new Set(values)].join(', ');
}

function check(who: string, model: unknown): asserts model is ModelLike {
  const { layers } = (model ?? {}) as Partial<ModelLike>;
  if (Array.isArray(layers)) return;
  throw new ValueError(`${who}: expected a model. Received: ${formatValue(model)}.`);
}

/**
 * The layers of a model and which feeds which.
 * @throws ValueError for what is no model, or a model that is not built.
 */
export function graphOf(who: string, model: ModelLike): ModelGraph {
  check(who, model);
  const own = new Set(model.layers);
  const isInside = ({ inputTensors }: NodeLike): boolean =>
    inputTensors.every(({ history }) => history !== undefined && own.has(history.layer));
  const given = model.nodesByDepth?.flat() ?? [];
  const calls = given.length
    ? given.map((node) => ({ node, layer: node.layer as LayerLike }))
    : model.layers.flatMap((layer) => (layer.inboundNodes ?? []).filter(isInside).map((node) => ({ node, layer })));
  if (calls.length === 0 && model.kind === 'subclassed') {
    const layer = { name: model.name, className: model.className ?? 'Model' };
    return { layers: [{ layer, shapes: '?', dtypes: '?' }], edges: [] };
  }
  if (calls.length === 0) {
    const mend = 'Give its input shape, as Input({ shape: [...] }), or call it on data.';
    throw new ValueError(
      `${who}: the model must be built. Received: '${model.name}', whose shapes are not known. ${mend}`,
    );
  }
  const layers = [...new Set(calls.map(({ layer }) => layer))];
  const edges = new Map<string, readonly [number, number]>();
  for (const { node, layer } of calls) {
    for (const { history } of node.inputTensors) {
      const edge = [history ? layers.indexOf(history.layer) : -1, layers.indexOf(layer)] as const;
      if (edge[0] >= 0 && edge[0] !== edge[1]) edges.set(edge.join(), edge);
    }
  }
  const outputsOf = (layer: LayerLike) =>
    calls.filter((call) => call.layer === layer).flatMap(({ node }) => node.outputTensors ?? []);
  return {
    layers: layers.map((layer) => ({
      layer,
      shapes: listed(outputsOf(layer).map(({ shape }) => formatShape(shape))),
      dtypes: listed(outputsOf(layer).map(({ dtype }) => dtype ?? '?')),
    })),
    edges: [...edges.values()],
  };
}
