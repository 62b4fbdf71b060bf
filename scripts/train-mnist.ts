/**
 * The main job: trains a convolutional network on real digits and says how well it reads digits it never saw.
 * `npm start -- --help` lists the options.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as keras from '../src';
import { type Options, parseOptions, USAGE, UsageError } from './train-mnist/options';
import {
  accuracyOf,
  accuracyPerClass,
  type Confusion,
  confusionOf,
  mostConfused,
  reportMarkdown,
} from './train-mnist/report';

type Keras = typeof keras;

/** The network of the lessons, or Keras's mnist_convnet example. */
function makeModel({ Sequential, layers }: Keras, name: Options['model']): keras.Sequential {
  const input = [layers.Input({ shape: [28, 28, 1] }), layers.Rescaling(1 / 255)];
  const output = layers.Dense(10, { activation: 'softmax' });
  if (name === 'lesson') {
    return Sequential([...input, layers.Conv2D(10, 3, { activation: 'relu' }), layers.Flatten(), output], { name });
  }
  return Sequential(
    [
      ...input,
      layers.Conv2D(32, 3, { activation: 'relu' }),
      layers.MaxPooling2D({ poolSize: 2 }),
      layers.Conv2D(64, 3, { activation: 'relu' }),
      layers.MaxPooling2D({ poolSize: 2 }),
      layers.Flatten(),
      layers.Dropout(0.5),
      output,
    ],
    { name },
  );
}

/** Ends training after the batch that is running when Ctrl-C is pressed; a second Ctrl-C ends the program. */
function stopOnInterrupt(model: keras.Sequential): () => boolean {
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
    model.stopTraining = true;
    process.once('SIGINT', () => process.exit(130));
  });
  return () => interrupted;
}

/** Curves, confusion matrix and learned kernels as pictures beside the report. */
function drawFigures(
  { plot }: Keras,
  model: keras.Sequential,
  history: Record<string, number[]>,
  confusion: Confusion,
  folder: string,
): void {
  const { kernel } = model.layers.find(({ className }) => className === 'Conv2D') as unknown as {
    kernel: keras.Variable;
  };
  plot.history(history).save(join(folder, 'history.png'));
  plot.confusionMatrix(confusion as number[][]).save(join(folder, 'confusion.png'));
  plot.kernels(kernel.value, { title: 'Kernels of the first convolution' }).save(join(folder, 'kernels.png'));
}

/** Writes a file whole or not at all. */
async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

async function train(options: Options): Promise<void> {
  if (options.backend) process.env['KERAS_TS_BACKEND'] = options.backend;
  const library = await import('../src/index.js');
  const { datasets, utils, ready, backend } = library;
  await ready();
  utils.setRandomSeed(options.seed);
  const { train, test } = await datasets.mnist.loadData();
  const [count = 0] = train.x.shape;
  const used = Math.min(options.limit ?? count, count);
  const x = train.x.slice([0], [used]);
  const y = utils.toCategorical(train.y.slice([0], [used]), { numClasses: 10 });

  const model = makeModel(library, options.model);
  model.compile({ optimizer: 'adam', loss: 'categorical_crossentropy', metrics: ['accuracy'] });
  let summary = '';
  model.summary({
    printFn: (text) => {
      summary = text;
    },
  });
  process.stdout.write(
    `${summary}\n${used} digits to train on, ${test.x.shape[0]} to test on; backend: ${backend()}\n`,
  );

  const interrupted = stopOnInterrupt(model);
  const started = performance.now();
  const run = await model.fit(x, y, {
    batchSize: options.batchSize,
    epochs: options.epochs,
    validationSplit: 0.1,
  });
  const history = run.history as Record<string, number[]>; // no metric here has a vector
  const seconds = (performance.now() - started) / 1000;
  if (interrupted()) process.stdout.write('\nInterrupted: what was learnt so far is tested.\n');

  const probabilities = await model.predict(test.x, { verbose: 0 });
  const [loss] = (await model.evaluate(test.x, utils.toCategorical(test.y, { numClasses: 10 }), {
    verbose: 0,
  })) as number[];
  const confusion = confusionOf(test.y.dataSync(), probabilities.argMax(-1).dataSync(), 10);
  await mkdir(options.out, { recursive: true });
  const settings = { ...options, limit: used, backend: backend(), seconds: seconds.toFixed(1) };
  await writeWhole(options.out, 'history.json', `${JSON.stringify(history, null, 2)}\n`);
  const title = `Digits read by the network '${options.model}'`;
  await writeWhole(
    options.out,
    'report.md',
    reportMarkdown({ title, settings, summary, history, confusion, loss: loss as number }),
  );

  const path = join(options.out, 'model.keras');
  await model.save(path);
  const again = await library.models.loadModel(path);
  const gap = (await again.predict(test.x, { verbose: 0 })).sub(probabilities).abs().max();
  if (gap.dataSync()[0] !== 0) throw new Error(`${path}: the model that was read again predicts otherwise`);

  drawFigures(library, model, history, confusion, options.out);

  const perClass = accuracyPerClass(confusion).map((value, label) => `  ${label}: ${(100 * value).toFixed(1)} %`);
  const pairs = mostConfused(confusion).map(
    ({ label, taken, count: times }) => `  ${label} taken for ${taken}: ${times} times`,
  );
  const lines = [
    '',
    'Right answers per digit:',
    ...perClass,
    'Most confused:',
    ...(pairs.length > 0 ? pairs : ['  none']),
  ];
  lines.push(`Saved to ${path}, read again: the same predictions for all ${test.x.shape[0]} digits`);
  lines.push(
    `Trained for ${seconds.toFixed(1)} s; written to ${options.out}: model.keras, history.json, report.md and pictures`,
  );
  lines.push(`Test accuracy: ${accuracyOf(confusion).toFixed(4)} (loss ${(loss as number).toFixed(4)})`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function main(): Promise<void> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options) await train(options);
    else process.stdout.write(USAGE);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  }
}

void main();
