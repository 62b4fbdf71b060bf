import type { GraphNode } from './node';
import type { Recording } from './record';

/** max(relu(x)) of each window, and its gradient. */
interface Pattern {
  relu: GraphNode;
  pool: GraphNode;
  poolGradient: GraphNode;
  reluGradient: GraphNode;
  /** What brings the gradient into rows, for sums that are the gradient of a bias. */
  biasRows: GraphNode[];
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
  const replacements = new Map<GraphNode, GraphNode[]>();
  const users = usersOf(recording);
  for (const relu of recording.nodes) {
    const pattern = patternAt(relu, users);
    if (!pattern) continue;
    const { pool, poolGradient, reluGradient, biasRows } = pattern;
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
    for (const rows of biasRows) {
      replacements.set(rows, [{ ...rows, inputs: [`${rectified}:0`, ...rows.inputs.slice(1)] }]);
    }
  }
  return { ...recording, nodes: recording.nodes.flatMap((node) => replacements.get(node) ?? [node]) };
}

/** For each node those that take its results; `undefined` among them where the step returns one. */
function usersOf({ nodes, outputs }: Recording): Map<string, (GraphNode | undefined)[]> {
  const users = new Map<string, (GraphNode | undefined)[]>();
  const note = (input: string, user?: GraphNode): void => {
    const name = input.replace(/^\^|:\d+$/g, '');
    users.set(name, [...(users.get(name) ?? []), user]);
  };
  for (const node of nodes) for (const input of node.inputs) note(input, node);
  for (const { name } of outputs) note(name);
  return users;
}

function patternAt(relu: GraphNode, users: ReturnType<typeof usersOf>): Pattern | undefined {
  if (relu.op !== 'Relu') return undefined;
  const all = users.get(relu.name) ?? [];
  const [pool, poolGradient, reluGradient] = ['MaxPool', 'MaxPoolGrad', 'ReluGrad'].map((op) =>
    all.find((user) => user?.op === op),
  );
  if (all.length !== 3 || !pool || !poolGradient || !reluGradient) return undefined;
  const [rectified, pooled, gradient] = [relu, pool, poolGradient].map(({ name }) => `${name}:0`);
  const isGradient =
    poolGradient.inputs[0] === rectified &&
    poolGradient.inputs[1] === pooled &&
    reluGradient.inputs.join() === `${gradient},${rectified}` &&
    users.get(poolGradient.name)?.length === 1;
  if (!isGradient) return undefined;
  const makesBiasRows = (user?: GraphNode): user is GraphNode =>
    user?.op === 'Reshape' && (users.get(user.name) ?? []).every((next) => next?.op === 'BiasAddGrad');
  const biasRows = (users.get(reluGradient.name) ?? []).filter(makesBiasRows);
  return { relu, pool, poolGradient, reluGradient, biasRows };
}
