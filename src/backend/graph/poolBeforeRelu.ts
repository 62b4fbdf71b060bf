import { type GraphNode, numbersOf } from './node';
import type { Recording } from './recording';

/** max(relu(x)) of each window, and its gradient. */
interface Pattern {
  relu: GraphNode;
  pool: GraphNode;
  poolGradient: GraphNode;
  reluGradient: GraphNode;
}

/**
 * Where a step trains max pooling of a ReLU, takes the pools first: relu(max(x)) is max(relu(x)), exactly, and goes over a
 * fraction of the numbers. The gradients are the same, too: where the largest of a window is positive it is the same one,
 * and elsewhere both are 0. A ReLU that something else needs stays as it is.
 *
 *   relu(x) -> pool           becomes   pool(x) -> relu
 *   poolGrad(dy) -> reluGrad  becomes   reluGrad(dy) -> poolGrad
 *
 * The gradient of a bias before the ReLU is a sum over all places. The pool's gradient only puts numbers into their
 * places, so the sum is taken before it; this alone rounds otherwise.
 */
export function poolBeforeRelu(recording: Recording): Recording {
  const links = new Links(recording);
  const replacements = new Map<GraphNode, GraphNode[]>();
  for (const relu of recording.nodes) {
    const pattern = patternAt(relu, links);
    if (!pattern) continue;
    const { pool, poolGradient, reluGradient } = pattern;
    const [x] = relu.inputs as [string];
    const [, , dy] = poolGradient.inputs as [string, string, string];
    // The last of each pair keeps its name, so that nothing else changes.
    const [pooled, rectified] = [`${pool.name}_before_relu`, `${reluGradient.name}_before_pool`];
    replacements.set(relu, []);
    replacements.set(pool, [
      { ...pool, name: pooled, inputs: [x] },
      { ...relu, name: pool.name, inputs: [`${pooled}:0`] },
    ]);
    replacements.set(poolGradient, []);
    replacements.set(reluGradient, [
      { ...reluGradient, name: rectified, inputs: [dy, `${pool.name}:0`] },
      { ...poolGradient, name: reluGradient.name, inputs: [x, `${pooled}:0`, `${rectified}:0`] },
    ]);
    for (const user of links.usersOf(reluGradient)) {
      if (!user || !makesBiasRows(user, links)) continue;
      replacements.set(user, [{ ...user, inputs: [`${rectified}:0`, ...user.inputs.slice(1)] }]);
    }
  }
  return { ...recording, nodes: recording.nodes.flatMap((node) => replacements.get(node) ?? [node]) };
}

/** Who takes whose results. */
class Links {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #users = new Map<string, (GraphNode | undefined)[]>();

  constructor({ nodes, outputs }: Recording) {
    for (const node of nodes) {
      this.#nodes.set(node.name, node);
      this.#users.set(node.name, []);
    }
    for (const node of nodes) for (const input of node.inputs) this.#users.get(nameOf(input))?.push(node);
    for (const { name } of outputs) this.#users.get(nameOf(name))?.push(undefined);
  }

  /** The node an input comes from; `undefined` where it is of another function. */
  source(input: string | undefined): GraphNode | undefined {
    return this.#nodes.get(nameOf(input ?? ''));
  }

  /** Those that take a node's results; `undefined` among them where the function returns one. */
  usersOf({ name }: GraphNode): readonly (GraphNode | undefined)[] {
    return this.#users.get(name) ?? [];
  }
}

/** `^node` and `node:0` are of `node`. */
const nameOf = (input: string): string => input.replace(/^\^|:\d+$/g, '');

function patternAt(relu: GraphNode, links: Links): Pattern | undefined {
  if (relu.op !== 'Relu') return undefined;
  const users = links.usersOf(relu);
  const [pool, poolGradient, reluGradient] = ['MaxPool', 'MaxPoolGrad', 'ReluGrad'].map((op) =>
    users.find((user) => user?.op === op),
  );
  if (users.length !== 3 || !pool || !poolGradient || !reluGradient) return undefined;
  const [rectified, pooled, gradient] = [relu, pool, poolGradient].map(({ name }) => `${name}:0`);
  const isGradient =
    poolGradient.inputs[0] === rectified &&
    poolGradient.inputs[1] === pooled &&
    reluGradient.inputs.join() === `${gradient},${rectified}` &&
    links.usersOf(poolGradient).length === 1;
  return isGradient ? { relu, pool, poolGradient, reluGradient } : undefined;
}

/** Whether a node makes rows of channels, however many, that are summed and nothing else. */
function makesBiasRows(node: GraphNode, links: Links): boolean {
  const shape = links.source(node.inputs[1])?.constant;
  const users = links.usersOf(node);
  const areSummed = users.length > 0 && users.every((user) => user?.op === 'BiasAddGrad');
  return node.op === 'Reshape' && areSummed && shape?.shape[0] === 2 && numbersOf(shape)[0] === -1;
}
