import { formatValue, type Shape, ValueError } from '../base/errors';
import { Input } from '../layers';
import type { Layer } from '../layers/layer';
import { Model } from '../models';

/** A functional model of layers one after another. */
export function chain(name: string, inputShape: Shape, layers: readonly Layer[]): Model {
  const inputs = Input({ shape: inputShape });
  const outputs = layers.reduce((x, layer) => layer(x), inputs);
  return Model(inputs, outputs, { name });
}

/** Checks the shape of one picture: `[height, width, channels]`, at least so high and wide. */
export function checkInputShape(
  who: string,
  shape: unknown,
  least: number,
): [height: number, width: number, channels: number] {
  const isSize = (value: unknown, from: number): boolean => Number.isInteger(value) && (value as number) >= from;
  if (Array.isArray(shape) && shape.length === 3) {
    const [height, width, channels] = shape as number[];
    if (isSize(height, least) && isSize(width, least) && isSize(channels, 1)) return shape as [number, number, number];
  }
  throw new ValueError(
    `${who}: inputShape must be [height, width, channels], from ${least} x ${least} pixels: smaller pictures shrink to ` +
      `nothing on the way. Received: inputShape=${formatValue(shape)}.`,
  );
}

/** Checks the number of classes. */
export function checkClasses(who: string, classes: unknown): number {
  if (Number.isInteger(classes) && (classes as number) > 0) return classes as number;
  throw new ValueError(`${who}: classes must be a whole number above 0. Received: classes=${formatValue(classes)}.`);
}
