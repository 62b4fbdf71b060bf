/** Batches of many lengths: few graphs, and Keras's numbers (`scripts/fixtures/lengths.py`). */
import * as tf from '@tensorflow/tfjs';
import { Input, Layer, layers, Model, optimizers, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import { GraphSession } from '../../src/backend/graph';
import type { Shape } from '../../src/base/errors';
import type { Model as ModelType } from '../../src/models';
import fixture from '../fixtures/lengths.json';
import { noticesOf } from './compiledSupport';

beforeAll(() => ready());

type Shapes = readonly (readonly number[])[];

/** The script's numbers. */
function values(shape: readonly number[]): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * 7) % 17) / 17 - 0.5),
    [...shape],
  );
}

function* batches(shapes: readonly Shapes[]): Generator<[tf.Tensor, tf.Tensor]> {
  for (const [x, y] of shapes) yield [values(x as number[]), values(y as number[])];
}

function sequences(): ModelType {
  const inputs = Input({ shape: [null, 2] });
  const x = layers.Conv1D(4, { kernelSize: 3, padding: 'same', activation: 'relu' })(inputs);
  return Model(inputs, layers.Dense(2)(x));
}

function pictures(): ModelType {
  return Sequential([
    Input({ shape: [null, null, 1] }),
    layers.Conv2D(3, { kernelSize: 3, strides: 2, padding: 'same', activation: 'tanh' }),
    layers.MaxPooling2D(2, { padding: 'same' }),
    layers.GlobalAveragePooling2D(),
    layers.Dense(2),
  ]);
}

/** The mean over time, in a way that says the length: its sum by the length. */
class Mean extends Layer {
  override call(x: tf.Tensor): tf.Tensor {
    return x.sum(1).div(x.shape[1] as number);
  }

  override computeOutputShape(shape: Shape): Shape {
    return [shape[0] as null, shape[2] as number];
  }
}

interface Outcome {
  losses: number[];
  mae: number;
  scores: number[];
  /** Graphs that were made for `fit`. */
  graphs: number;
  notices: string[];
}

async function train(model: ModelType, shapes: readonly Shapes[], runEagerly = false, epochs = 2): Promise<Outcome> {
  const add = jest.spyOn(GraphSession.prototype, 'add');
  model.setWeights(model.getWeights().map(({ shape }) => values(shape)));
  model.compile({ optimizer: optimizers.Adam(0.01), loss: 'mse', metrics: ['mae'], runEagerly });
  const losses: number[] = [];
  const callbacks = [
    { onTrainBatchEnd: (_: number, logs: { loss?: number }) => void losses.push(logs.loss as number) },
  ];
  let mae = Number.NaN;
  const notices = await noticesOf(async () => {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const options = { stepsPerEpoch: shapes.length, verbose: 0 as const, callbacks };
      const { history } = await model.fit(batches(shapes), options);
      mae = history['mae']?.[0] as number;
    }
  });
  const graphs = add.mock.calls.length;
  add.mockRestore();
  const scores = (await model.evaluate(batches(shapes), { steps: shapes.length, verbose: 0 })) as unknown as number[];
  return { losses, mae, scores: [...scores], graphs, notices };
}

const MODELS = { sequences, pictures, rectangles: pictures };

describe.each(Object.entries(MODELS))('%s', (name, make) => {
  const expected = fixture[name as keyof typeof MODELS];

  test.each([true, false])('runEagerly %s: the numbers of Keras', async (runEagerly) => {
    const { losses, mae, scores, notices } = await train(make(), expected.shapes, runEagerly);
    expect(losses.length).toBe(expected.losses.length);
    losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(expected.losses[i] as number, 5);
    });
    expect(mae).toBeCloseTo(expected.mae, 5);
    scores.forEach((score, i) => {
      expect(score).toBeCloseTo(expected.scores[i] as number, 5);
    });
    expect(notices).toEqual([]);
  });
});

test('twenty lengths need two graphs, and a new length later none', async () => {
  const model = sequences();
  const { graphs } = await train(model, fixture.sequences.shapes);
  expect(graphs).toBe(2);
  const add = jest.spyOn(GraphSession.prototype, 'add');
  const run = jest.spyOn(GraphSession.prototype, 'run');
  const shapes = Array.from({ length: 12 }, (_, i) => [
    [3, 40 + i, 2],
    [3, 40 + i, 2],
  ]);
  await model.fit(batches(shapes), { stepsPerEpoch: 12, verbose: 0 });
  expect(add).not.toHaveBeenCalled();
  expect(run.mock.calls.length).toBe(12);
  add.mockRestore();
  run.mockRestore();
});

test('a length is used as a number: another one for each length', async () => {
  const make = (): ModelType => {
    const inputs = Input({ shape: [null, 2] });
    return Model(inputs, layers.Dense(1)(new Mean()(inputs)));
  };
  const lengths = Array.from({ length: 20 }, (_, i) => 3 + ((i * 3) % 20));
  const shapes = [...lengths, ...lengths].map((n) => [
    [4, n, 2],
    [4, 1],
  ]);
  const compiled = await train(make(), shapes);
  const eager = await train(make(), shapes, true);
  compiled.losses.forEach((loss, i) => {
    expect(loss).toBeCloseTo(eager.losses[i] as number, 5);
  });
  expect(compiled.notices).toEqual([]);
  expect(compiled.graphs).toBeLessThanOrEqual(2);
  expect(eager.graphs).toBe(0);
});

test('a layer that does something else for odd lengths', async () => {
  class Odd extends Layer {
    override call(x: tf.Tensor): tf.Tensor {
      return (x.shape[1] as number) % 2 ? x.mul(2) : x.square();
    }

    override computeOutputShape(shape: Shape): Shape {
      return shape;
    }
  }
  const make = (): ModelType => {
    const inputs = Input({ shape: [null, 2] });
    return Model(inputs, new Odd()(layers.Dense(2)(inputs)));
  };
  const shapes = Array.from({ length: 60 }, (_, i) => {
    const n = 3 + (i % 6);
    return [
      [4, n, 2],
      [4, n, 2],
    ];
  });
  const compiled = await train(make(), shapes);
  const eager = await train(make(), shapes, true);
  compiled.losses.forEach((loss, i) => {
    expect(loss).toBeCloseTo(eager.losses[i] as number, 5);
  });
  expect(compiled.notices).toEqual([]);
});

test('what is known stays compiled where no shape comes twice', async () => {
  const model = pictures();
  const shapes = Array.from({ length: 40 }, (_, i) => [
    [2, 6 + i, 5 + ((i * 7) % 41), 1],
    [2, 2],
  ]);
  const { notices } = await train(model, shapes, false, 1);
  expect(notices).toEqual([
    `keras-ts: Sequential '${model.name}': some batches run uncompiled, because the shape of the data changes at almost every step.`,
  ]);
  const run = jest.spyOn(GraphSession.prototype, 'run');
  const again = Array.from({ length: 12 }, () => shapes.at(-30) as Shapes);
  await model.fit(batches(again), { stepsPerEpoch: 12, verbose: 0 });
  expect(run.mock.calls.length).toBe(12);
  run.mockRestore();
});
