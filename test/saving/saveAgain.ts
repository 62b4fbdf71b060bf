/** Saves one model over and over, each time with other weights, until it is killed. Run by the test of killed savings. */
import { join } from 'node:path';
import { layers, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';

async function main(folder: string): Promise<void> {
  await ready();
  const model = Sequential([layers.Input({ shape: [200] }), layers.Dense(500, { kernelInitializer: 'zeros' })]);
  for (let count = 1; ; count++) {
    for (const weight of model.weights) weight.assignAdd(1);
    await model.save(join(folder, 'model.keras'));
    process.stdout.write(`${count}\n`);
  }
}

void main(process.argv[2] as string);
