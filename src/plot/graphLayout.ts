/** Layered layout of a graph without circles: every edge leads down. */
import { dagre } from '../host/optional';

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

const GAP = 28;
const LAYER_GAP = 36;
/** Room on each side of an edge at the rim. */
const RIM = 8;

/**
 * Lays out boxes in layers.
 *
 * @param who name of the caller, in the message about a missing package
 * @param edges pairs of numbers of boxes, without circles
 */
export function layOut(
  who: string,
  boxes: readonly Box[],
  edges: readonly (readonly [from: number, to: number])[],
): Layout {
  const { Graph, layout } = dagre(who);
  const graph = new Graph();
  graph.setGraph({ nodesep: GAP, edgesep: GAP, ranksep: LAYER_GAP });
  boxes.forEach(({ width, height }, i) => {
    graph.setNode(String(i), { width, height });
  });
  for (const [from, to] of edges) graph.setEdge(String(from), String(to), {});
  layout(graph);

  const middles = boxes.map((_, i) => graph.node(String(i)));
  /** Of the layers that hold boxes: half the height of the highest, by the middle, which all share. */
  const halves = new Map<number, number>();
  for (const { y, height } of middles) halves.set(y, Math.max(halves.get(y) ?? 0, height / 2));
  const bends = edges.map(([from, to]) =>
    graph
      .edge(String(from), String(to))
      .points.slice(1, -1)
      .flatMap(({ x, y }): Point[] => {
        const half = halves.get(y); // none between two layers, where an edge may go aslant
        return half === undefined ? [] : [y - half, y + half].map((side) => [x, side] as const);
      }),
  );
  const passed = bends.flat().map(([x]) => x);
  const left = Math.min(...middles.map(({ x, width }) => x - width / 2), ...passed.map((x) => x - RIM));
  const right = Math.max(...middles.map(({ x, width }) => x + width / 2), ...passed.map((x) => x + RIM));
  return {
    places: middles.map(({ x, y, height }) => [x - left, y - height / 2]),
    bends: bends.map((points) => points.map(([x, y]) => [x - left, y])),
    width: right - left,
    height: Math.max(...middles.map(({ y, height }) => y + height / 2)),
  };
}
