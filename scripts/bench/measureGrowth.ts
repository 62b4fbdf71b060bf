/** Measures, in a process of its own, how an epoch's time grows. */
import * as tf from '@tensorflow/tfjs';
import { makeData, timeEpochs } from './contender';
import type { GrowthJob, GrowthPoint } from './growth';
import { build } from './kerasTs';
import { median } from './statistics';
import type { LayerSpec } from './works';

const INPUT_SHAPE = [28, 28, 1];
const EPOCHS = 3;

function layersOf(width: number): LayerSpec[] {
  return [
    ['Conv2D', { filters: width, kernelSize: 3, activation: 'relu' }],
    ['MaxPooling2D', { poolSize: 2 }],
    ['Conv2D', { filters: 2 * width, kernelSize: 3, activation: 'relu' }],
    ['MaxPooling2D', { poolSize: 2 }],
    ['Flatten', {}],
    ['Dense', { units: 10, activation: 'softmax' }],
  ];
}

async function measure(job: GrowthJob): Promise<GrowthPoint[]> {
  const points: GrowthPoint[] = [];
  for (const what of ['samples', 'batchSize', 'width'] as const) {
    for (const value of job[what]) {
      const [samples, batchSize, width] = (['samples', 'batchSize', 'width'] as const).map((name) =>
        name === what ? value : (job[name][0] as number),
      ) as [number, number, number];
      const { x, y } = makeData(tf, INPUT_SHAPE, samples);
      const model = build({ inputShape: INPUT_SHAPE, batchSize, layers: layersOf(width) });
      const epoch = median(await timeEpochs(model, x, y, EPOCHS));
      points.push({ what, value, steps: Math.ceil(samples / batchSize), epoch });
      tf.dispose([x, y]);
    }
  }
  return points;
}

const job = JSON.parse(process.argv[2] as string) as GrowthJob;
void measure(job).then((points) => process.stdout.write(`${JSON.stringify(points)}\n`));
