import { CHANNELS, type Img } from './img';
import type { Box } from './resize';

/** Two neighbours of a new pixel along an axis, and how far it is from the first to the second. */
interface Neighbours {
  readonly lower: number;
  readonly upper: number;
  readonly share: number;
}

const { fround } = Math;

/** Pixels have their places in their middles; all is reckoned in float32, as TensorFlow does it. */
function neighboursOf(start: number, size: number, count: number): Neighbours[] {
  const scale = fround(size / count);
  return Array.from({ length: count }, (_, i) => {
    const place = fround(fround(fround(i + 0.5) * scale) - 0.5);
    const lower = Math.floor(place);
    return {
      lower: start + Math.max(0, lower),
      upper: start + Math.min(size - 1, Math.ceil(place)),
      share: fround(place - lower),
    };
  });
}

function nearestOf(start: number, size: number, count: number): number[] {
  const scale = fround(size / count);
  return Array.from(
    { length: count },
    (_, i) => start + Math.min(size - 1, Math.floor(fround(fround(i + 0.5) * scale))),
  );
}

/**
 * A part of a picture at another size, `(height, width, channels)`, as TensorFlow's `ResizeBilinear` and
 * `ResizeNearestNeighbor` make it. Made from the bytes of the picture, which never becomes four times as large as numbers.
 */
export function resizeAsTensorFlow(
  img: Img,
  [height, width]: readonly [number, number],
  interpolation: 'bilinear' | 'nearest',
  box: Box,
): Float32Array {
  const { data, width: from } = img;
  const channels = CHANNELS[img.mode];
  const values = new Float32Array(height * width * channels);
  let to = 0;
  if (interpolation === 'nearest' || (box.height === height && box.width === width)) {
    const columns = nearestOf(box.left, box.width, width);
    for (const row of nearestOf(box.top, box.height, height)) {
      for (const column of columns) {
        const at = (row * from + column) * channels;
        for (let c = 0; c < channels; c++) values[to++] = data[at + c] as number;
      }
    }
    return values;
  }
  const across = neighboursOf(box.left, box.width, width);
  for (const { lower, upper, share } of neighboursOf(box.top, box.height, height)) {
    for (const { lower: left, upper: right, share: shareX } of across) {
      for (let c = 0; c < channels; c++) {
        const [a, b] = [lower * from * channels + c, upper * from * channels + c];
        const top = mix(data[a + left * channels] as number, data[a + right * channels] as number, shareX);
        const bottom = mix(data[b + left * channels] as number, data[b + right * channels] as number, shareX);
        values[to++] = mix(top, bottom, share);
      }
    }
  }
  return values;
}

function mix(a: number, b: number, share: number): number {
  return fround(a + fround(fround(b - a) * share));
}
