/** The network of a job in tf.layers, on tfjs-node. */
import util from 'node:util';
import type * as TF from '@tensorflow/tfjs';
import { type Job, runContender, type Trainable } from './contender';

// tfjs-node 4.22 calls two functions that Node 23 no longer has, and Node 22 warns about.
const isNullOrUndefined = (value: unknown): boolean => value === null || value === undefined;
for (const [name, value] of Object.entries({ isArray: Array.isArray, isNullOrUndefined })) {
  Object.defineProperty(util, name, { value });
}
const tf = require('@tensorflow/tfjs-node') as typeof TF;

type MakeLayer = (options: object) => TF.layers.Layer;

function build({ inputShape, layers: specs, batchSize }: Job): Trainable {
  const model = tf.sequential();
  for (const [i, [name, options]] of specs.entries()) {
    const factory = name.charAt(0).toLowerCase() + name.slice(1).replace('2D', '2d');
    const make = (tf.layers as unknown as Record<string, MakeLayer>)[factory]!;
    model.add(make(i === 0 ? { ...options, inputShape: [...inputShape] } : options));
  }
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return {
    fit: (x, y, { epochs, onEpochEnd }) =>
      model.fit(x, y, { batchSize, epochs, verbose: 0, callbacks: { onEpochEnd } }),
    evaluate(x, y) {
      for (const scalar of model.evaluate(x, y, { batchSize }) as TF.Scalar[]) {
        scalar.dataSync();
        scalar.dispose();
      }
    },
    predict: (x) => tf.dispose(model.predict(x, { batchSize })),
  };
}

void runContender(tf, `tfjs-node ${tf.version['tfjs']}`, build);
