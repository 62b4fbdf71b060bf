/** `keras-ts predict MODEL IMAGE...`: what a model says of pictures. */
import * as tf from '@tensorflow/tfjs-core';
import { formatShape, ValueError } from '../base/errors';
import { loadModel } from '../saving';
import { imgToArray, loadImg } from '../utils';

/** Classes that are told of a picture. */
const TOP = 3;
const COLOR_MODES = new Map([
  [1, 'grayscale'],
  [3, 'rgb'],
  [4, 'rgba'],
] as const);

/** Prints the outputs for pictures, resized to what the model takes, as text or as JSON; gives the exit code. */
export async function predict(file: string, images: readonly string[], asJson: boolean): Promise<number> {
  const model = await loadModel(file, { compile: false });
  const shape: unknown = model.inputShape;
  const [, height, width, channels] = shape as (number | null)[];
  const colorMode = COLOR_MODES.get(channels as 1);
  if ((shape as unknown[])?.length !== 4 || colorMode === undefined) {
    throw new ValueError(
      `predict: the model must take pictures, (None, height, width, 1, 3 or 4). Received: ${file} with an input of ` +
        `shape ${formatShape(shape as number[])}.`,
    );
  }
  const targetSize = height && width ? ([height, width] as [number, number]) : null;
  const told: { image: string; outputs: number[] }[] = [];
  for (const image of images) {
    const picture = imgToArray(await loadImg(image, { colorMode, targetSize }));
    const batch = picture.expandDims(0);
    const outputs = (await model.predict(batch, { verbose: 0 })) as tf.Tensor;
    told.push({ image, outputs: Array.from(await outputs.data()) });
    tf.dispose([picture, batch, outputs]);
  }
  process.stdout.write(asJson ? `${JSON.stringify(told, null, 2)}\n` : told.map(line).join(''));
  return 0;
}

/** The largest outputs of a picture with their numbers; one output alone as it is. */
function line({ image, outputs }: { image: string; outputs: readonly number[] }): string {
  if (outputs.length === 1) return `${image}: ${(outputs[0] as number).toPrecision(4)}\n`;
  const best = [...outputs.keys()].sort((a, b) => (outputs[b] as number) - (outputs[a] as number)).slice(0, TOP);
  return `${image}: ${best.map((i) => `${i} (${(outputs[i] as number).toFixed(4)})`).join(', ')}\n`;
}
