import * as tf from '@tensorflow/tfjs';
import { ready } from '../src/backend/engine';
import { Variable } from '../src/backend/variable';
import { toCamelCase } from '../src/base/options';
import * as constraints from '../src/constraints';
import * as initializers from '../src/initializers';
import * as layers from '../src/layers';
import * as losses from '../src/losses';
import * as metrics from '../src/metrics';
import * as optimizers from '../src/optimizers';
import * as regularizers from '../src/regularizers';
import FIXTURE from './fixtures/refusals.json';

/** Every constructor with bad values of every argument, beside what Keras does: see scripts/fixtures/refusals.py. */

// biome-ignore lint/suspicious/noExplicitAny: constructors and objects of every kind meet here
type Any = any;
type Outcomes = Record<string, string>;

const NAMESPACES: Record<string, Record<string, Any>> = {
  layers,
  metrics,
  losses,
  optimizers,
  initializers,
  regularizers,
  constraints,
};
const VALUES = FIXTURE.values.map((value) => (value === 'nan' ? Number.NaN : value === 'inf' ? Infinity : value));
const SHOWN = VALUES.map((value) => (typeof value === 'number' ? String(value) : JSON.stringify(value)));

const matrix = (): tf.Tensor => tf.linspace(-1, 1, 12).reshape([3, 4]);
const image = (): tf.Tensor => tf.linspace(0, 1, 288).reshape([2, 6, 6, 4]);
const SHARES = [
  [0.1, 0.2, 0.7],
  [0.8, 0.1, 0.1],
];
const ONE_HOT = [
  [0, 0, 1],
  [1, 0, 0],
];
const labels = (name: string): number[] | number[][] => (name.startsWith('Sparse') ? [2, 0] : ONE_HOT);

/** The first use of an object, as in the script. */
const USES: Record<string, (made: Any, name: string) => tf.Tensor> = {
  layers: (layer, name) => {
    if (name === 'InputLayer') return tf.zeros([1]);
    if (layer.signature === undefined && 'merge' in layer) return layer([matrix(), matrix()]);
    if (name === 'Concatenate') return layer([matrix(), matrix()]);
    const x = name === 'Conv1D' ? image().slice([0], [1]).squeeze([0]) : name.endsWith('2D') ? image() : matrix();
    return layer(x, { training: true });
  },
  metrics: (metric, name) => {
    if (name === 'Mean' || name === 'Sum') metric.updateState(matrix());
    else metric.updateState(labels(name), SHARES);
    return metric.result();
  },
  losses: (loss, name) => loss(labels(name), SHARES),
  optimizers: (optimizer) => {
    const variable = new Variable(matrix(), { name: 'variable' });
    optimizer.apply([matrix()], [variable]);
    return variable.value;
  },
  initializers: (initializer, name) => initializer(name === 'STFT' ? [4, 1, 3] : [4, 3]),
  regularizers: (regularizer) => regularizer(matrix()),
  constraints: (constraint) => constraint(matrix()),
};

const FLAGS =
  /\.(amsgrad|applyClassBalancing|center|centered|fromLogits|fromSortedIds|keepdims|multiLabel|nesterov|synchronized|useBias|useEma)$|BatchNormalization\.scale$/;

/** Where more is refused than in Keras: why, of which arguments, which values. */
const STRICTER: readonly (readonly [why: string, where: RegExp, values: readonly string[]])[] = [
  ['true is no number', /./, ['true']],
  ['only null stands for nothing', /./, ['""', '[]', '{}']],
  ['0 stands for nothing in Python', /\.(name|dtype|numLabels)$/, ['0']],
  ['a list of one is no number', /./, ['[0]']],
  ['true or false: the string "false" would count as true', FLAGS, SHOWN],
  ['what is not here yet', /\.(quantizationConfig|renorm|renormClipping|sparse|ragged)$/, SHOWN],
  ['no result is right with a number that is not finite', /./, ['NaN', 'Infinity']],
  [
    'null and strings that count as numbers',
    /\.(labelSmoothing|momentum|epsilon|targetShape)$/,
    ['null', '"0.5"', '["1"]'],
  ],
  ['looked at later or never by Keras', /\.(emaMomentum|emaOverwriteFrequency|inputAxes|outputAxes|alpha)$/, SHOWN],
  [
    'a part of something is from 0 to 1',
    /\.(momentum|rho|beta[12]|labelSmoothing|rate|thresholds)$/,
    ['-1', '1.5', '[-1,1.5]'],
  ],
  ['sizes are not below 0', /\.(epsilon|gamma|clip\w+|globalClipnorm|stddev|m\w+Value|delta|lossScaleFactor)$/, ['-1']],
  ['with a delta of 0 the loss is 0 whatever is predicted', /Huber\.delta$/, ['0']],
  ['the least norm is not above the greatest', /MinMaxNorm\.minValue$/, ['1.5']],
  ['none of the largest predictions would count', /\.(k|topK)$/, ['0', '-1']],
  ['classes have whole numbers', /\.ignoreClass$/, ['1.5', '[-1,1.5]']],
  ['labels that have weights are counted', /AUC\.labelWeights$/, ['0', '-1', '1.5']],
  ['axes are counted from 1', /PReLU\.sharedAxes$/, ['0']],
  ['an axis is a whole number, a list of none is none', /\.axis$/, ['1.5', '[null]']],
];
/** Where less is refused than in Keras, or what is not finite is given back. */
const LAXER: readonly (readonly [why: string, where: RegExp])[] = [
  ['every layer takes the options of all layers', /SpatialDropout2D\.(activityRegularizer|trainable)$/],
  ['a constant that is not finite was asked for', /Constant\.value$/],
];
/** Arguments that are not here. */
const MISSING = ['Dense.loraRank', 'Dense.loraAlpha', 'InputLayer.inputTensor'];

interface Outcome {
  /** `refused` at the construction or the first use, a result, or one that is not finite. */
  readonly what: 'refused' | 'result' | 'not finite';
  readonly error?: Error;
  /** Tensors that a refused construction left. */
  readonly leaked: number;
}

function outcomeOf(family: string, name: string, options: object): Outcome {
  const before = tf.memory().numTensors;
  let made: Any;
  try {
    made = NAMESPACES[family]?.[name](options);
  } catch (error) {
    return { what: 'refused', error: error as Error, leaked: tf.memory().numTensors - before };
  }
  try {
    const use = USES[family] as (made: Any, name: string) => tf.Tensor;
    const areFinite = [...(use(made, name).dataSync() as Float32Array)].every(Number.isFinite);
    return { what: areFinite ? 'result' : 'not finite', leaked: 0 };
  } catch (error) {
    return { what: 'refused', error: error as Error, leaked: 0 };
  }
}

const used = new Set<string>();

/** What is wrong with an outcome, beside the letter of Keras's. */
function problem(keras: string, { what, error, leaked }: Outcome, place: string, value: string): string | undefined {
  if (leaked > 0) return `leaks ${leaked} tensors`;
  const grammar = /^[\w.]+( '[\w.]+')?(, input \d)?: .+ Received: .+\.( .+)?$/s;
  if (error && !(['ValueError', 'TypeError'].includes(error.name) && grammar.test(error.message)))
    return `says ${error.name}: ${error.message}`;
  const isLaxer = LAXER.some(([, where]) => where.test(place));
  if (what !== 'refused') return keras === '.' || isLaxer ? undefined : `gives a ${what}, Keras has '${keras}'`;
  if (keras !== '.') return undefined;
  const reason = STRICTER.find(([, where, values]) => where.test(place) && values.includes(value));
  if (reason) used.add(reason[0]);
  if (reason) return undefined;
  return `is refused, not in Keras: ${error?.message}`;
}

const CLASSES = Object.entries(FIXTURE.families).flatMap(([family, classes]) =>
  Object.entries(classes).map(([name, entry]) => [family, name, entry] as const),
);

beforeAll(() => ready());

test.each(CLASSES)('%s.%s refuses what Keras refuses, in the words of the house', (family, name, entry) => {
  const required = Object.fromEntries(
    Object.entries(entry.required as object).map(([key, value]) => [toCamelCase(key), value]),
  );
  const problems: string[] = [];
  for (const [argument, letters] of Object.entries(entry.outcomes as Outcomes)) {
    const place = `${name}.${toCamelCase(argument)}`;
    if (MISSING.includes(place)) continue;
    VALUES.forEach((value, i) => {
      tf.engine().startScope();
      const outcome = outcomeOf(family, name, { ...required, [toCamelCase(argument)]: value });
      tf.engine().endScope();
      const found = problem(letters[i] as string, outcome, place, SHOWN[i] as string);
      if (found) problems.push(`${place}=${SHOWN[i]} ${found}`);
    });
  }
  expect(problems).toEqual([]);
});

test('every reason to be stricter is needed', () => {
  expect(STRICTER.map(([why]) => why).filter((why) => !used.has(why))).toEqual([]);
});

test('every class is in the table', () => {
  const isObject = (value: Any): boolean => typeof value === 'function' && 'getConfig' in (value.prototype ?? {});
  const bases = [
    'Layer',
    'Metric',
    'Loss',
    'Optimizer',
    'Initializer',
    'RandomInitializer',
    'Regularizer',
    'Constraint',
  ];
  const ofFunctions = ['LossFunctionWrapper', 'MeanMetricWrapper', 'LossScaleOptimizer']; // of functions and objects
  const missing = Object.entries(NAMESPACES).flatMap(([family, namespace]) =>
    Object.entries(namespace)
      .filter(([name, value]) => isObject(value) && name === value.className && !bases.includes(name))
      .map(([name]) => name)
      .filter((name) => !ofFunctions.includes(name) && !(name in (FIXTURE.families as Any)[family])),
  );
  expect(missing).toEqual([]); // add it to scripts/fixtures/refusals.py
});
