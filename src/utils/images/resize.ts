import { CHANNELS, type Img } from './img';

/** The names of PIL's ways to resize. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'hamming' | 'box' | 'lanczos';

/** A part of a picture, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A window that weighs the pixels near a point: how far it reaches, and the weight at a distance. */
interface Filter {
  readonly reach: number;
  weight(distance: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const FILTERS: Readonly<Record<Exclude<Interpolation, 'nearest'>, Filter>> = {
  box: { reach: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { reach: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    reach: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: { reach: 2, weight: (x) => cubic(Math.abs(x)) },
  lanczos: { reach: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};
export const INTERPOLATIONS: readonly string[] = ['nearest', ...Object.keys(FILTERS)];

/** Keys's cubic with a = -1/2. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/**
 * A part of a picture at another size, to the byte as PIL makes it (up to version 12). `'nearest'` takes single pixels; the others average
 * over all pixels that fall on the new one, so that a smaller picture is not ragged.
 */
export function resize(img: Img, width: number, height: number, interpolation: Interpolation, box: Box): Img {
  if (interpolation === 'nearest') return takeNearest(img, width, height, box);
  const filter = FILTERS[interpolation];
  const { mode } = img;
  const channels = CHANNELS[mode];
  const across = weightsOf(filter, img.width, box.left, box.width, width);
  const down = weightsOf(filter, img.height, box.top, box.height, height);
  const narrowed = new Uint8ClampedArray(width * channels);
  const averaged = averageRows(down, width * channels, (row) => {
    const whole = img.data.subarray(row * img.width * channels, (row + 1) * img.width * channels);
    // Colours count as much as they are seen: they are averaged multiplied by their opacity.
    averageAcross(mode === 'RGBA' ? premultiply(whole) : whole, channels, across, narrowed);
    return narrowed;
  });
  return { mode, width, height, data: mode === 'RGBA' ? divide(averaged) : averaged };
}

function takeNearest({ mode, width: from, data }: Img, width: number, height: number, box: Box): Img {
  const channels = CHANNELS[mode];
  // Added up step by step, as PIL does, for the same rounding.
  const places = (start: number, size: number, count: number): number[] => {
    let at = start + (size / count) * 0.5;
    return Array.from({ length: count }, () => {
      const place = Math.floor(at);
      at += size / count;
      return place;
    });
  };
  const columns = places(box.left, box.width, width);
  const pixels = new Uint8Array(width * height * channels);
  let to = 0;
  for (const row of places(box.top, box.height, height)) {
    for (const column of columns) {
      const at = (row * from + column) * channels;
      for (let c = 0; c < channels; c++) pixels[to++] = data[at + c] as number;
    }
  }
  return { mode, width, height, data: pixels };
}

/** For each new pixel the first old one that it averages over, and the weights from there on, in units of 2^-22. */
type Weights = readonly { readonly start: number; readonly values: Int32Array }[];
const UNIT_BITS = 22;
const HALF = 2 ** (UNIT_BITS - 1);

function weightsOf(filter: Filter, size: number, start: number, length: number, count: number): Weights {
  const scale = length / count;
  const stretch = Math.max(scale, 1);
  const reach = filter.reach * stretch;
  return Array.from({ length: count }, (_, i) => {
    const center = start + (i + 0.5) * scale;
    const first = Math.max(Math.trunc(center - reach + 0.5), 0);
    const end = Math.min(Math.trunc(center + reach + 0.5), size);
    const raw = Array.from({ length: end - first }, (_, k) => filter.weight((k + first - center + 0.5) / stretch));
    const sum = raw.reduce((total, value) => total + value, 0);
    const units = (value: number): number => (value / (sum || 1)) * 2 ** UNIT_BITS;
    return {
      start: first,
      values: Int32Array.from(raw, (value) => Math.trunc(units(value) + (value < 0 ? -0.5 : 0.5))),
    };
  });
}

/** Averages the pixels of a row. */
function averageAcross(row: Uint8Array, channels: number, weights: Weights, result: Uint8ClampedArray): void {
  let to = 0;
  for (const { start, values } of weights) {
    const from = start * channels;
    for (let c = 0; c < channels; c++) {
      let sum = HALF;
      for (let k = 0; k < values.length; k++) sum += (row[from + k * channels + c] as number) * (values[k] as number);
      result[to++] = sum >> UNIT_BITS;
    }
  }
}

/** Averages rows, each of which is asked for once, from the first on: only the sums that are not yet complete are kept. */
function averageRows(weights: Weights, length: number, rowAt: (row: number) => Uint8ClampedArray): Uint8Array {
  const result = new Uint8ClampedArray(weights.length * length);
  const open = new Map<number, Float64Array>();
  const last = weights.reduce((end, { start, values }) => Math.max(end, start + values.length), 0);
  let next = 0;
  for (let row = weights[0]?.start ?? 0; row < last; row++) {
    for (; next < weights.length && (weights[next] as Weights[number]).start <= row; next++) {
      open.set(next, new Float64Array(length).fill(HALF));
    }
    const values = rowAt(row);
    for (const [index, sums] of open) {
      const { start, values: factors } = weights[index] as Weights[number];
      const factor = factors[row - start] ?? 0;
      for (let i = 0; i < length; i++) sums[i] = (sums[i] as number) + (values[i] as number) * factor;
      if (row < start + factors.length - 1) continue;
      for (let i = 0; i < length; i++) result[index * length + i] = (sums[i] as number) >> UNIT_BITS;
      open.delete(index);
    }
  }
  return new Uint8Array(result.buffer);
}

/** Colours times opacity. */
function premultiply(rgba: Uint8Array): Uint8Array {
  return rgba.map((value, i) => {
    if ((i & 3) === 3) return value;
    const product = value * (rgba[i | 3] as number) + 128;
    return ((product >> 8) + product) >> 8;
  });
}

/** Colours divided by opacity. */
function divide(rgba: Uint8Array): Uint8Array {
  return rgba.map((value, i) => {
    const alpha = rgba[i | 3] as number;
    return (i & 3) === 3 || alpha === 255 || alpha === 0 ? value : Math.min(Math.trunc((255 * value) / alpha), 255);
  });
}
