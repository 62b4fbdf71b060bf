import { Variable } from '../backend/variable';
import { type Child, HELD } from '../base/tracking';

/** A layer with all that it holds, however deep. */
export interface Tree<L extends object> {
  /** The layers, each once, from the outside in. */
  readonly layers: readonly L[];
  /** What each of them was found to hold. */
  readonly children: readonly (readonly Child[])[];
  /** The weights of the outermost layer itself, in Keras's order. */
  readonly own: readonly Variable[];
  /** The weights in Keras's order. */
  readonly weights: readonly Variable[];
  /** Layers, variables, seed generators and metrics. */
  readonly members: ReadonlySet<object>;
  /** Whether there is anything that training or calls change. */
  readonly hasState: boolean;
}

/** A metric, as far as layers know it. */
interface HeldMetric {
  readonly variables: readonly Variable[];
  dispose(): void;
}

export function isMetric(value: object): value is HeldMetric {
  return HELD in value && value[HELD] === 'metric';
}

function isVariable(value: object): value is Variable {
  return value instanceof Variable;
}

export const EMPTY_TREE: Tree<never> = {
  layers: [],
  children: [],
  own: [],
  weights: [],
  members: new Set(),
  hasState: false,
};

/**
 * The tree of a layer, made of those of the layers it holds.
 *
 * @param made variables that the layer made by `addWeight`; those it holds in fields are its own as well. Those that were
 *   made to be trained come first, each kind in the order they were made in.
 */
export function makeTree<L extends object>(
  layer: L,
  made: readonly Variable[],
  children: readonly Child[],
  inner: readonly Tree<L>[],
): Tree<L> {
  const held = children.map(({ value }) => value);
  const own = [...new Set([...made, ...held.filter(isVariable)])];
  own.sort((a, b) => Number(b.isMadeToTrain) - Number(a.isMadeToTrain) || a.id - b.id);
  const weights = [...new Set([...own, ...inner.flatMap((tree) => tree.weights)])];
  const state = held.flatMap((value) => (isMetric(value) ? [value, ...value.variables] : [value]));
  const members = new Set([layer, ...weights, ...state, ...inner.flatMap((tree) => [...tree.members])]);
  const parts = new Map([
    [layer, children],
    ...inner.flatMap((tree) => tree.layers.map((one, i) => [one, tree.children[i]] as const)),
  ] as [L, readonly Child[]][]);
  return {
    layers: [...parts.keys()],
    children: [...parts.values()],
    own,
    weights,
    members,
    hasState: members.size > parts.size,
  };
}
