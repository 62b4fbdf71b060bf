/** The network of a job in keras-ts, on the native library. */
import * as tf from '@tensorflow/tfjs';
import { backend, layers, Sequential, version } from '../../src/index';
import { type Job, runContender, type Trainable } from './contender';

type MakeLayer = (options: object) => layers.Layer;

export function build({
  inputShape,
  layers: specs,
  batchSize,
}: Pick<Job, 'inputShape' | 'layers' | 'batchSize'>): Trainable {
  const model = Sequential([
    layers.Input({ shape: [...inputShape] }),
    ...specs.map(([name, options]) => (layers as unknown as Record<string, MakeLayer>)[name]!(options)),
  ]);
  model.compile({ optimizer: 'adam', loss: 'categorical_crossentropy', metrics: ['accuracy'] });
  const verbose = 0;
  return {
    fit: (x, y, { epochs, onEpochEnd }) => model.fit(x, y, { batchSize, epochs, verbose, callbacks: { onEpochEnd } }),
    evaluate: (x, y) => model.evaluate(x, y, { batchSize, verbose }),
    predict: async (x) => (await model.predict(x, { batchSize, verbose })).dispose(),
  };
}

if (require.main === module) {
  if (backend() !== 'tensorflow') throw new Error(`expected the native library. Received: backend='${backend()}'.`);
  void runContender(tf, `keras-ts ${version}`, build);
}
