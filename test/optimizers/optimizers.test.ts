/** Optimizers against the steps of Keras's own, with every option. */
import * as tf from '@tensorflow/tfjs';
import { Variable } from '../../src/backend/variable';
import { resetNames } from '../../src/base/names';
import { toCamelCase } from '../../src/base/options';
import type { SerializedObject } from '../../src/base/registry';
import * as constraints from '../../src/constraints';
import * as optimizers from '../../src/optimizers';
import fixture from '../fixtures/optimizers.json';
import { expectClose, onEachBackend } from '../ops/backends';

type Numbers = tf.TensorLike;
interface Case {
  name: string;
  config: Record<string, unknown>;
  constrained: boolean;
  learningRates: number[] | null;
  start: Numbers[];
  gradients: (Numbers | null)[][];
  trace: Numbers[][];
  state: { name: string; path: string; value: Numbers }[];
  final: Numbers[];
  json: SerializedObject;
}

function make(name: string, options: object): optimizers.Optimizer {
  return Reflect.construct(Reflect.get(optimizers, name) as new () => optimizers.Optimizer, [options]);
}

function variable(value: tf.TensorLike, name: string, options: { constrained?: boolean } = {}): Variable {
  const constraint = options.constrained ? (constraints.get('non_neg') as (x: tf.Tensor) => tf.Tensor) : null;
  const initial = tf.tensor(value);
  const made = new Variable(initial, { name, constraint });
  initial.dispose();
  return made;
}

const cases = fixture.cases as unknown as Case[];

onEachBackend(() => {
  beforeEach(resetNames);

  it.each(cases.map((item) => [`${item.name} ${JSON.stringify(item.config)}`, item] as const))('%s', (_, item) => {
    const options = Object.fromEntries(Object.entries(item.config).map(([key, value]) => [toCamelCase(key), value]));
    const optimizer = make(item.name, options);
    const variables = item.start.map((value, i) =>
      variable(value, i === 0 ? 'kernel' : 'bias', { constrained: item.constrained && i === 0 }),
    );
    const before = tf.memory().numTensors;
    item.gradients.forEach((gradients, step) => {
      if (item.learningRates) optimizer.learningRate = item.learningRates[step] as number;
      tf.tidy(() => {
        optimizer.apply(
          gradients.map((gradient) => (gradient === null ? null : tf.tensor(gradient))),
          variables,
        );
        variables.forEach(({ value }, i) => {
          expectClose(value, item.trace[step]?.[i] as Numbers, 2e-6);
        });
      });
    });
    const slots = optimizer.variables.length - 2;
    expect(tf.memory().numTensors).toBe(before + slots);
    const names = optimizer.variables.map(({ name, path }) => ({ name, path }));
    expect(names).toEqual(item.state.map(({ name, path }) => ({ name, path })));
    optimizer.variables.forEach(({ value }, i) => {
      expectClose(value.toFloat(), item.state[i]?.value as Numbers, 2e-6);
    });
    optimizer.finalizeVariableValues(variables);
    variables.forEach(({ value }, i) => {
      expectClose(value, item.final[i] as Numbers, 2e-6);
    });
    expect(optimizers.serialize(optimizer)).toEqual(item.json);
    expect(optimizers.deserialize(item.json).getConfig()).toEqual(item.json.config);
    optimizer.dispose();
    for (const each of variables) each.dispose();
  });
});

describe('optimizers.get', () => {
  const missing = [
    'adafactor',
    'ftrl',
    'lion',
    'lossscaleoptimizer',
    'multioptimizer',
    'muon',
    'optimizermap',
    'schedulefreeadamw',
  ];

  it('takes the names that Keras takes, whatever their case', () => {
    for (const name of fixture.names.filter((known) => !missing.includes(known))) {
      expect(optimizers.get(name as never).className.toLowerCase()).toBe(name);
      expect(optimizers.get(name.toUpperCase() as never).className.toLowerCase()).toBe(name);
    }
  });

  it('names objects as Keras does', () => {
    resetNames();
    for (const [name, expected] of Object.entries(fixture.autonames)) {
      expect([make(name, {}).name, make(name, {}).name]).toEqual(expected);
    }
  });

  it('takes objects, classes and JSON', () => {
    const adam = optimizers.Adam(0.01);
    expect(optimizers.get(adam)).toBe(adam);
    expect(optimizers.get(optimizers.SGD).className).toBe('SGD');
    expect(optimizers.get(optimizers.serialize(adam)).getConfig()).toEqual(adam.getConfig());
    expect(optimizers.get({ ...optimizers.serialize(adam), class_name: 'adam' }).className).toBe('Adam');
  });

  it('names the nearest', () => {
    expect(() => optimizers.get('adamm' as never)).toThrow(
      "optimizers.get: unknown optimizer. Received: 'adamm'. Did you mean 'adam'?",
    );
    expect(() => optimizers.get(3 as never)).toThrow(
      'optimizers.get: expected an optimizer, a name, or the JSON of one. Received: 3.',
    );
  });
});

describe('the learning rate', () => {
  it('is set at once, in the variable', () => {
    const sgd = optimizers.SGD(0.5);
    expect(sgd.learningRate).toBe(0.5);
    sgd.learningRate = 0.25;
    expect(sgd.learningRate).toBe(0.25);
    expect(sgd.variables[1]?.value.dataSync()[0]).toBe(0.25);
    expect(() => {
      sgd.learningRate = Number.NaN;
    }).toThrow('SGD: learningRate must be a finite number or a schedule. Received: learningRate=NaN.');
  });

  it('may be a schedule of the step', () => {
    const halving = {
      call: (step: tf.Tensor): tf.Tensor => tf.scalar(0.5).pow(step.toFloat()),
      getConfig: () => ({}),
    };
    const sgd = optimizers.SGD({ learningRate: halving });
    expect(sgd.variables.map(({ name }) => name)).toEqual(['iteration']);
    const w = variable([1], 'w');
    tf.tidy(() => {
      for (const rest of [0, -0.5, -0.75]) {
        sgd.apply([tf.tensor([1])], [w]);
        expectClose(w.value, [rest]);
      }
    });
    expect(sgd.learningRate).toBe(0.125);
    expect(() => {
      sgd.learningRate = 1;
    }).toThrow('SGD: the learning rate is a schedule and cannot be set to a number. Received: learningRate=1.');
  });
});

describe('an optimizer', () => {
  const w = variable([1, 2], 'w');
  const g = tf.tensor([1, 1]);

  it('refuses what does not fit, and changes nothing', () => {
    const sgd = optimizers.SGD({ learningRate: 0.1, momentum: 0.5 });
    expect(() => sgd.apply([g])).toThrow(
      'SGD: apply without variables needs a built optimizer. Call build(variables) first.',
    );
    expect(() => sgd.apply([g, g], [w])).toThrow(
      'SGD: expected one gradient for each variable. Received: 2 gradients, 1 variables.',
    );
    expect(() => sgd.apply([tf.tensor([1])], [w])).toThrow(
      "SGD: the gradient of 'w' must have its shape, (2,). Received: shape (1,).",
    );
    expect(() => sgd.apply([null], [w])).toThrow("SGD: no gradients for any variable. Received: variables ['w'].");
    expect(sgd.built).toBe(false);
    sgd.apply([]);
    sgd.apply([g], [w]);
    expect(() => sgd.apply([g], [variable([0, 0], 'v')])).toThrow(
      "SGD: unknown variable. Received: 'v' of shape (2,).",
    );
    expect(sgd.iterations.value.dataSync()[0]).toBe(1);
    sgd.apply([g]);
    expect(sgd.iterations.value.dataSync()[0]).toBe(2);
  });

  it.each([
    [{ clipnorm: 1, clipvalue: 1 }, 'Adam: only one of clipnorm, clipvalue and globalClipnorm can be given.'],
    [{ gradientAccumulationSteps: 1 }, 'Adam: gradientAccumulationSteps must be a whole number of at least 2 or null.'],
    [{ useEma: true, emaMomentum: 2 }, 'Adam: emaMomentum must be a number from 0 to 1. Received: emaMomentum=2.'],
    [
      { useEma: true, emaOverwriteFrequency: 1.5 },
      'Adam: emaOverwriteFrequency must be a whole number of at least 1 or null.',
    ],
    [
      { learningRate: '1' as never },
      "Adam: learningRate must be a finite number or a schedule. Received: learningRate='1'.",
    ],
    [
      { learningrate: 1 } as never,
      "Adam: unknown argument 'learningrate'. Received: learningrate=1. Did you mean 'learningRate'?",
    ],
  ])('refuses %j', (options, message) => {
    expect(() => optimizers.Adam(options)).toThrow(message);
  });

  it('refuses what SGD and AdamW do', () => {
    expect(() => optimizers.SGD({ momentum: 1.5 })).toThrow(
      'SGD: momentum must be a number from 0 to 1. Received: momentum=1.5.',
    );
    expect(() => optimizers.AdamW({ weightDecay: null })).toThrow('AdamW: weightDecay must be a number.');
  });

  it('leaves variables out of the weight decay', () => {
    const sgd = optimizers.SGD({ learningRate: 0.5, weightDecay: 0.5 });
    const [kernel, bias] = [variable([1], 'kernel'), variable([1], 'bias')];
    sgd.excludeFromWeightDecay({ varNames: ['bias'] });
    tf.tidy(() => {
      sgd.apply([tf.tensor([0]), tf.tensor([0])], [kernel, bias]);
      expectClose(kernel.value, [0.75]);
      expectClose(bias.value, [1]);
    });
    expect(() => sgd.excludeFromWeightDecay({})).toThrow('must be called before the optimizer is built');
  });

  it("may be a class of one's own", () => {
    class Signs extends optimizers.Optimizer {
      static override readonly className = 'Signs';
      override updateStep(gradient: tf.Tensor, each: Variable, learningRate: tf.Tensor): void {
        each.assign(each.value.sub(gradient.sign().mul(learningRate)));
      }
    }
    const signs = new Signs({ learningRate: 0.5 });
    const each = variable([1, 2], 'w');
    signs.applyGradients([[tf.tensor([3, -3]), each]]);
    expect(Array.from(each.value.dataSync())).toEqual([0.5, 2.5]);
    expect(signs.getConfig()).toMatchObject({ name: 'signs', learning_rate: 0.5, use_ema: false });
  });

  it('scales the loss', () => {
    tf.tidy(() => {
      expectClose(optimizers.SGD({ lossScaleFactor: 8 }).scaleLoss(tf.scalar(2)), 16);
      expectClose(optimizers.SGD().scaleLoss(tf.scalar(2)), 2);
    });
  });
});
