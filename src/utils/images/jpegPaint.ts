import type { Canvas } from './img';
import type { Component, Frame, JpegFile } from './jpegFile';

/** Rows of units of which samples are kept: the one to be painted, and its neighbours, into which colours reach. */
const KEPT = 3;

/** The samples of a component, a few rows of them. */
export class Plane {
  readonly stride: number;
  readonly samples: Uint8ClampedArray;
  readonly #rows: number;

  constructor(readonly component: Component) {
    this.stride = 8 * component.allBlocks[0];
    this.#rows = KEPT * 8 * component.v;
    this.samples = new Uint8ClampedArray(this.stride * this.#rows);
  }

  /** Where a row of samples begins. */
  place(row: number): number {
    return (row % this.#rows) * this.stride;
  }

  /** A row of samples that belong to the picture; beyond its ends the nearest one. */
  row(at: number): Uint8ClampedArray {
    const { width, height } = this.component;
    const start = this.place(Math.min(Math.max(at, 0), height - 1));
    return this.samples.subarray(start, start + width);
  }
}

/** Gives the samples of a component for each pixel of a row. */
type Stretch = (row: number, result: Uint8Array) => void;

/** Samples of half the resolution are mixed, 3 to 1, with their neighbours, as libjpeg does it. */
function stretchOf(plane: Plane, { width, most }: Frame): Stretch {
  const { component } = plane;
  const { h, v } = component;
  const [across, down] = [most.h / h, most.v / v];
  if (across === 1 && down === 1) return (row, result) => result.set(plane.row(row).subarray(0, width));
  if (across === 1 && down === 2) return stretchDown(plane);
  if (across === 2 && (down === 1 || down === 2) && component.width > 2) {
    return down === 1 ? stretchAcross(plane) : stretchBoth(plane);
  }
  return (row, result) => {
    const samples = plane.row(Math.floor((row * v) / most.v));
    for (let x = 0; x < width; x++) result[x] = samples[Math.floor((x * h) / most.h)] as number;
  };
}

function stretchAcross(plane: Plane): Stretch {
  const last = plane.component.width - 1;
  return (row, result) => {
    const samples = plane.row(row);
    for (let i = 0; i <= last; i++) {
      const value = samples[i] as number;
      result[2 * i] = (3 * value + (samples[i - 1] ?? value) + 1) >> 2;
      result[2 * i + 1] = (3 * value + (samples[i + 1] ?? value) + 2) >> 2;
    }
  };
}

function stretchDown(plane: Plane): Stretch {
  return (row, result) => {
    const isLower = row & 1;
    const [near, far] = [plane.row(row >> 1), plane.row((row >> 1) + (isLower ? 1 : -1))];
    for (let i = 0; i < near.length; i++) result[i] = (3 * (near[i] as number) + (far[i] as number) + 1 + isLower) >> 2;
  };
}

function stretchBoth(plane: Plane): Stretch {
  const last = plane.component.width - 1;
  return (row, result) => {
    const [near, far] = [plane.row(row >> 1), plane.row((row >> 1) + (row & 1 ? 1 : -1))];
    const sum = (i: number): number => 3 * (near[i] as number) + (far[i] as number);
    let value = sum(0);
    let before = value;
    for (let i = 0; i <= last; i++) {
      const after = i === last ? value : sum(i + 1);
      result[2 * i] = (3 * value + before + 8) >> 4;
      result[2 * i + 1] = (3 * value + after + 7) >> 4;
      before = value;
      value = after;
    }
  };
}

const clamp = (value: number): number => Math.min(Math.max(value, 0), 255);
const redOf = (y: number, red: number): number => clamp(y + ((91881 * (red - 128) + 32768) >> 16));
const greenOf = (y: number, blue: number, red: number): number =>
  clamp(y + ((-22554 * (blue - 128) - 46802 * (red - 128) + 32768) >> 16));
const blueOf = (y: number, blue: number): number => clamp(y + ((116130 * (blue - 128) + 32768) >> 16));

/** What a value leaves of black, both from 0 to 255, as PIL multiplies. */
function inked(value: number, black: number): number {
  const product = (255 - value) * black + 128;
  return clamp(black - ((product + (product >> 8)) >> 8));
}

/** Sets a pixel from the samples of all components at a place of a row. */
type Paint = (pixel: number, x: number) => void;

function paintOf(jpeg: JpegFile, canvas: Canvas, asTensorFlow: boolean, rows: readonly Uint8Array[]): Paint {
  const [first, second, third, fourth] = rows as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const ids = jpeg.frame?.components.map(({ id }) => String.fromCharCode(id)).join('');
  const isRgb = !jpeg.isJfif && (jpeg.adobe === undefined ? ids === 'RGB' : jpeg.adobe === 0);
  if (rows.length === 1 || (rows.length === 3 && !isRgb && asTensorFlow && canvas.mode === 'L')) {
    return (pixel, x) => {
      const gray = first[x] as number;
      canvas.put(pixel, gray, gray, gray, 255);
    };
  }
  if (rows.length === 3) {
    return (pixel, x) => {
      const a = first[x] as number;
      const b = second[x] as number;
      const c = third[x] as number;
      if (isRgb) canvas.put(pixel, a, b, c, 255);
      else canvas.put(pixel, redOf(a, c), greenOf(a, b, c), blueOf(a, b), 255);
    };
  }
  // Four inks, inverted, as Adobe's programs write them and PIL takes all; of brightness and two colours, or themselves.
  return (pixel, x) => {
    const [a, b, c, black] = [first[x] as number, second[x] as number, third[x] as number, fourth[x] as number];
    const isMixed = jpeg.adobe === 2;
    const [red, green, blue] = isMixed ? [255 - redOf(a, c), 255 - greenOf(a, b, c), 255 - blueOf(a, b)] : [a, b, c];
    canvas.put(pixel, inked(red as number, black), inked(green as number, black), inked(blue as number, black), 255);
  };
}

/** What paints a row of units, of the samples of it and its neighbours. */
export function painterOf(
  jpeg: JpegFile,
  frame: Frame,
  planes: readonly Plane[],
  canvas: Canvas,
  asTensorFlow: boolean,
): (unitRow: number) => void {
  const { width, height, most, units } = frame;
  const rows = planes.map(() => new Uint8Array(8 * most.h * units[0] + 2));
  const stretches = planes.map((plane) => stretchOf(plane, frame));
  const paint = paintOf(jpeg, canvas, asTensorFlow, rows);
  return (unitRow) => {
    const end = Math.min(height, 8 * most.v * (unitRow + 1));
    for (let row = 8 * most.v * unitRow; row < end; row++) {
      stretches.forEach((stretch, i) => void stretch(row, rows[i] as Uint8Array));
      for (let x = 0; x < width; x++) paint(row * width + x, x);
    }
  };
}
