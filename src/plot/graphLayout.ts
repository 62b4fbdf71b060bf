/** Layered layout of a graph without circles: every edge leads down. */

export interface Box {
  readonly width: number;
  readonly height: number;
}

export type Point = readonly [x: number, y: number];

export interface Layout {
  /** Middle of the top side of each box. */
  readonly places: readonly Point[];
  /** Where each edge passes the layers between its ends: points to go through straight down, two for each layer. */
  readonly bends: readonly (readonly Point[])[];
  readonly width: number;
  readonly height: number;
}

/** A box, or the place where an edge passes a layer. */
interface Item extends Box {
  readonly above: number[];
  readonly below: number[];
}

const GAP = 28;
const LAYER_GAP = 36;
const PASSAGE: Box = { width: 16, height: 0 };
const SWEEPS = 8;

/** The layer of each box: below all that lead to it, and as near as can be to what it leads to. */
function layersOf(count: number, edges: readonly (readonly [number, number])[]): number[] {
  const layer = new Array<number>(count).fill(0);
  const at = (i: number): number => layer[i] as number;
  for (let changed = true; changed; ) {
    changed = false;
    for (const [from, to] of edges) {
      if (at(to) > at(from)) continue;
      layer[to] = at(from) + 1;
      changed = true;
    }
  }
  const isTarget = new Set(edges.map(([, to]) => to));
  for (let i = 0; i < count; i++) {
    const below = edges.filter(([from]) => from === i).map(([, to]) => at(to));
    if (!isTarget.has(i) && below.length > 0) layer[i] = Math.min(...below) - 1;
  }
  return layer;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Sorts the items of each layer by the mean place of their neighbours in the layer before, to and fro. */
function order(layers: number[][], items: readonly Item[]): void {
  const place = new Map<number, number>();
  const note = (layer: readonly number[]): void =>
    layer.forEach((item, i) => {
      place.set(item, i);
    });
  layers.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      const wish = new Map(
        layer.map((id) => {
          const { above, below } = items[id] as Item;
          return [
            id,
            mean((down ? above : below).map((near) => place.get(near) as number)) ?? (place.get(id) as number),
          ];
        }),
      );
      layer.sort((a, b) => (wish.get(a) as number) - (wish.get(b) as number));
      note(layer);
    }
  }
}

/** Places as near as can be to the wished ones (least squares), each at least `apart` after the one before. */
function spread(wished: readonly number[], apart: readonly number[]): number[] {
  const offsets: number[] = [];
  for (let i = 0; i < wished.length; i++)
    offsets.push(i === 0 ? 0 : (offsets[i - 1] as number) + (apart[i - 1] as number));
  const blocks: { sum: number; count: number }[] = [];
  const level = ({ sum, count }: { sum: number; count: number }): number => sum / count;
  wished.forEach((wish, i) => {
    let block = { sum: wish - (offsets[i] as number), count: 1 };
    for (let last = blocks.at(-1); last && level(last) > level(block); last = blocks.at(-1)) {
      block = { sum: block.sum + last.sum, count: block.count + last.count };
      blocks.pop();
    }
    blocks.push(block);
  });
  return blocks
    .flatMap((block) => new Array<number>(block.count).fill(level(block)))
    .map((z, i) => z + (offsets[i] as number));
}

/** Items that follow one another alone, each the only one above the next and below the one before: best in one line. */
function chainsOf(items: readonly Item[]): number[][] {
  const next = ({ below }: Item): number | undefined =>
    below.length === 1 && items[below[0] as number]?.above.length === 1 ? below[0] : undefined;
  const followers = new Set(items.map(next));
  return items.flatMap((item, id) => {
    if (followers.has(id)) return [];
    const chain = [id];
    for (let at = next(item); at !== undefined; at = next(items[at] as Item)) chain.push(at);
    return chain.length > 1 ? [chain] : [];
  });
}

/** Moves each chain into one line, as far as the neighbours in the layers leave room. */
function straighten(layers: readonly (readonly number[])[], items: readonly Item[], x: number[]): void {
  const beside = new Map(layers.flatMap((layer) => layer.map((id, i) => [id, [layer[i - 1], layer[i + 1]]] as const)));
  for (const chain of chainsOf(items)) {
    const limit = (id: number, side: 0 | 1): number => {
      const other = beside.get(id)?.[side];
      const sign = side === 0 ? 1 : -1;
      return other === undefined
        ? -sign * Number.POSITIVE_INFINITY
        : (x[other] as number) + sign * apart(items, id, other);
    };
    const least = Math.max(...chain.map((id) => limit(id, 0)));
    const most = Math.min(...chain.map((id) => limit(id, 1)));
    const wish = mean(chain.map((id) => x[id] as number)) as number;
    if (least <= most) for (const id of chain) x[id] = Math.min(most, Math.max(least, wish));
  }
}

/** The least distance between the middles of two neighbours. */
function apart(items: readonly Item[], a: number, b: number): number {
  return ((items[a] as Item).width + (items[b] as Item).width) / 2 + GAP;
}

/** The middle of each item across: near its neighbours, without overlaps. */
function across(layers: readonly (readonly number[])[], items: readonly Item[]): number[] {
  const x = new Array<number>(items.length).fill(0);
  for (let sweep = 0; sweep < 2 * SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      const wished = layer.map((id) => {
        const { above, below } = items[id] as Item;
        const near = sweep >= SWEEPS ? [...above, ...below] : down ? above : below;
        return mean(near.map((other) => x[other] as number)) ?? (x[id] as number);
      });
      const distances = layer.slice(1).map((id, i) => apart(items, id, layer[i] as number));
      spread(wished, distances).forEach((value, i) => {
        x[layer[i] as number] = value;
      });
    }
    if (sweep >= SWEEPS) straighten(layers, items, x);
  }
  const left = Math.min(...x.map((value, id) => value - (items[id] as Item).width / 2));
  return x.map((value) => value - left);
}

/**
 * Lays out boxes in layers.
 * @param edges pairs of numbers of boxes, without circles.
 */
export function layOut(boxes: readonly Box[], edges: readonly (readonly [from: number, to: number])[]): Layout {
  const layer = layersOf(boxes.length, edges);
  const items: Item[] = boxes.map((box) => ({ ...box, above: [], below: [] }));
  const layers: number[][] = Array.from({ length: Math.max(...layer) + 1 }, () => []);
  layer.forEach((at, id) => {
    layers[at]?.push(id);
  });
  const join = (from: number, to: number): void => {
    items[from]?.below.push(to);
    items[to]?.above.push(from);
  };
  const passages = edges.map(([from, to]) => {
    const ids: number[] = [];
    for (let at = (layer[from] as number) + 1; at < (layer[to] as number); at++) {
      ids.push(items.push({ ...PASSAGE, above: [], below: [] }) - 1);
      layers[at]?.push(items.length - 1);
    }
    [from, ...ids].forEach((id, i) => {
      join(id, ids[i] ?? to);
    });
    return ids.map((id, i) => ({ id, at: (layer[from] as number) + 1 + i }));
  });
  order(layers, items);
  const x = across(layers, items);
  const heights = layers.map((ids) => Math.max(...ids.map((id) => (items[id] as Item).height)));
  const tops = heights.map((_, i) => heights.slice(0, i).reduce((sum, height) => sum + height + LAYER_GAP, 0));
  return {
    places: boxes.map((box, id) => {
      const at = layer[id] as number;
      return [x[id] as number, (tops[at] as number) + ((heights[at] as number) - box.height) / 2];
    }),
    bends: passages.map((ids) =>
      ids.flatMap(({ id, at }): Point[] => {
        const [here, top] = [x[id] as number, tops[at] as number];
        return [
          [here, top],
          [here, top + (heights[at] as number)],
        ];
      }),
    ),
    width: Math.max(...x.map((value, id) => value + (items[id] as Item).width / 2)),
    height: (tops.at(-1) as number) + (heights.at(-1) as number),
  };
}
