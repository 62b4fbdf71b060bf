/** The commands that compare and convert files, and ask models about pictures. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { layers, models, Sequential, utils } from '../../src';
import { ready } from '../../src/backend/engine';
import { main } from '../../src/cli/main';
import { catchOutput, said } from './said';

const CNN = 'test/fixtures/files/cnn.keras';
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keras-ts-commands-'));
  await ready();
});
afterAll(() => rmSync(folder, { recursive: true }));
catchOutput();

const file = (name: string): string => join(folder, name);

describe('convert', () => {
  test.each(['cnn.h5', 'again.keras'])('to %s: the same predictions', async (name) => {
    expect(await main(['convert', CNN, file(name)])).toBe(0);
    expect(said.out).toBe(`${file(name)}: 81 parameters\n`);
    const [a, b] = [await models.loadModel(CNN), await models.loadModel(file(name))];
    const shape = (a.inputShape as (number | null)[]).map((dim) => dim ?? 2);
    const x = tf.randomUniform(shape);
    const [p, q] = [
      (await a.predict(x, { verbose: 0 })) as tf.Tensor,
      (await b.predict(x, { verbose: 0 })) as tf.Tensor,
    ];
    expect(Array.from(q.dataSync())).toEqual(Array.from(p.dataSync()));
  });

  test('to weights alone, which another model takes', async () => {
    expect(await main(['convert', CNN, file('cnn.weights.h5')])).toBe(0);
    const model = await models.loadModel(CNN);
    const before = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    model.setWeights(model.getWeights().map((weight) => weight.mul(0)));
    await model.loadWeights(file('cnn.weights.h5'));
    expect(model.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual(before);
  });

  test('what cannot be leaves nothing behind', async () => {
    const there = readdirSync(folder);
    expect(await main(['convert', 'test/fixtures/files/subclassed.weights.h5', file('none.keras')])).toBe(1);
    expect(await main(['convert', CNN, file('none.onnx')])).toBe(1);
    expect(said.err).toContain('must end in .keras');
    expect(await main(['convert', CNN])).toBe(2);
    expect(said.err).toContain('keras-ts: convert needs two files');
    expect(await main(['convert', CNN, file('none.keras'), '--json'])).toBe(2);
    expect(readdirSync(folder)).toEqual(there);
  });
});

describe('diff', () => {
  beforeAll(async () => {
    const model = await models.loadModel(CNN);
    await model.save(file('same.keras'));
    const [first, ...others] = model.getWeights() as [tf.Tensor, ...tf.Tensor[]];
    const change = tf
      .oneHot(tf.tensor1d([2], 'int32'), first.size)
      .toFloat()
      .mul(0.25)
      .reshape(first.shape);
    model.setWeights([first.add(change), ...others]);
    await model.save(file('changed.keras'));
    const other = Sequential([layers.Input({ shape: [2] }), layers.Dense(3, { name: 'only' })]);
    await other.save(file('other.keras'));
  });

  test('of equal files', async () => {
    expect(await main(['diff', file('same.keras'), file('same.keras')])).toBe(0);
    expect(said.out).toMatch(/^\d+ arrays, all equal\n$/);
  });

  test('one number of one weight', async () => {
    expect(await main(['diff', file('same.keras'), file('changed.keras')])).toBe(1);
    expect(said.out).toMatch(
      /^weight layers\/conv2d\/vars\/0: 1 numbers differ, by 0\.2500 at most\n\d+ arrays are equal\n$/,
    );
  });

  test('other models, as JSON', async () => {
    expect(await main(['diff', file('same.keras'), file('other.keras'), '--json'])).toBe(1);
    const { config, weights, equal } = JSON.parse(said.out);
    expect(config.map(({ path }: { path: string }) => path)).toContain('config.layers.1.class_name');
    expect(weights).toContainEqual(expect.objectContaining({ path: 'layers/conv2d/vars/0', b: null, largest: null }));
    expect(equal).toBe(0);
  });

  test('what cannot be', async () => {
    expect(await main(['diff', 'package.json', CNN])).toBe(1);
    expect(said.err).toContain("keras-ts: diff: 'package.json': expected a .keras archive");
    expect(await main(['diff', CNN])).toBe(2);
    expect(await main(['diff', CNN, CNN, CNN])).toBe(2);
    expect(said.err).toContain(`unknown argument '${CNN}'`);
  });
});

describe('predict', () => {
  /** A model that tells in which third of a picture of one colour there is most light. */
  beforeAll(async () => {
    const model = Sequential([
      layers.Input({ shape: [2, 3, 1] }),
      layers.AveragePooling2D([2, 1]),
      layers.Flatten(),
      layers.Softmax(),
    ]);
    await model.save(file('thirds.keras'));
    for (let third = 0; third < 3; third++) {
      const row = [0, 1, 2].map((i) => [i === third ? 200 : 100]);
      await utils.saveImg(file(`third${third}.png`), tf.tensor3d([row, row]), { scale: false });
    }
  });

  test('pictures, each in a line', async () => {
    const pictures = [2, 0, 1].map((third) => file(`third${third}.png`));
    expect(await main(['predict', file('thirds.keras'), ...pictures])).toBe(0);
    const lines = said.out.trimEnd().split('\n');
    expect(lines).toEqual([
      `${pictures[0]}: 2 (1.0000), 0 (0.0000), 1 (0.0000)`,
      `${pictures[1]}: 0 (1.0000), 1 (0.0000), 2 (0.0000)`,
      `${pictures[2]}: 1 (1.0000), 0 (0.0000), 2 (0.0000)`,
    ]);
  });

  test('as JSON: all outputs', async () => {
    expect(await main(['predict', '--json', file('thirds.keras'), file('third1.png')])).toBe(0);
    expect(JSON.parse(said.out)).toEqual([
      { image: file('third1.png'), outputs: [expect.closeTo(0), 1, expect.closeTo(0)] },
    ]);
  });

  test('what cannot be', async () => {
    expect(await main(['predict', file('thirds.keras')])).toBe(2);
    expect(await main(['predict', file('thirds.keras'), file('none.png')])).toBe(1);
    expect(await main(['predict', file('other.keras'), file('third1.png')])).toBe(1);
    expect(said.err).toContain('predict: the model must take pictures, (None, height, width, 1, 3 or 4). Received: ');
    expect(said.err).toContain('shape (None, 2)');
  });
});
