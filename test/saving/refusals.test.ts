/** What files may not be, and what is not changed when they are refused. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { type Layer, layers, Model, models, optimizers, Sequential, saving, ValueError } from '../../src';
import { ready } from '../../src/backend/engine';
import { readZip, writeZip } from '../../src/base/zip';
import type { Model as ModelType } from '../../src/models';
import { startLoopback } from '../datasets/loopback';

const FOLDER = 'test/fixtures/files';
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keras-ts-refusals-'));
  await ready();
});
afterAll(() => rmSync(folder, { recursive: true }));

type Json = Record<string, unknown>;

/** The archive of a fixture with its members changed; a member that is `null` is left out. */
function changed(name: string, change: (members: Map<string, Uint8Array | null>) => void): Uint8Array {
  const entries = readZip('test', new Uint8Array(readFileSync(join(FOLDER, name))));
  const members = new Map<string, Uint8Array | null>([...entries].map(([key, entry]) => [key, entry.read()]));
  change(members);
  const kept = [...members].flatMap(([key, content]) =>
    content === null ? [] : [{ name: key, size: content.length, pieces: [content] }],
  );
  return new Uint8Array(Buffer.concat([...writeZip(kept)]));
}

/** The archive of a fixture with its config changed. */
function withConfig(change: (config: Json) => void, name = 'averaged.keras'): Uint8Array {
  return changed(name, (members) => {
    const config = JSON.parse(Buffer.from(members.get('config.json') as Uint8Array).toString()) as Json;
    change(config);
    members.set('config.json', new TextEncoder().encode(JSON.stringify(config)));
  });
}

function small(units = 2): ModelType {
  return Sequential([layers.Input({ shape: [3] }), layers.Dense(units)]);
}

function layersOf(config: Json): Json[] {
  return (config['config'] as Json)['layers'] as Json[];
}

describe('loadModel refuses', () => {
  const cases: [string, () => Uint8Array, string | RegExp][] = [
    ['nothing', () => new Uint8Array(), 'expected a .keras archive or an HDF5 file'],
    [
      'a text',
      () => new TextEncoder().encode('{"class_name": "Sequential"}'),
      'Received: 28 bytes that begin with 7b 22',
    ],
    [
      'no config',
      () => changed('averaged.keras', (m) => m.set('config.json', null)),
      "expected 'config.json' in the archive",
    ],
    [
      'no weights',
      () => changed('averaged.keras', (m) => m.set('model.weights.h5', null)),
      "expected 'model.weights.h5' in the archive",
    ],
    [
      'a config that is no JSON',
      () => changed('averaged.keras', (m) => m.set('config.json', new Uint8Array([123]))),
      'config.json must be JSON',
    ],
    [
      'a config of no model',
      () => withConfig((c) => Object.assign(c, layersOf(c)[1])),
      'expected the file of a model. Received: that of',
    ],
    [
      'another Keras',
      () =>
        changed('averaged.keras', (m) => m.set('metadata.json', new TextEncoder().encode('{"keras_version":"4.0.0"}'))),
      "expected a file of Keras 3. Received: keras_version='4.0.0'",
    ],
    [
      'an unknown class',
      () => withConfig((c) => Object.assign(layersOf(c)[1] as Json, { class_name: 'Dens' })),
      "Received: 'Dens'. Did you mean 'Dense'?",
    ],
    [
      'an unknown argument',
      () => withConfig((c) => Object.assign(layersOf(c)[1]?.['config'] as Json, { unit: 3 })),
      "Dense: unknown argument 'unit'",
    ],
    [
      'a Lambda',
      () =>
        withConfig((c) =>
          Object.assign(layersOf(c)[1] as Json, {
            class_name: 'Lambda',
            config: { function: { class_name: '__lambda__', config: { code: '4wE=' } } },
          }),
        ),
      "'Lambda' is not read from files: it holds the code of a Python function",
    ],
    [
      'a TFSMLayer',
      () =>
        withConfig((c) =>
          Object.assign(layersOf(c)[1] as Json, { class_name: 'TFSMLayer', config: { filepath: '/tmp' } }),
        ),
      "'TFSMLayer' is not read from files",
    ],
    [
      'a name of JavaScript',
      () => withConfig((c) => Object.assign(layersOf(c)[1] as Json, { class_name: 'constructor' })),
      "Received: 'constructor'",
    ],
    [
      'an inherited name',
      () => withConfig((c) => Object.assign(layersOf(c)[1] as Json, { class_name: 'x', registered_name: '__proto__' })),
      "Received: 'x'",
    ],
    [
      'a module to import',
      () =>
        withConfig((c) =>
          Object.assign(layersOf(c)[1] as Json, { module: 'os', class_name: 'system', config: { command: 'true' } }),
        ),
      "Received: 'system'",
    ],
    [
      'another loss',
      () => withConfig((c) => Object.assign(c['compile_config'] as Json, { loss: 'mee' })),
      "unknown loss. Received: 'mee'",
    ],
    [
      'another number of units',
      () => withConfig((c) => Object.assign(layersOf(c)[2]?.['config'] as Json, { units: 5 })),
      /Dense 'dense_1': weight 'dense_1\/kernel' \('layers\/dense_1\/vars\/0'\) must have shape \(4, 5\)\. Received: shape \(4, 2\)/,
    ],
    [
      'more units than there is memory for',
      () => withConfig((c) => Object.assign(layersOf(c)[2]?.['config'] as Json, { units: 1e9 })),
      "Dense 'dense_1': weight 'kernel' has more numbers than the file has weights for. Received: 4000000000 numbers",
    ],
    [
      'a layer less',
      () => withConfig((c) => void layersOf(c).pop()),
      "the file has weights that the model has no place for: '/layers/dense_1/vars/0' and 1 more",
    ],
    [
      'a layer more',
      () =>
        withConfig(
          (c) =>
            void layersOf(c).push({
              ...(layersOf(c)[2] as Json),
              config: { ...(layersOf(c)[2]?.['config'] as Json), name: 'more' },
              build_config: undefined,
            }),
        ),
      "Dense 'more' ('layers/dense_2/vars') has 2 weights. Received: none in the file.",
    ],
    [
      'a state of another optimizer',
      () =>
        withConfig((c) =>
          Object.assign(c['compile_config'] as Json, { optimizer: { class_name: 'Adam', config: {} } }),
        ),
      "Adam 'adam' ('optimizer/vars') has 10 variables. Received: 13 in the file",
    ],
  ];
  it.each(cases)('%s', async (_, bytes, message) => {
    await models.loadModel(join(FOLDER, 'averaged.keras')).then((model) => model.dispose());
    const before = tf.memory().numTensors;
    const loading = models.loadModel(bytes());
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(ValueError);
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(LEFT_OVER);
  });

  it('what is not there, weights only, more bytes than allowed, and options that do not exist', async () => {
    await expect(models.loadModel(join(folder, 'none.keras'))).rejects.toThrow(
      /the file '.*none.keras' cannot be read: ENOENT/,
    );
    await expect(models.loadModel(folder)).rejects.toThrow(/cannot be read: EISDIR/);
    await expect(models.loadModel(join(FOLDER, 'subclassed.weights.h5'))).rejects.toThrow('Received: weights only');
    await expect(models.loadModel(join(FOLDER, 'cnn.keras'), { maxBytes: 1000 })).rejects.toThrow(
      'expected at most 1000 bytes. Received: 34237. Give a larger maxBytes.',
    );
    await expect(models.loadModel(join(FOLDER, 'cnn.keras'), { safeMode: false } as never)).rejects.toThrow(
      "loadModel: unknown argument 'safeMode'",
    );
    await expect(models.loadModel(3 as never)).rejects.toThrow('expected a path, a URL, a Blob, or the bytes');
  });
});

/** Tensors that a model which was half made may leave to the garbage collector. */
const LEFT_OVER = 60;

test('files from a URL, a path as a URL, bytes and a Blob', async () => {
  const bytes = readFileSync(join(FOLDER, 'cnn.keras'));
  const server = await startLoopback();
  server.answer = (_, response) => void response.end(bytes);
  try {
    const url = new URL('cnn.keras', server.origin);
    const sources = [url, url.href, pathToFileURL(join(FOLDER, 'cnn.keras')), bytes, new Blob([bytes])];
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    for (const source of [...sources, buffer]) {
      const model = await models.loadModel(source);
      expect(model.countParams()).toBe(81);
      model.dispose();
    }
    await expect(models.loadModel(url, { maxBytes: 100 })).rejects.toThrow('expected at most 100 bytes');
  } finally {
    await server.close();
  }
});

test('weights that do not fit change nothing; skipMismatch takes the rest', async () => {
  const [source, other] = [small(2), Sequential([layers.Input({ shape: [3] }), layers.Dense(2), layers.Dense(4)])];
  const twice = Sequential([layers.Input({ shape: [3] }), layers.Dense(2), layers.Dense(5)]);
  const path = join(folder, 'w.weights.h5');
  await other.saveWeights(path);
  const before = twice.weights.map(({ value }) => Array.from(value.dataSync()));
  await expect(twice.loadWeights(path)).rejects.toThrow(/must have shape \(2, 5\)\. Received: shape \(2, 4\)/);
  await expect(source.loadWeights(path)).rejects.toThrow(
    "weights that the model has no place for: '/layers/dense_1/vars/0'",
  );
  expect(twice.weights.map(({ value }) => Array.from(value.dataSync()))).toEqual(before);
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  await twice.loadWeights(path, { skipMismatch: true });
  expect(warn.mock.calls[0]?.[0]).toContain('weights that do not fit stay as they are');
  warn.mockRestore();
  const now = twice.weights.map(({ value }) => Array.from(value.dataSync()));
  expect(now[0]).toEqual(Array.from(other.weights[0]?.value.dataSync() ?? []));
  expect(now.slice(2)).toEqual(before.slice(2));
  await expect(twice.loadWeights(path, { byName: true })).rejects.toThrow('byName is for legacy .h5 files');
});

test('a legacy file by name', async () => {
  const model = Sequential([
    layers.Input({ shape: [6, 6, 1] }),
    layers.Conv2D(3, 3, { name: 'conv2d' }),
    layers.Flatten(),
    layers.Dense(5, { name: 'other' }),
  ]);
  const path = join(FOLDER, 'cnn.h5');
  await expect(model.loadWeights(path)).rejects.toThrow(
    'the model has 2 layers with weights. Received: 3 in the file.',
  );
  const dense = Array.from(model.weights[2]?.value.dataSync() ?? []);
  await model.loadWeights(path, { byName: true });
  const whole = await models.loadModel(path);
  expect(Array.from(model.weights[0]?.value.dataSync() ?? [])).toEqual(
    Array.from(whole.weights[0]?.value.dataSync() ?? []),
  );
  expect(Array.from(model.weights[2]?.value.dataSync() ?? [])).toEqual(dense);
});

test('saving: endings, files that are there, models without weights, folders that cannot be', async () => {
  const model = small();
  await expect(model.save(join(folder, 'm.zip'))).rejects.toThrow('the path of a model must end in .keras');
  await expect(model.saveWeights(join(folder, 'm.h5'))).rejects.toThrow('the path of weights must end in .weights.h5');
  await expect(Sequential([layers.Dense(2)]).saveWeights(join(folder, 'm.weights.h5'))).rejects.toThrow('is not built');
  const path = join(folder, 'deep', 'm.keras');
  await model.save(path);
  await expect(model.save(path, { overwrite: false })).rejects.toThrow(
    'is there already. Give another path, or overwrite: true.',
  );
  await model.save(path);
  writeFileSync(join(folder, 'plain'), '');
  await expect(model.save(join(folder, 'plain', 'm.keras'))).rejects.toThrow(/the file '.*' cannot be written: E/);
  await expect(model.save(path, { overwrite: 1 } as never)).rejects.toThrow('overwrite must be true or false');
  await expect(saving.saveModel({} as never, path)).rejects.toThrow('saveModel: expected a model.');
  model.dispose();
  await expect(model.save(path)).rejects.toThrow('expected live weights');
  expect(readdirSync(join(folder, 'deep'))).toEqual(['m.keras']);
});

test('a write that fails leaves the old file and nothing else', async () => {
  const model = small();
  const path = join(folder, 'deep', 'm.keras');
  const before = readFileSync(path);
  const [weight] = model.weights;
  const broken = jest.spyOn(weight as object as { value: tf.Variable }, 'value', 'get').mockImplementation(() => {
    throw new Error('no value');
  });
  await expect(model.save(path)).rejects.toThrow('no value');
  broken.mockRestore();
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(join(folder, 'deep'))).toEqual(['m.keras']);
});

test('while a model is trained, weights are read by its callbacks only', async () => {
  const model = small();
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const path = join(folder, 'turn.weights.h5');
  await model.saveWeights(path);
  const training = model.fit(tf.ones([64, 3]), tf.ones([64, 2]), { epochs: 20, verbose: 0 });
  await expect(model.loadWeights(path)).rejects.toThrow('loadWeights() while fit() is running on the same model');
  await model.saveWeights(path);
  await training;
});

test('JSON of models, clones, scopes and registered functions', async () => {
  function double(x: tf.Tensor): tf.Tensor {
    return x.mul(2);
  }
  const shared = layers.Dense(3);
  const x = layers.Input({ shape: [3] });
  const inner = Model({ inputs: x, outputs: shared(shared(x)) });
  const y = layers.Input({ shape: [3] });
  const model = Model({ inputs: y, outputs: layers.Dense(1, { activation: double })(inner(y)) });
  model.compile({ optimizer: optimizers.SGD(1), loss: 'mse', metrics: ['mae'] });
  expect(model.toJson()).toContain('"learning_rate":1.0,');
  expect(() => models.modelFromJson(model.toJson())).toThrow("unknown activation. Received: 'double'");
  const twin = models.modelFromJson(model.toJson(), { customObjects: { double } });
  expect(twin.getConfig()).toEqual(model.getConfig());
  expect(twin.getCompileConfig()).toEqual(model.getCompileConfig());
  const clone = saving.customObjectScope({ double }, () => models.cloneModel(model));
  expect(clone.weights.map(({ shape }) => shape)).toEqual(model.weights.map(({ shape }) => shape));
  expect(clone.compiled).toBe(false);
  const wide = models.cloneModel(small(), {
    cloneFunction: (layer: Layer) =>
      layer.name.startsWith('dense')
        ? layers.Dense(7, { name: layer.name })
        : layers.deserialize(layers.serialize(layer)),
  });
  expect(wide.outputShape).toEqual([null, 7]);
  saving.registerKerasSerializable(double, { package: 'test' });
  expect(saving.getRegisteredName(double)).toBe('test>double');
  expect(saving.getRegisteredObject('test>double')).toBe(double);
  expect(models.modelFromJson(model.toJson()).outputShape).toEqual([null, 1]);
  expect(() => models.modelFromJson('{')).toThrow('modelFromJson: expected JSON.');
  expect(() => models.modelFromJson(layers.serialize(shared))).toThrow('expected the JSON of a model');
  expect(existsSync(folder)).toBe(true);
});
