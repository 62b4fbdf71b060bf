/** Files that Keras wrote: the models in them predict what they predict in Keras, and training goes on with Keras's numbers. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { layers, Model, models, optimizers, saving } from '../../src';
import { ready } from '../../src/backend/engine';
import { mapStructure, type Nested } from '../../src/base/nest';
import { readZip } from '../../src/base/zip';
import type { Model as ModelType } from '../../src/models';
import { type H5Group, readHdf5 } from '../../src/saving/hdf5';
import fixture from '../fixtures/files.json';
import { expectClose } from '../ops/backends';

interface Plain {
  shape: number[];
  values: number[];
}
interface Resumed {
  name: string;
  file: string;
  x: Nested<Plain>;
  y: Nested<Plain>;
  predictions: Nested<Plain>;
  iterations: number;
  history: Record<string, number[]>;
  after: Nested<Plain>;
}

const FOLDER = 'test/fixtures/files';
const FIT = { batchSize: 4, shuffle: false, verbose: 0 } as const;
const resumed = fixture.resumed as unknown as Resumed[];
let folder = '';
const silent = jest.spyOn(console, 'warn').mockImplementation(() => undefined);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keras-ts-files-'));
  await ready();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  silent.mockRestore();
});

function isPlainTensor(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && 'values' in value && 'shape' in value;
}

// biome-ignore lint/suspicious/noExplicitAny: data in the structure of a model
function tensors(data: any): any {
  if (isPlainTensor(data)) return tf.tensor(data.values, data.shape);
  if (Array.isArray(data)) return data.map(tensors);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, tensors(value)]));
}

function expectLike(actual: Nested<tf.Tensor>, expected: Nested<Plain>, tolerance: number): void {
  const wanted: tf.Tensor[] = [];
  mapStructure(tensors(expected) as Nested<tf.Tensor>, (tensor) => wanted.push(tensor));
  let i = 0;
  mapStructure(actual, (tensor) => expectClose(tensor, wanted[i++] as tf.Tensor, tolerance));
  expect(i).toBe(wanted.length);
}

/** What Keras computes in float16 is float32 here. */
function toleranceOf(name: string): { values: number; losses: number } {
  return name === 'mixed' || name === 'halves' ? { values: 1e-2, losses: 1e-2 } : { values: 1e-6, losses: 2e-5 };
}

async function expectGoesOn(model: ModelType, item: Resumed): Promise<void> {
  const tolerance = toleranceOf(item.name);
  const { history } = await model.fit(tensors(item.x), tensors(item.y), { ...FIT, epochs: 3 });
  for (const [name, values] of Object.entries(item.history)) {
    const found = history[name] as number[];
    values.forEach((value, i) => {
      expect([name, i, Math.abs((found[i] as number) - value) <= tolerance.losses * (1 + Math.abs(value))]).toEqual([
        name,
        i,
        true,
      ]);
    });
  }
  expect(Object.keys(history).sort()).toEqual(Object.keys(item.history).sort());
  expectLike(await model.predict(tensors(item.x), { verbose: 0 }), item.after, tolerance.values * 100);
}

describe.each(resumed.map((item) => [item.name, item] as const))('%s.keras', (name, item) => {
  it('predicts as in Keras, and goes on', async () => {
    const model = await models.loadModel(join(FOLDER, item.file));
    const tolerance = toleranceOf(name);
    expectLike(await model.predict(tensors(item.x), { verbose: 0 }), item.predictions, tolerance.values);
    expect(model.optimizer?.iterations.value.dataSync()[0]).toBe(item.iterations);
    await expectGoesOn(model, item);
    model.dispose();
  });

  it('is written and read again with the same numbers', async () => {
    const first = await models.loadModel(readFileSync(join(FOLDER, item.file)));
    const path = join(folder, `${name}.keras`);
    await first.save(path);
    first.dispose();
    const again = await saving.loadModel(new Blob([readFileSync(path)]));
    expectLike(await again.predict(tensors(item.x), { verbose: 0 }), item.predictions, toleranceOf(name).values);
    await expectGoesOn(again, item);
    again.dispose();
  });

  it('has the groups, types and shapes of Keras’s file', async () => {
    const model = await models.loadModel(join(FOLDER, item.file));
    const pieces: Uint8Array[] = [];
    await model.saveWeights({ write: (piece) => pieces.push(piece) });
    model.dispose();
    const bytes = new Uint8Array(readFileSync(join(FOLDER, item.file)));
    const wanted = readHdf5((readZip('test', bytes).get('model.weights.h5') as { read(): Uint8Array }).read());
    expect(listed(readHdf5(new Uint8Array(Buffer.concat(pieces))))).toEqual(listed(wanted));
  });
});

/** Paths, types, shapes and attributes of all there is; what Keras computes in float16 has slots of float16 there. */
function listed(root: H5Group): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const look = (group: H5Group, path: string): void => {
    for (const [name, child] of group.children) {
      const isSlot = path.includes('optimizer');
      found[`${path}/${name}`] =
        child.kind === 'group' ? Object.fromEntries(child.attributes) : [child.shape, isSlot || child.dtype];
      if (child.kind === 'group') look(child, `${path}/${name}`);
    }
  };
  look(root, '');
  return found;
}

describe.each(fixture.legacy.map((item) => [item.name, item as unknown as Resumed] as const))('%s.h5', (name, item) => {
  it('predicts as in Keras, and goes on as the same model in .keras does', async () => {
    const model = await models.loadModel(join(FOLDER, item.file));
    expectLike(await model.predict(tensors(item.x), { verbose: 0 }), item.predictions, 1e-6);
    // Keras itself loses the moments here: the .keras file of the same training is the reference.
    await expectGoesOn(model, resumed.find((each) => each.name === name) as Resumed);
    const path = join(folder, `${name}.h5`);
    await model.save(path);
    const after = await model.predict(tensors(item.x), { verbose: 0 });
    const again = await models.loadModel(path);
    const found = await again.predict(tensors(item.x), { verbose: 0 });
    mapStructure(found as Nested<tf.Tensor>, (tensor, i) => {
      expectClose(tensor, (Array.isArray(after) ? after[i] : after) as tf.Tensor, 0);
    });
    expect(again.optimizer?.variables.map(({ value }) => Array.from(value.dataSync()))).toEqual(
      model.optimizer?.variables.map(({ value }) => Array.from(value.dataSync())),
    );
    model.dispose();
    again.dispose();
  });
});

test('a layer that is in a model and in a model in it is one layer, read and written', async () => {
  const { file, x, y, predictions, losses, weights } = fixture.nested;
  const first = await models.loadModel(join(FOLDER, file));
  const path = join(folder, file);
  await first.save(path);
  for (const model of [first, await models.loadModel(path)]) {
    expect(model.weights).toHaveLength(weights);
    expectLike(await model.predict(tensors(x), { verbose: 0 }), predictions, 1e-6);
    const { history } = await model.fit(tensors(x), tensors(y), { ...FIT, epochs: 2 });
    history.loss.forEach((loss, i) => {
      expect(Math.abs(loss / (losses[i] as number) - 1)).toBeLessThan(1e-5);
    });
    model.dispose();
  }
});

class Sub extends Model {
  static override readonly className = 'Sub';
  readonly first = layers.Dense(3);
  readonly convBlock = [layers.Dense(4), [layers.Dense(4), layers.BatchNormalization()]] as const;
  readonly table = new Map([
    ['z', layers.Dense(3)],
    ['a', layers.Dense(2)],
  ]);
  readonly _hidden = layers.Dense(3);
  readonly again = this.first;
  readonly scale = this.addWeight({ shape: [2], initializer: 'ones', name: 'scale' });

  override call(input: Nested<tf.Tensor>): tf.Tensor {
    let x = this._hidden(this.first(input as tf.Tensor)) as tf.Tensor;
    const [one, [two, three]] = this.convBlock;
    for (const layer of [one, two, three, this.table.get('z') as layers.Layer, this.table.get('a') as layers.Layer]) {
      x = layer(x);
    }
    return x.mul(this.scale.value);
  }
}

test('weights of a model with fields, lists and Maps: Keras’s names, and training goes on', async () => {
  const { file, x, y, predictions, losses, tree } = fixture.subclassed;
  const model = new Sub();
  model.compile({ optimizer: 'adam', loss: 'mse' });
  await expect(model.loadWeights(join(FOLDER, file))).rejects.toThrow(/^loadWeights: Sub 'sub(_\d+)?' is not built/);
  model(tensors(x));
  await model.loadWeights(join(FOLDER, file));
  expectLike(await model.predict(tensors(x), { verbose: 0 }), predictions, 1e-6);
  const path = join(folder, file);
  await model.saveWeights(path);
  const found = listed(readHdf5(new Uint8Array(readFileSync(path))));
  expect(Object.keys(found).sort()).toEqual(
    Object.keys(tree)
      .map((name) => `/${name}`)
      .sort(),
  );
  const { history } = await model.fit(tensors(x), tensors(y), { ...FIT, epochs: 2 });
  history.loss.forEach((loss, i) => {
    expect(Math.abs(loss / (losses[i] as number) - 1)).toBeLessThan(1e-5);
  });
  model.dispose();
});

test('a whole model of a registered class', async () => {
  const x = tensors(fixture.subclassed.x);
  const model = new Sub();
  model.compile({ optimizer: optimizers.Adam(0.01), loss: 'mse' });
  await model.fit(x, tensors(fixture.subclassed.y), { ...FIT, epochs: 1 });
  const path = join(folder, 'sub.keras');
  await model.save(path);
  await expect(models.loadModel(path)).rejects.toThrow("unknown class of keras.models. Received: 'Sub'");
  const again = await models.loadModel(path, { customObjects: { Sub } });
  expect(again).toBeInstanceOf(Sub);
  const scoped = await saving.customObjectScope({ Sub }, () => models.loadModel(path));
  const expected = await model.predict(x, { verbose: 0 });
  for (const each of [again, scoped]) {
    expectClose(await each.predict(x, { verbose: 0 }), expected, 0);
    expect(each.optimizer?.variables).toHaveLength(model.optimizer?.variables.length as number);
    each.dispose();
  }
  model.dispose();
});

test('a model of Keras 2', async () => {
  const { file, x, predictions } = fixture.keras2;
  const model = await models.loadModel(join(FOLDER, file));
  expectLike(await model.predict(tensors(x), { verbose: 0 }), predictions, 1e-6);
  expect(model.optimizer?.learningRate).toBeCloseTo(0.002, 8);
  expect(model.getLayer('conv2d_1').weights.map(({ shape }) => shape)).toEqual([[3, 3, 1, 2]]);
  model.dispose();
});

test('nothing but whole files is left in a folder', () => {
  expect(existsSync(folder)).toBe(true);
  expect(readdirSync(folder).filter((name) => name.includes('part'))).toEqual([]);
});
