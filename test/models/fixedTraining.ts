/** One small training, always the same, for tests of the data it takes. */
import { layers, Sequential } from '../../src';

type Fit = { epochs?: number; classWeight?: unknown; sampleWeight?: unknown };
/** Losses of two epochs of training from zeros, as the fixture has them. */
export async function train(
  x: unknown,
  y: unknown,
  { units = 1, shape = [2], loss = 'mse', activation = 'linear', ...options }: Fit & Record<string, unknown> = {},
): Promise<number[]> {
  const model = Sequential([
    layers.Input({ shape: shape as number[] }),
    layers.Dense(units as number, { kernelInitializer: 'zeros', activation: activation as 'linear' }),
  ]);
  model.compile({ optimizer: 'sgd', loss: loss as 'mse' });
  (model.optimizer as { learningRate: unknown }).learningRate = 0.1;
  try {
    const fixed = { epochs: 2, batchSize: 2, shuffle: false, verbose: 0 };
    const { history } = await model.fit(x as never, y as never, { ...fixed, ...options } as never);
    return history['loss'] as number[];
  } finally {
    model.dispose();
  }
}

/** Expects losses to be equal but for rounding. */
export function expectNear(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs((actual[i] as number) - value)).toBeLessThanOrEqual(1e-5 * Math.abs(value));
  }
}
