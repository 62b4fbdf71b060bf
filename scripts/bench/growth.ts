/** How an epoch's time grows with the number of samples, the batch size and the width of the network. */
import { threeDigits } from './statistics';
import { table } from './tables';

/** What grows, from its first value on; the others keep their first. */
export interface GrowthJob {
  samples: readonly number[];
  batchSize: readonly number[];
  width: readonly number[];
}

export interface GrowthPoint {
  what: keyof GrowthJob;
  value: number;
  steps: number;
  /** Milliseconds of an epoch. */
  epoch: number;
}

export const GROWTH: GrowthJob = {
  samples: [2048, 4096, 8192, 16384],
  batchSize: [32, 64, 128, 256, 512],
  width: [8, 16, 32, 64],
};
export const QUICK_GROWTH: GrowthJob = {
  samples: [1024, 2048, 4096],
  batchSize: [32, 64, 128, 256],
  width: [8, 16, 32],
};

const TITLES: Readonly<Record<keyof GrowthJob, string>> = {
  samples: 'samples',
  batchSize: 'batch size',
  width: 'filters',
};

/** A table for each thing that grows; an empty text where nothing was measured. */
export function growthMarkdown(points: readonly GrowthPoint[]): string {
  if (points.length === 0) return '';
  const tables = (Object.keys(TITLES) as (keyof GrowthJob)[]).map((what) => {
    const own = points.filter((point) => point.what === what);
    const [first] = own;
    const rows = own.map(({ value, steps, epoch }) => [
      value,
      threeDigits(epoch),
      threeDigits(epoch / steps),
      `${(value / (first as GrowthPoint).value).toFixed(0)}x`,
      `${(epoch / (first as GrowthPoint).epoch).toFixed(2)}x`,
    ]);
    return table([TITLES[what], 'epoch, ms', 'step, ms', `${TITLES[what]}, times`, 'epoch, times'], rows);
  });
  const [samples, batchSize, width] = (Object.keys(TITLES) as (keyof GrowthJob)[]).map(
    (what) => points.find((point) => point.what === what)?.value,
  );
  const intro =
    'keras-ts, mnist_convnet without dropout: convolutions of n and 2n filters. ' +
    `What does not grow: ${samples} samples, batches of ${batchSize}, n = ${width}.`;
  return ['## How an epoch grows', intro, ...tables].join('\n\n');
}
