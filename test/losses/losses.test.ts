/** Losses against Keras's own values and gradients, for every option. */
import * as tf from '@tensorflow/tfjs';
import { rememberLogits } from '../../src/backend/companions';
import { toCamelCase } from '../../src/base/options';
import * as losses from '../../src/losses';
import fixture from '../fixtures/losses.json';
import { expectClose, onEachBackend } from '../ops/backends';

interface Case {
  name: string;
  config: Record<string, unknown>;
  reduction: losses.Reduction;
  yTrue: tf.TensorLike;
  yPred: tf.TensorLike;
  sampleWeight: tf.TensorLike | null;
  perSample: tf.TensorLike;
  value: tf.TensorLike;
  gradient: tf.TensorLike;
  json: { config: Record<string, unknown> };
}
const cases = fixture.cases as unknown as Case[];
const make = (name: string, options: object): losses.Loss =>
  Reflect.construct(Reflect.get(losses, name) as new () => losses.Loss, [options]);
const camel = (config: object): object =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [toCamelCase(key), value]));

/** Runs `body` and frees its tensors. */
function run(body: () => void): void {
  tf.tidy(() => {
    body();
  });
}

onEachBackend(() => {
  describe.each(
    cases.map((item, i) => [`${i} ${item.name} ${JSON.stringify(item.config)} ${item.reduction}`, item] as const),
  )('%s', (_, { name, config, reduction, yTrue, yPred, sampleWeight, ...expected }) => {
    const options = camel(config);

    it('gives the value per sample and the reduced one', () => {
      run(() => {
        expectClose(
          make(name, { ...options, reduction: 'none' })(yTrue as never, yPred as never),
          expected.perSample as tf.TensorLike,
        );
        expectClose(
          make(name, { ...options, reduction })(yTrue as never, yPred as never, sampleWeight as never),
          expected.value as tf.TensorLike,
        );
      });
    });

    it('has the gradient', () => {
      run(() => {
        const loss = make(name, { ...options, reduction });
        const gradient = tf.grad((p) => loss(tf.tensor(yTrue), p, sampleWeight as never).sum() as tf.Scalar)(
          tf.tensor(yPred),
        );
        expectClose(gradient, expected.gradient as tf.TensorLike);
      });
    });

    it('has the config', () => {
      const loss = make(name, { ...options, reduction });
      expect(losses.serialize(loss)).toEqual(expected.json);
      const again = losses.deserialize(losses.serialize(loss)) as losses.Loss;
      expect(again.getConfig()).toEqual(loss.getConfig());
    });
  });

  describe('from the output of an activation', () => {
    it.each(fixture.through)(
      '$loss is computed from the logits',
      ({ loss, activation, yTrue, logits, value, gradient }) => {
        run(() => {
          const fn = losses.get(loss as never) as losses.LossFunction;
          const squash = activation === 'softmax' ? 'softmax' : 'sigmoid';
          const through = (x: tf.Tensor): tf.Tensor => fn(tf.tensor(yTrue), rememberLogits(x[squash](), x, squash));
          expectClose(through(tf.tensor(logits)), value as tf.TensorLike);
          expectClose(tf.grad((x) => through(x).sum() as tf.Scalar)(tf.tensor(logits)), gradient);
          const object = make(
            loss.replace(/(?:^|_)(.)/g, (_, c: string) => c.toUpperCase()),
            { reduction: 'none' },
          );
          const x = tf.tensor(logits);
          expectClose(object(yTrue, rememberLogits(x[squash](), x, squash)), value as tf.TensorLike);
        });
      },
    );
  });

  describe('cross-entropy from logits', () => {
    const labels = (): tf.Tensor =>
      tf.tensor([
        [0.2, 0.8],
        [1, 0],
      ]);
    const logits = (): tf.Tensor =>
      tf.tensor([
        [0.5, -1],
        [0.25, 2],
      ]);
    const total = { categorical: losses.categoricalCrossentropy, binary: losses.binaryCrossentropy };

    it.each(['categorical', 'binary'] as const)(
      '%s: has gradients with respect to labels and of second order',
      (kind) => {
        run(() => {
          const f = (t: tf.Tensor, x: tf.Tensor): tf.Scalar =>
            total[kind](t, x, { fromLogits: true }).sum() as tf.Scalar;
          const h = 1e-2;
          const unit = tf.tensor([
            [0, 0],
            [1, 0],
          ]);
          const slope = f(labels().add(unit.mul(h)), logits())
            .sub(f(labels().sub(unit.mul(h)), logits()))
            .div(2 * h);
          expectClose(
            tf
              .grad((t: tf.Tensor) => f(t, logits()))(labels())
              .mul(unit)
              .sum(),
            slope.arraySync() as number,
            1e-3,
          );
          const g = tf.grad((x: tf.Tensor) => f(labels(), x));
          const second = tf.grad((x: tf.Tensor) => g(x).mul(unit).sum() as tf.Scalar)(logits());
          const difference = g(logits().add(unit.mul(h)))
            .sub(g(logits().sub(unit.mul(h))))
            .div(2 * h)
            .mul(unit)
            .sum();
          expectClose(second.mul(unit).sum(), difference.arraySync() as number, 1e-3);
        });
      },
    );
  });
});

describe('losses.get', () => {
  const missing = ['CTC', 'Circle', 'Dice', 'Tversky', 'circle', 'ctc', 'dice', 'tversky'];

  it('knows every name that Keras knows', () => {
    const known = fixture.names.filter((name) => !missing.includes(name));
    for (const name of known) expect(losses.get(name as never)).toBeTruthy();
    expect([...losses.LOSS_NAMES].sort()).toEqual(known.sort());
  });

  it('takes objects, functions, classes and JSON', () => {
    const object = losses.MeanSquaredError();
    const fn = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor => yPred.sub(yTrue);
    expect(losses.get(object)).toBe(object);
    expect(losses.get(fn)).toBe(fn);
    expect(losses.get(null)).toBeNull();
    expect((losses.get(losses.Huber) as losses.Loss).name).toBe('huber_loss');
    expect((losses.get(losses.serialize(object)) as losses.Loss).getConfig()).toEqual(object.getConfig());
    for (const json of fixture.functions) {
      expect(losses.serialize(losses.get(json as never) as losses.LossFunction)).toEqual(json);
    }
    expect(losses.get('mse')).toBe(losses.meanSquaredError);
  });

  it('names the nearest', () => {
    expect(() => losses.get('categorical_crosentropy' as never)).toThrow(
      "losses.get: unknown loss. Received: 'categorical_crosentropy'. Did you mean 'categorical_crossentropy'?",
    );
  });

  it('has the configs of all defaults', () => {
    for (const json of fixture.configs) expect(losses.serialize(make(json.class_name, {}))).toEqual(json);
  });
});

describe('bad input', () => {
  it('refuses shapes that do not fit', () => {
    expect(() => losses.CategoricalCrossentropy()([[1, 0]], [[0.1, 0.2, 0.7]])).toThrow(
      'categorical_crossentropy: yTrue and yPred must have the same shape. Received: yTrue.shape=(1, 2), yPred.shape=(1, 3).',
    );
    expect(() => losses.SparseCategoricalCrossentropy()([[1, 0]], [[0.1, 0.2, 0.7]])).toThrow(
      'must have the same shape up until the last dimension. Received: yTrue.shape=(1, 2), yPred.shape=(1, 3).',
    );
    expect(() => losses.meanSquaredError([[1, 2, 3]], [[1, 2]])).toThrow(
      'mean_squared_error: yTrue and yPred must have the same shape, or shapes that broadcast. ' +
        'Received: yTrue.shape=(1, 3), yPred.shape=(1, 2).',
    );
    expect(() => losses.meanSquaredError(1, 2)).toThrow(
      'with at least one axis. Received: yTrue.shape=(), yPred.shape=().',
    );
    expect(() => losses.MeanSquaredError()([[1], [2]], [[1], [2]], [1, 2, 3])).toThrow(
      'mean_squared_error: sampleWeight (which classWeight makes, too) must fit the losses. ' +
        'Received: weights of shape (3,), losses of shape (2,). Give one for each loss, or shape (2,).',
    );
  });

  it('refuses unknown arguments and reductions', () => {
    expect(() => losses.MeanSquaredError({ reduction: 'mea' as never })).toThrow(
      "MeanSquaredError: reduction must be one of 'sum_over_batch_size'",
    );
    expect(() => losses.CategoricalCrossentropy({ fromLogit: true } as never)).toThrow("Did you mean 'fromLogits'?");
  });

  it('refuses disposed tensors, and leaks nothing', () => {
    const gone = tf.tensor([1]);
    gone.dispose();
    const before = tf.memory().numTensors;
    expect(() => losses.MeanSquaredError()(gone, [1])).toThrow(
      'mean_squared_error: yTrue is a disposed tensor of shape (1,). Pass a live one.',
    );
    expect(() => losses.MeanSquaredError()([1, 2], [[1, 2, 3]])).toThrow('same shape');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a loss', () => {
  it('frees all but its result', () => {
    const before = tf.memory().numTensors;
    const value = losses.SparseCategoricalCrossentropy({ ignoreClass: 0 })(
      [0, 1],
      [
        [0.5, 0.5],
        [0.1, 0.9],
      ],
      [1, 2],
    );
    const each = losses.sparseCategoricalCrossentropy(
      [0, 1],
      [
        [0.5, 0.5],
        [0.1, 0.9],
      ],
      { ignoreClass: 0 },
    );
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([value, each]);
  });

  it("may be a class of one's own", () => {
    class Squares extends losses.Loss {
      static override readonly className = 'Squares';
      override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
        return yPred.sub(yTrue).square().mean(-1);
      }
    }
    run(() => {
      const loss = new Squares({ reduction: 'sum' });
      expectClose(
        loss(
          [
            [0, 1],
            [2, 2],
          ],
          [
            [1, 1],
            [2, 0],
          ],
        ),
        2.5,
      );
      expect(loss.getConfig()).toEqual({ name: 'squares', reduction: 'sum' });
    });
  });

  it("may be a function of one's own", () => {
    run(() => {
      const loss = losses.LossFunctionWrapper(
        (t: tf.Tensor, p: tf.Tensor, { power }: { power: number }) => p.sub(t).pow(power),
        {
          power: 3,
          name: 'cubes',
        },
      );
      expectClose(loss([1, 2], [[2], [4]]), 4.5);
      expect(loss.getConfig()).toMatchObject({ name: 'cubes', power: 3 });
    });
  });
});
