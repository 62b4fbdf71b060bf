/** Every layer, with the options of the Keras fixtures, trained eagerly and compiled. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, Model, optimizers } from '../../src';
import { ready } from '../../src/backend/engine';
import type { DType } from '../../src/backend/variable';
import type { Layer, SymbolicTensor } from '../../src/layers';
import type { Model as ModelType } from '../../src/models';
import { construct, layerCases } from '../layerTest';
import { filled } from '../ops/backends';
import { expectSameTraining } from './compiledSupport';

/** A layer to be made, and the shapes and dtype of its inputs, without the batch. */
interface Case {
  className: string;
  make: (name: string) => Layer;
  shapes: number[][];
  dtype: DType;
}

const cases: Case[] = ['convolutional', 'dense', 'layers', 'normalization', 'pooling']
  .flatMap((area) => layerCases(area).cases)
  .filter(({ layer, options }) => !(layer === 'Concatenate' && options.axis === 0)) // of batches, which no model does
  .map(({ layer, options, inputs }) => ({
    className: layer,
    make: (name: string) => construct(layer, { ...options, name }),
    shapes: inputs.map(({ shape }) => shape.slice(1)),
    dtype: inputs[0]?.dtype as DType,
  }));

/** Every case of a class between dense layers, all in one model. */
function modelOf(all: readonly Case[]): ModelType {
  const [inputs, outputs]: [SymbolicTensor[], SymbolicTensor[]] = [[], []];
  all.forEach(({ make, shapes, dtype }, i) => {
    const own = shapes.map((shape) => Input({ shape, dtype }));
    const before = own.map((x, k) => {
      const units = shapes[k]?.at(-1);
      return dtype === 'float32' && units !== undefined ? layers.Dense(units, { name: `before_${i}_${k}` })(x) : x;
    });
    const y = make(`layer_${i}`)(before.length === 1 ? (before[0] as SymbolicTensor) : before);
    inputs.push(...own);
    outputs.push(layers.Dense(2, { name: `after_${i}` })(layers.Flatten({ name: `flat_${i}` })(y)));
  });
  return Model({ inputs, outputs });
}

const exported = Object.values(layers).filter(
  (value) => typeof value === 'function' && value.prototype instanceof layers.Layer,
) as unknown as { className: string }[];
const names = [...new Set(exported.map(({ className }) => className))].filter((name) => name !== 'InputLayer');

beforeAll(() => ready());

/** Six of a list, from all over it. */
const some = <T>(list: T[]): T[] => list.filter((_, i) => i % Math.ceil(list.length / 6) === 0);

/** Layers in groups, each of which goes into one model. */
const groups = names.flatMap((_, i) => (i % 4 === 0 ? [names.slice(i, i + 4)] : []));

test.each(groups.map((group) => [group.join(', '), group] as const))('%s', async (_, group) => {
  const own = group.flatMap((name) => some(cases.filter(({ className }) => className === name)));
  expect(new Set(own.map(({ className }) => className))).toEqual(new Set(group));
  const count = 10;
  const x = own.flatMap(({ shapes, dtype }) =>
    shapes.map((shape, i) =>
      tf.tidy(() =>
        filled([count, ...shape], i + 1)
          .mul(2)
          .cast(dtype),
      ),
    ),
  );
  await expectSameTraining({
    model: () => modelOf(own),
    compile: () => ({ optimizer: optimizers.SGD(0.02), loss: 'mse' }),
    x,
    y: own.map((_, i) => filled([count, 2], i + 5)),
  });
});
