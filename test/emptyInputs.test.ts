/** Inputs without samples, rows or features: Keras's shapes, or an error; never the end of the process. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BACKENDS } from '../src/backend/engine';
import { loadNative } from '../src/backend/load-native';
import CASES from './fixtures/emptyInputs.json';

const ROOT = join(__dirname, '..');

/** What a process of its own says to all cases: shapes or errors of a call that trains, a symbolic call, a gradient. */
const SCRIPT = `
  const keras = require(${JSON.stringify(join(ROOT, 'src'))});
  const { toCamelCase } = require(${JSON.stringify(join(ROOT, 'src/base/options'))});
  const cases = require(${JSON.stringify(join(ROOT, 'test/fixtures/emptyInputs.json'))});
  const tf = require(${JSON.stringify(require.resolve('@tensorflow/tfjs-core'))});
  const { layers } = keras;
  const attempt = (body) => { try { return body(); } catch (error) { return error.name + ': ' + error.message; } };
  keras.ready().then(() => {
    for (const { layer, options, shape } of cases) {
      const given = Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));
      const make = () => layers[layer](given);
      const result = {
        eager: attempt(() => {
          const y = make()(tf.zeros(shape), { training: true });
          // The bias; the mean of nothing, which TensorFlow.js's plain JavaScript has as 0.
          const expected = { Dense: 0, GlobalAveragePooling2D: keras.backend() === 'cpu' ? 0 : NaN }[layer];
          const isRight = (value) => expected === undefined || Object.is(value, expected);
          if (!y.dataSync().every(isRight) && shape[0] > 0 && shape.includes(0)) throw new Error('values: ' + y.dataSync());
          return y.shape;
        }),
        symbolic: attempt(() => make()(layers.Input({ batchShape: [null, ...shape.slice(1)] })).shape),
        gradient: attempt(() => {
          const one = make();
          const dx = tf.grad((x) => one(x, { training: true }).sum())(tf.zeros(shape));
          dx.dataSync();
          return dx.shape;
        }),
      };
      console.log(JSON.stringify(result));
    }
  });`;

interface Result {
  readonly eager: number[] | string;
  readonly symbolic: (number | null)[] | string;
  readonly gradient: number[] | string;
}

/** Layers with a window, which slides over nothing here. */
const WINDOWS = /^(Conv|DepthwiseConv|MaxPooling|AveragePooling)/;

const backends = BACKENDS.filter((name) => name !== 'tensorflow' || loadNative() === undefined);

test.each(backends)(
  'on %s',
  (backend) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', '-e', SCRIPT], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, KERAS_TS_BACKEND: backend },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const results = stdout
      .trim()
      .split('\n')
      .map((line): Result => JSON.parse(line) as Result);
    expect(results).toHaveLength(CASES.length);
    const wrong = CASES.flatMap((expected, i) => {
      const { eager, symbolic, gradient } = results[i] as Result;
      const errors = [eager, symbolic, gradient].filter((outcome) => typeof outcome === 'string');
      const areRefusals = errors.every((error) => /^ValueError: \w+ '\w+': .+ Received: /.test(error as string));
      const mayRefuse = WINDOWS.test(expected.layer) && expected.shape.slice(1).includes(0);
      const isKeras = (ours: unknown, keras: unknown): boolean =>
        keras === null || JSON.stringify(ours) === JSON.stringify(keras);
      if (mayRefuse && areRefusals && typeof eager === 'string') return [];
      const isRight = isKeras(eager, expected.eager) && isKeras(symbolic, expected.symbolic);
      return isRight && (typeof eager === 'string' || isKeras(gradient, expected.shape))
        ? []
        : [JSON.stringify({ ...expected, ours: results[i] })];
    });
    expect(wrong).toEqual([]);
  },
  120_000,
);

test('a model learns its bias from features that are none, compiled or not', () => {
  const script = `
    const keras = require(${JSON.stringify(join(ROOT, 'src'))});
    const tf = require(${JSON.stringify(require.resolve('@tensorflow/tfjs-core'))});
    const { Sequential, layers, optimizers } = keras;
    const losses = async (runEagerly) => {
      const model = Sequential([layers.Input({ shape: [0] }), layers.Dense(1)]);
      model.compile({ optimizer: optimizers.SGD(0.1), loss: 'mse', runEagerly });
      const { history } = await model.fit(tf.zeros([4, 0]), tf.ones([4, 1]), { epochs: 15, verbose: 0 });
      return history.loss.slice(0, 3).map((loss) => loss.toFixed(4)).join();
    };
    losses(false).then(async (compiled) => console.log(compiled, await losses(true)));`;
  const { stdout, status } = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  // By hand: the bias goes from 0 to 0.2, 0.36, ..., and the loss is (1 - bias)^2.
  expect({ stdout: stdout.trim(), status }).toEqual({ stdout: '1.0000,0.6400,0.4096 1.0000,0.6400,0.4096', status: 0 });
}, 60_000);
