/** Where the backend loads asynchronously: what may come before it is ready, and what may not. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const SRC = join(__dirname, '../../src');

/** Runs a script on WebAssembly in a process of its own; returns its last line of output. */
function onWasm(script: string): { stdout: string; stderr: string } {
  const code = `const keras = require(${JSON.stringify(SRC)}); const { Sequential, layers } = keras; ${script}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '-e', code], {
    encoding: 'utf8',
    env: { ...process.env, KERAS_TS_BACKEND: 'wasm' },
  });
  return { stdout: stdout.trimEnd().split('\n').at(-1) as string, stderr };
}

test('a model may be built and compiled before; fit waits for the backend', () => {
  const { stdout, stderr } = onWasm(`
    const model = Sequential([layers.Input({ shape: [6, 6, 1] }), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(1)]);
    model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
    const x = Array.from({ length: 8 }, (_, n) => Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => [(n * i + j) / 40])));
    const y = x.map((image) => [image[2][3][0]]);
    model.fit(x, y, { epochs: 30, batchSize: 4, verbose: 0 }).then(({ history }) => {
      console.log(keras.backend(), model.countParams(), history.loss.at(-1) < 0.3 * history.loss[0]);
    });`);
  expect({ stdout, stderr }).toEqual({ stdout: 'wasm 53 true', stderr: '' });
});

test('a layer called on numbers before throws, and names ready()', () => {
  const { stdout } = onWasm(`
    try { layers.Dense(2, { name: 'd' })([[1, 2]]); } catch (error) { console.log(error.message); }`);
  expect(stdout).toBe(
    "Dense 'd': expected a backend that is ready. Received: backend='wasm', which loads asynchronously. " +
      'Write `await keras.ready()` before the first layer is called.',
  );
});

test('after ready() layers may be called', () => {
  const { stdout } = onWasm(`
    keras.ready().then(() => console.log(layers.Dense(2, { kernelInitializer: 'ones' })([[1, 2]]).dataSync().join()));`);
  expect(stdout).toBe('3,3');
});
