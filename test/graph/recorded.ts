/** Runs functions of tensors as recorded graphs. */
import type * as tf from '@tensorflow/tfjs';
import { GraphSession, generalize, record } from '../../src/backend/graph';

/** A function of tensors. */
export type TensorFunction = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** A recorded function; `dispose` ends its session. */
export interface Graph {
  run(inputs: tf.Tensor[]): tf.Tensor[];
  dispose(): void;
}

const SIZES = [7, 4] as const;

/** Records a function at two batch sizes and makes a graph for any of it. */
export function graphOf(fn: TensorFunction, inputs: (batch: number) => tf.Tensor[]): Graph {
  const [first, second] = SIZES.map((batch) => {
    const given = inputs(batch);
    const recording = record(given, () => [fn(...given)].flat());
    for (const tensor of given) tensor.dispose();
    return recording;
  }) as [ReturnType<typeof record>, ReturnType<typeof record>];
  const session = new GraphSession();
  const added = session.add(generalize(first, second, SIZES));
  return { run: (given) => session.run(added, given), dispose: () => session.dispose() };
}
