import { CHANNELS, type Img, type Mode } from './img';

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
 * A part of a picture at another size, to the byte as PIL makes it. `'nearest'` takes single pixels; the others average
 * over all pixels that fall on the new one, so that a smaller picture is not ragged.
 */
export function resize(img: Img, width: number, height: number, interpolation: Interpolation, box: Box): Img {
  if (interpolation === 'nearest') return takeNearest(img, width, height, box);
  const filter = FILTERS[interpolation];
  // Colours count as much as they are seen: they are averaged multiplied by their opacity.
  const { mode, data } = img.mode === 'RGBA' ? { ...img, data: premultiply(img.data) } : img;
  const channels = CHANNELS[mode];
  const across = weights(filter, img.width, box.left, box.width, width);
  const down = weights(filter, img.height, box.top, box.height, height);
  const narrowed = average(data, across, { lines: img.height, line: img.width * channels, step: channels }, channels, width);
  const result = transposed(narrowed, img.height, width, channels);
  const shortened = average(result, down, { lines: width, line: img.height * channels, step: channels }, channels, height);
  const pixels = transposed(shortened, width, height, channels);
  return { mode, width, height, data: mode === 'RGBA' ? divide(pixels) : pixels };
}
