/** Window functions of signal processing, by the names scipy gives them. */
import { unknownName } from '../base/errors';

/** Value of a window of `m` points at point `n` (0 .. m-1). */
type WindowFunction = (n: number, m: number) => number;

/** Sum of cosines, `sum_k a[k] * cos(k * x)` with x from -pi to pi over the window. */
function cosines(...a: number[]): WindowFunction {
  return (n, m) => {
    const x = -Math.PI + (2 * Math.PI * n) / (m - 1);
    return a.reduce((sum, factor, k) => sum + factor * Math.cos(k * x), 0);
  };
}

/** Position from the middle of the window, from -1 to 1. */
const fromMiddle: WindowFunction = (n, m) => (2 * n) / (m - 1) - 1;

const parzen: WindowFunction = (n, m) => {
  const distance = Math.abs(n - (m - 1) / 2);
  const part = distance / (m / 2);
  return distance <= (m - 1) / 4 ? 1 - 6 * part ** 2 + 6 * part ** 3 : 2 * (1 - part) ** 3;
};

const bohman: WindowFunction = (n, m) => {
  const distance = Math.abs(fromMiddle(n, m));
  if (n === 0 || n === m - 1) return 0;
  return (1 - distance) * Math.cos(Math.PI * distance) + Math.sin(Math.PI * distance) / Math.PI;
};

const barthann: WindowFunction = (n, m) => {
  const distance = Math.abs(n / (m - 1) - 0.5);
  return 0.62 - 0.48 * distance + 0.38 * Math.cos(2 * Math.PI * distance);
};

const lanczos: WindowFunction = (n, m) => {
  const x = Math.PI * fromMiddle(n, m);
  return Math.abs(x) < 1e-12 ? 1 : Math.sin(x) / x;
};

/** Flat in the middle half, a cosine at both sides. */
const tukey: WindowFunction = (n, m) => {
  const edge = Math.min(n, m - 1 - n);
  return edge > Math.floor((m - 1) / 4) ? 1 : 0.5 * (1 + Math.cos(Math.PI * (-1 + (4 * edge) / (m - 1))));
};

const WINDOWS: Readonly<Record<string, { readonly names: readonly string[]; readonly at: WindowFunction }>> = {
  boxcar: { names: ['boxcar', 'box', 'ones', 'rect', 'rectangular'], at: () => 1 },
  triang: {
    names: ['triang', 'triangle', 'tri'],
    at: (n, m) => 1 - Math.abs(2 * n - (m - 1)) / (m % 2 === 0 ? m : m + 1),
  },
  bartlett: { names: ['bartlett', 'bart', 'brt'], at: (n, m) => 1 - Math.abs(fromMiddle(n, m)) },
  hann: { names: ['hann', 'han'], at: cosines(0.5, 0.5) },
  hamming: { names: ['hamming', 'hamm', 'ham'], at: cosines(0.54, 0.46) },
  blackman: { names: ['blackman', 'black', 'blk'], at: cosines(0.42, 0.5, 0.08) },
  blackmanharris: {
    names: ['blackmanharris', 'blackharr', 'bkh'],
    at: cosines(0.35875, 0.48829, 0.14128, 0.01168),
  },
  nuttall: { names: ['nuttall', 'nutl', 'nut'], at: cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411) },
  flattop: {
    names: ['flattop', 'flat', 'flt'],
    at: cosines(0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
  },
  cosine: { names: ['cosine', 'halfcosine'], at: (n, m) => Math.sin((Math.PI / m) * (n + 0.5)) },
  exponential: { names: ['exponential', 'poisson'], at: (n, m) => Math.exp(-Math.abs(n - (m - 1) / 2)) },
  parzen: { names: ['parzen', 'parz', 'par'], at: parzen },
  bohman: { names: ['bohman', 'bman', 'bmn'], at: bohman },
  barthann: { names: ['barthann', 'brthan', 'bth'], at: barthann },
  lanczos: { names: ['lanczos', 'sinc'], at: lanczos },
  tukey: { names: ['tukey', 'tuk'], at: tukey },
};

/**
 * A window by name, as `scipy.signal.get_window`.
 *
 * @param periodic whether the first point follows the last one; else both ends are alike
 * @throws ValueError for an unknown name
 */
export function windowFunction(name: string, length: number, periodic: boolean): number[] {
  const found = Object.values(WINDOWS).find(({ names }) => names.includes(name));
  if (!found) {
    const known = Object.values(WINDOWS).flatMap(({ names }) => names);
    throw unknownName('STFT', 'window', name, known);
  }
  if (length <= 1) return Array.from({ length }, () => 1);
  return Array.from({ length }, (_, n) => found.at(n, periodic ? length + 1 : length));
}
