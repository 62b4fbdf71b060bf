/** Arguments that layers with a sliding window share, and the shape of what comes out. */
import { wholeFrom } from '../../base/checks';
import { type Dim, formatShape, formatValue, type Shape, ValueError } from '../../base/errors';
import { LONGEST_AXIS } from '../../base/sizes';
import { type DataFormat, outputLength, type Padding } from '../../ops/window';
import { missingAxis } from '../inputSpec';

/** How a window slides along the spatial axes: its step and the distance of its elements, for each axis. */
export interface Sliding {
  strides: readonly number[];
  dilationRate?: readonly number[];
  padding: Padding | 'causal';
  dataFormat: DataFormat;
}

/** One positive integer for each axis, from one for all or a list. */
export function checkPerAxis(who: string, name: string, given: unknown, axes: number): number[] {
  const list: unknown[] = Array.isArray(given) ? given : new Array<unknown>(axes).fill(given);
  const arePositive = list.length === axes && list.every(wholeFrom(1).accepts);
  if (arePositive && list.every((n) => (n as number) <= LONGEST_AXIS)) return list as number[];
  const many = axes === 1 ? 'or a list of one' : axes === 2 ? 'or a pair of them' : `or a list of ${axes} of them`;
  const limit = arePositive ? `, at most ${LONGEST_AXIS}` : '';
  throw new ValueError(
    `${who}: ${name} must be a positive integer ${many}${limit}. Received: ${name}=${formatValue(given)}.`,
  );
}

/** One of the given paddings, in lower case. */
export function checkPadding<P extends string>(who: string, given: unknown, known: readonly P[]): P {
  const found = known.find((padding) => typeof given === 'string' && padding === given.toLowerCase());
  if (found !== undefined) return found;
  const names = known.map((padding) => `'${padding}'`).join(', ');
  throw new ValueError(`${who}: padding must be one of ${names}. Received: padding=${formatValue(given)}.`);
}

/** Number of an input's channels. */
export function channelsOf(who: string, shape: Shape, dataFormat: DataFormat): number {
  const channels = shape.at(channelAxis(dataFormat));
  if (typeof channels === 'number' && channels > 0) return channels;
  const expected = channels === 0 ? 'at least 1' : 'known';
  throw new ValueError(
    `${who}: the number of channels must be ${expected}. Received: an input of shape ${formatShape(shape)}, ` +
      `dataFormat='${dataFormat}'. Give the input a shape with a channel axis.`,
  );
}

/** The axis of the channels. */
export function channelAxis(dataFormat: DataFormat): -1 | 1 {
  return dataFormat === 'channels_last' ? -1 : 1;
}

/**
 * Shape of what a sliding window gives.
 *
 * @param size the window's size, for each axis.
 * @param channels the size of the output's channel axis.
 * @throws ValueError for another number of axes, or where the window is larger than the input.
 */
export function slidingOutputShape(
  who: string,
  shape: Shape,
  size: readonly number[],
  { strides, dilationRate, padding, dataFormat }: Sliding,
  channels: Dim,
): Shape {
  if (shape.length !== size.length + 2) {
    throw new ValueError(
      `${who}: expected ndim=${size.length + 2}, found ndim=${shape.length}. ` +
        `Received: an input of shape ${formatShape(shape)}.${missingAxis(size.length + 2, shape)}`,
    );
  }
  const first = dataFormat === 'channels_last' ? 1 : 2;
  const spatial = size.map((size, i) => {
    const slide = { size, stride: strides[i] as number, dilation: dilationRate?.[i] ?? 1 };
    return outputLength(shape[first + i] as Dim, slide, padding);
  });
  if (spatial.some((length) => length !== null && length <= 0)) {
    const dilated = dilationRate ? `, dilationRate=${formatValue([...dilationRate])}` : '';
    throw new ValueError(
      `${who}: the output size would be zero or negative. Received: an input of shape ${formatShape(shape)}, ` +
        `a window of size ${formatValue([...size])}, strides=${formatValue([...strides])}${dilated}, ` +
        `padding='${padding}'. Use a smaller window, a larger input, or padding='same'.`,
    );
  }
  const batch = shape[0] as Dim;
  return dataFormat === 'channels_last' ? [batch, ...spatial, channels] : [batch, channels, ...spatial];
}
