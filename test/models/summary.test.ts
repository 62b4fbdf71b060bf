import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import type { Shape } from '../../src/base/errors';
import { resetNames } from '../../src/base/names';
import * as layers from '../../src/layers';
import { Layer } from '../../src/layers';
import { Model, Sequential } from '../../src/models';
import { type SummaryModel, type SummaryOptions, summaryText } from '../../src/models/summary/summary';
import { type Column, renderTable } from '../../src/models/summary/table';
import * as optimizers from '../../src/optimizers';
import fixture from '../fixtures/summary.json';

const { Activation, Add, BatchNormalization, Concatenate, Conv2D, Dense, DepthwiseConv2D, Dropout } = layers;
const { Flatten, GlobalAveragePooling2D, Input, MaxPooling2D } = layers;

interface TableCase {
  headers: string[];
  widths: number[];
  justify: Column['justify'][];
  width: number;
  rows: string[][];
  text: string;
}
const tables = fixture.tables as TableCase[];
const summaries: Record<string, string> = fixture.summaries;

beforeAll(ready);
const { COLUMNS } = process.env;
beforeEach(() => {
  resetNames();
  process.env.COLUMNS = '80';
});
afterAll(() => {
  if (COLUMNS === undefined) delete process.env.COLUMNS;
  else process.env.COLUMNS = COLUMNS;
});

const lesson = (first: ReturnType<typeof Input>[] = [Input({ shape: [28, 28, 1] })]) =>
  Sequential([...first, Conv2D(10, 3, { activation: 'relu' }), Flatten(), Dense(3, { activation: 'softmax' })]);

const convnet = () =>
  Sequential([
    Input({ shape: [28, 28, 1] }),
    Conv2D(32, 3, { activation: 'relu' }),
    MaxPooling2D(2),
    Conv2D(64, 3, { activation: 'relu' }),
    MaxPooling2D(2),
    Flatten(),
    Dropout(0.5),
    Dense(10, { activation: 'softmax' }),
  ]);

const normalized = () =>
  Sequential([Input({ shape: [8] }), Dense(4, { useBias: false }), BatchNormalization(), Activation('relu')]);

function frozen() {
  const model = normalized();
  (model.layers[0] as Layer).trainable = false;
  return model;
}

function branches() {
  const x = Input({ shape: [8, 8, 3], name: 'image' });
  const a = Conv2D(4, 3, { padding: 'same', name: 'left' })(x);
  const b = Conv2D(4, 1, { name: 'right' })(x);
  let y = Add({ name: 'sum_of_both_branches' })([a, b]);
  y = Concatenate({ name: 'all' })([y, a, b]);
  y = GlobalAveragePooling2D({ name: 'pool' })(y);
  return Model({ inputs: x, outputs: Dense(2, { name: 'out' })(y), name: 'branches' });
}

function shared() {
  const [a, b] = [Input({ shape: [4], name: 'a' }), Input({ shape: [4], name: 'b' })];
  const dense = Dense(3, { name: 'shared_dense' });
  const outputs = Concatenate({ name: 'joined' })([dense(a), dense(b)]);
  return Model({ inputs: [a, b], outputs, name: 'shared' });
}

function sharedChain() {
  const x = Input({ shape: [4], name: 'x' });
  const dense = Dense(4, { name: 'twice' });
  return Model({ inputs: x, outputs: dense(dense(x)), name: 'chain' });
}

function twoOutputs() {
  const x = Input({ shape: [4], name: 'x' });
  const hidden = Dense(5, { name: 'hidden' })(x);
  const outputs = [Dense(1, { name: 'first' })(hidden), Dense(2, { name: 'second' })(hidden)];
  return Model({ inputs: x, outputs, name: 'outputs' });
}

function nested() {
  const stack = [Input({ shape: [6] }), Dense(5, { name: 'inner_dense' }), BatchNormalization({ name: 'norm' })];
  const inner = Sequential(stack, { name: 'inner' });
  const x = Input({ shape: [6], name: 'x' });
  const deep = Sequential([Input({ shape: [6] }), inner, Dense(2, { name: 'last' })], { name: 'deep' });
  return Model({ inputs: x, outputs: deep(x), name: 'outer' });
}

function nestedBranches() {
  const x = Input({ shape: [4], name: 'x' });
  const parts = twoOutputs()(x) as unknown as (typeof x)[];
  return Model({ inputs: x, outputs: Concatenate({ name: 'joined' })(parts), name: 'with_outputs' });
}

function functionalChain() {
  const x = Input({ shape: [4], name: 'x' });
  return Model({ inputs: x, outputs: Dense(3, { name: 'y' })(x), name: 'functional_chain' });
}

const longNames = () =>
  Sequential(
    [
      Input({ shape: [5, 5, 1] }),
      Conv2D(3, 2, { name: 'a_very_long_name_of_a_layer_without_any_break_in_it' }),
      DepthwiseConv2D(2, { name: 'depthwise_convolution_block_1' }),
      GlobalAveragePooling2D({ name: 'exactly' }),
    ],
    { name: 'a_model_with_a_name_that_is_so_long_that_it_does_not_fit_on_one_line_of_80_columns' },
  );

class Subclassed extends Model {
  conv = Conv2D(3, 2, { name: 'conv' });
  flat = Flatten({ name: 'flat' });
  dense = Dense(4, { name: 'dense' });
  constructor() {
    super({ name: 'subclassed' });
  }
  override call(x: tf.Tensor): tf.Tensor {
    return this.dense(this.flat(this.conv(x)));
  }
}

function called() {
  const model = new Subclassed();
  tf.tidy(() => void model(tf.zeros([1, 5, 5, 1])));
  return model;
}

function builtLater() {
  const model = lesson([]);
  model.buildFor([null, 28, 28, 1]);
  return model;
}

function compiled() {
  const model = lesson();
  model.compile({ optimizer: 'adam', loss: 'categorical_crossentropy' });
  return model;
}

async function fitted(optimizer: optimizers.OptimizerIdentifier) {
  const model = Sequential([Input({ shape: [3] }), Dense(2)]);
  model.compile({ optimizer, loss: 'mse' });
  const [x, y] = [tf.ones([4, 3]), tf.ones([4, 2])];
  await model.fit(x, y, { verbose: 0 });
  tf.dispose([x, y]);
  return model;
}

type Case = [build: () => SummaryModel | Promise<SummaryModel>, options?: SummaryOptions];
const CASES: Record<string, Case> = {
  lesson: [lesson],
  'lesson unbuilt': [() => lesson([])],
  'lesson built later': [builtLater],
  'lesson trainable': [lesson, { showTrainable: true }],
  'lesson 60': [lesson, { lineLength: 60 }],
  'lesson 40': [lesson, { lineLength: 40 }],
  'lesson 20': [lesson, { lineLength: 20 }],
  'lesson 100': [lesson, { lineLength: 100 }],
  'lesson positions': [lesson, { positions: [0.3, 0.6, 0.9] }],
  convnet: [convnet],
  'convnet range': [convnet, { layerRange: ['max_pooling2d', 'flatten'] }],
  'convnet range reversed': [convnet, { layerRange: ['flatten', 'conv2d'] }],
  normalized: [normalized],
  frozen: [frozen, { showTrainable: true }],
  'functional chain': [functionalChain],
  branches: [branches],
  'branches trainable': [branches, { showTrainable: true }],
  shared: [shared],
  'shared chain': [sharedChain],
  'two outputs': [twoOutputs],
  nested: [nested],
  'nested expanded': [nested, { expandNested: true }],
  'nested expanded trainable': [nested, { expandNested: true, showTrainable: true }],
  'nested branches': [nestedBranches],
  'nested branches expanded': [nestedBranches, { expandNested: true }],
  'long names': [longNames],
  empty: [() => Sequential()],
  'subclassed unbuilt': [() => new Subclassed()],
  subclassed: [called],
  compiled: [compiled],
  'fitted sgd': [() => fitted('sgd')],
  'fitted adam': [() => fitted('adam')],
  'fitted rmsprop': [() => fitted('rmsprop')],
  'fitted momentum': [() => fitted(optimizers.SGD({ momentum: 0.9 }))],
  'a tie of sizes': [() => Sequential([Input({ shape: [1] }), Dense(144)])],
  large: [() => Sequential([Input({ shape: [1000] }), Dense(1000), Dense(287, { useBias: false })])],
};

describe('summaryText', () => {
  test('there is a case for every summary of Keras', () => {
    expect(Object.keys(CASES)).toEqual(Object.keys(summaries));
  });

  test.each(Object.entries(CASES))('%s: the characters of Keras', async (name, [build, options]) => {
    expect(summaryText(await build(), options)).toBe(summaries[name]);
  });

  test('is as wide as the terminal allows', () => {
    process.env.COLUMNS = '50';
    const width = (text: string): number => (text.split('\n')[1] as string).length;
    expect(width(summaryText(lesson()))).toBe(46);
    process.env.COLUMNS = '200';
    expect(width(summaryText(lesson()))).toBe(88);
    expect(width(summaryText(branches(), { showTrainable: true }))).toBe(120);
  });

  test.each<[SummaryOptions, string]>([
    [
      { lineLenght: 60 } as never,
      "summary: unknown argument 'lineLenght'. Received: lineLenght=60. Did you mean 'lineLength'?",
    ],
    [
      { lineLength: 10 },
      'summary: each column must be at least 4 characters wide. Received: lineLength=10, positions=[0.45, 0.8, 1]. ' +
        'Give a larger lineLength.',
    ],
    [{ positions: [0.5, 1] }, 'summary: positions must give the end of 3 columns. Received: positions=[0.5, 1].'],
    [{ layerRange: ['conv2d'] as never }, "summary: layerRange must be two names. Received: layerRange=['conv2d']."],
    [{ layerRange: [1, 2] as never }, 'summary: layerRange must be two names. Received: layerRange=[1, 2].'],
    [
      { layerRange: ['conv2d', 'nothing'] },
      "summary: layerRange must match names of layers. Received: layerRange=['conv2d', 'nothing']. " +
        'Known: conv2d, flatten, dense.',
    ],
  ])('refuses %p', (options, message) => {
    expect(() => summaryText(lesson(), options)).toThrow(message);
  });

  test('a built layer without a shape rule has an unknown output shape, and leaks nothing', () => {
    class Twice extends Layer {
      static override readonly className = 'Twice';
      override call(x: tf.Tensor): tf.Tensor {
        return x.mul(2);
      }
    }
    const model = new Subclassed() as Subclassed & { twice: Layer };
    model.twice = new Twice({ name: 'twice' });
    model.twice.buildFor([null, 4] as Shape);
    const tensors = tf.memory().numTensors;
    expect(summaryText(model)).toContain(
      '│ twice (Twice)                   │ ?                      │             0 │',
    );
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe('renderTable', () => {
  test.each(tables.map((table, i) => [i, table] as const))('draws table %i as rich does', (_, table) => {
    const columns = table.headers.map((header, i) => ({
      header,
      width: table.widths[i] as number,
      justify: table.justify[i] as Column['justify'],
    }));
    expect(renderTable(columns, table.rows, table.width)).toBe(table.text);
  });
});
