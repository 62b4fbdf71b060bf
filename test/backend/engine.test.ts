import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as callersTf from '@tensorflow/tfjs';
import { backend, ready, requireReady, setBackend, tf } from '../../src/backend/engine';
import { attr, native } from '../../src/backend/native';
import { nativeConvolutionSupports } from '../../src/ops/convolutionProbe';

const ENGINE = join(__dirname, '../../src/backend/engine.ts');
const PROBE = join(__dirname, '../../src/ops/convolutionProbe.ts');
const PRELUDE = `const engine = require(${JSON.stringify(ENGINE)}); const { tf } = engine; const log = (...a) => console.log(...a);`;
const WITHOUT_NATIVE = `const M = require('node:module'); const resolve = M._resolveFilename;
  M._resolveFilename = function (name, ...rest) {
    if (name === '@tensorflow/tfjs-node') throw new Error('gone');
    return resolve.call(this, name, ...rest);
  };`;
const TRAIN = `{
  const x = tf.range(0, 64).reshape([1, 8, 8, 1]).div(64);
  const kernel = tf.variable(tf.ones([3, 3, 1, 2]));
  const { value, grads } = tf.variableGrads(() => tf.conv2d(x, kernel, 1, 'same').square().mean());
  log(engine.backend(), tf.getBackend(), value.dataSync()[0].toFixed(3), Object.values(grads)[0].dataSync()[0].toFixed(3));
}`;
/** By numpy: the mean of squares of all 3x3 sums of the padded image, and its derivative by the first weight. */
const TRAINED = '18.078 1.693';

/** Runs a script in a fresh process; gives what it wrote. */
function child(script: string, env: Record<string, string> = {}): { out: string; err: string; code: number | null } {
  const { KERAS_TS_BACKEND: _, TF_CPP_MIN_LOG_LEVEL: __, ...inherited } = process.env;
  const args = ['-r', 'tsx/cjs', '-e', script];
  const result = spawnSync(process.execPath, args, { env: { ...inherited, ...env }, encoding: 'utf8' });
  return { out: result.stdout.trim(), err: result.stderr, code: result.status };
}

describe('the choice of backend', () => {
  test('native serves at once, trains, and writes nothing on standard error', () => {
    const { out, err, code } = child(`${PRELUDE} engine.requireReady('Conv2D'); ${TRAIN}`);
    expect({ out, err, code }).toEqual({ out: `tensorflow tensorflow ${TRAINED}`, err: '', code: 0 });
  });

  test.each(['tensorflow', 'wasm', 'cpu'])('KERAS_TS_BACKEND=%s overrides it, without a word', (name) => {
    const { out, err, code } = child(`${PRELUDE} engine.ready().then(() => ${TRAIN})`, { KERAS_TS_BACKEND: name });
    expect({ out, err, code }).toEqual({ out: `${name} ${name} ${TRAINED}`, err: '', code: 0 });
  });

  test('an unknown name is an error that gives the nearest', () => {
    const { err, code } = child(PRELUDE, { KERAS_TS_BACKEND: 'tensorflw' });
    expect(code).toBe(1);
    expect(err).toContain(
      "ValueError: KERAS_TS_BACKEND: unknown backend. Received: 'tensorflw'. Did you mean 'tensorflow'?",
    );
  });

  test('without the native library: one line says so, and WebAssembly serves', () => {
    const { out, err, code } = child(`${WITHOUT_NATIVE} ${PRELUDE} engine.ready().then(() => ${TRAIN})`);
    expect({ out, code }).toEqual({ out: `wasm wasm ${TRAINED}`, code: 0 });
    expect(err).toBe(
      'keras-ts: no native TensorFlow (@tensorflow/tfjs-node is not installed); ' +
        "using 'wasm', slower. Run `npx keras-ts install-tensorflow` to install it.\n",
    );
  });

  test('asking for the native library where there is none is an error', () => {
    const { err, code } = child(`${WITHOUT_NATIVE} ${PRELUDE}`, { KERAS_TS_BACKEND: 'tensorflow' });
    expect(code).toBe(1);
    expect(err).toContain(
      'KERAS_TS_BACKEND: the native TensorFlow library cannot be used: @tensorflow/tfjs-node is not installed. ' +
        'Run `npx keras-ts install-tensorflow` to install it.',
    );
  });

  test('a synchronous call before an asynchronous backend is ready names `await keras.ready()`', () => {
    const script = `${PRELUDE} try { engine.requireReady('Conv2D'); } catch (error) { log(error.message); }`;
    expect(child(script, { KERAS_TS_BACKEND: 'wasm' }).out).toBe(
      "Conv2D: expected a backend that is ready. Received: backend='wasm', which loads asynchronously. " +
        'Write `await keras.ready()` before the first layer is called.',
    );
  });

  test('an error in a script on WebAssembly is shown as any other', () => {
    const script = `${PRELUDE} engine.ready().then(() => { throw new Error('mine'); })`;
    const { err, code } = child(script, { KERAS_TS_BACKEND: 'wasm' });
    expect(code).toBe(1);
    expect(err).toContain('Error: mine');
    expect(err.length).toBeLessThan(2000);
  });

  test("where WebAssembly fails, 'cpu' serves", () => {
    const broken = `const M = require('node:module'); const load = M._load;
      M._load = (name, ...rest) => {
        if (name === '@tensorflow/tfjs-backend-wasm') throw new Error('no WebAssembly');
        return load(name, ...rest);
      };`;
    const { out, err } = child(`${broken} ${PRELUDE} engine.ready().then(() => ${TRAIN})`, {
      KERAS_TS_BACKEND: 'wasm',
    });
    expect(out).toBe(`cpu cpu ${TRAINED}`);
    expect(err).toBe("keras-ts: WebAssembly cannot be used (no WebAssembly); going on with 'cpu'.\n");
  });

  test('other builds of TensorFlow lack dilation and groups, and that is found out', () => {
    const script = `${PRELUDE} const { nativeConvolutionSupports } = require(${JSON.stringify(PROBE)});
      console.log(JSON.stringify(nativeConvolutionSupports()));`;
    expect(child(script, { TF_ENABLE_ONEDNN_OPTS: '0' }).out).toBe('{"dilation":false,"groups":false}');
  });

  test('a caller may load tfjs-node as well', () => {
    const script = `${PRELUDE} require('@tensorflow/tfjs-node'); ${TRAIN}`;
    const { out, code } = child(script, { NODE_NO_WARNINGS: '1' });
    expect({ out, code }).toEqual({ out: `tensorflow tensorflow ${TRAINED}`, code: 0 });
  });
});

describe('the engine in use', () => {
  afterAll(() => setBackend('tensorflow'));

  test("is the caller's", () => {
    expect(tf.Tensor === callersTf.Tensor && tf.engine() === callersTf.engine()).toBe(true);
    expect(callersTf.getBackend()).toBe('tensorflow');
  });

  test('ready() may be awaited again and again', async () => {
    await Promise.all([ready(), ready()]);
    await ready();
    expect(backend()).toBe('tensorflow');
    expect(() => requireReady('Dense')).not.toThrow();
  });

  test('setBackend changes it, and tensors are carried over', async () => {
    const x = tf.tensor([1, 2, 3]);
    for (const name of ['cpu', 'wasm', 'tensorflow'] as const) {
      await setBackend(name);
      expect(backend()).toBe(name);
      expect(tf.getBackend()).toBe(name);
      expect(Array.from(x.mul(2).dataSync())).toEqual([2, 4, 6]);
      expect(native() === undefined).toBe(name !== 'tensorflow');
    }
  });

  test('setBackend refuses unknown names and keeps the old backend', async () => {
    await expect(setBackend('webgpu' as never)).rejects.toThrow(
      "setBackend: unknown backend. Received: 'webgpu'. Known: tensorflow, wasm, cpu.",
    );
    expect(backend()).toBe('tensorflow');
  });
});

describe('native access', () => {
  test('runs an op with attributes', () => {
    const x = tf.ones([1, 4, 4, 2]);
    const kernel = tf.ones([3, 3, 1, 2]); // two groups
    const attrs = [attr.type('T', 'float32'), attr.int('strides', [1, 1, 1, 1]), attr.string('padding', 'VALID')];
    const y = native()?.executeSingleOutput('Conv2D', attrs, [x, kernel]);
    expect(y?.shape).toEqual([1, 2, 2, 2]);
    expect(Array.from(y?.dataSync() ?? [])).toEqual(Array(8).fill(9));
  });

  test('gives several outputs', () => {
    const attrs = [attr.type('T', 'float32'), attr.bool('sorted', true)];
    const [values, indices] =
      native()?.executeMultipleOutputs('TopKV2', attrs, [tf.tensor([3, 9, 4]), tf.scalar(2, 'int32')], 2) ?? [];
    expect(Array.from(values?.dataSync() ?? [])).toEqual([9, 4]);
    expect(Array.from(indices?.dataSync() ?? [])).toEqual([1, 2]);
  });

  test('the probe of convolutions leaves no tensor behind', () => {
    const binding = native()?.binding;
    const before = binding?.getNumOfTensors();
    expect(Object.keys(nativeConvolutionSupports())).toEqual(['dilation', 'groups']);
    expect(binding?.getNumOfTensors()).toBe(before);
  });
});
