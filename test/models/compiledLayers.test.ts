/** Every layer, with the options of the Keras fixtures, trained eagerly and compiled. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, Model, optimizers } from '../../src';
import { ready } from '../../src/backend/engine';
import type { DType } from '../../src/backend/variable';
import { toCamelCase } from '../../src/base/options';
import type { Layer, SymbolicTensor } from '../../src/layers';
import type { Model as ModelType } from '../../src/models';
import convolutional from '../fixtures/convolutional.json';
import dense from '../fixtures/dense.json';
import various from '../fixtures/layers.json';
import normalization from '../fixtures/normalization.json';
import pooling from '../fixtures/pooling.json';
import { filled } from '../ops/backends';
import { expectSameTraining } from './compiledSupport';

/** A layer to be made, and the shapes and dtype of its inputs, without the batch. */
interface LayerCase {
  className: string;
  make: (name: string) => Layer;
  shapes: number[][];
  dtype: DType;
}

type LayerClass = (options: object) => Layer;

/** Cases that work on the whole batch as one, which no model does. */
const NOT_BY_SAMPLE = ['Concatenate on the batch axis'];

const cases: LayerCase[] = [
  ...various.cases
    .filter(({ title }) => !NOT_BY_SAMPLE.includes(title))
    .map(({ unbuilt, inputs }) => ({
      className: unbuilt.class_name,
      make: (name: string) => layers.deserialize({ ...unbuilt, config: { ...unbuilt.config, name } } as never),
      shapes: inputs.map(({ shape }) => shape.slice(1)),
      dtype: inputs[0]?.dtype as DType,
    })),
  ...[convolutional, dense, normalization, pooling]
    .flatMap((fixture) => fixture.cases as { layer: string; options: object; x: { shape: number[] }; dtype: string }[])
    .map(({ layer, options, x, dtype }) => ({
      className: layer,
      make: (name: string) => (layers[layer as 'Dense'] as LayerClass)({ ...camelCase(options), name }),
      shapes: [x.shape.slice(1)],
      dtype: dtype as DType,
    })),
];

function camelCase(options: object): object {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));
}

/** Every case of a class between dense layers, all in one model. */
function modelOf(all: readonly LayerCase[]): ModelType {
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
