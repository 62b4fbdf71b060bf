import { fontFiles, pngjs, resvg } from '../host/optional';
import type { Rgb } from './colors';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel, row by row. */
  readonly rgba: Uint8Array;
}

/** How browsers are told to keep the cells of a picture sharp. */
const SHARP = 'image-rendering: pixelated';
/** Attributes of a picture with sharp cells: of the two ways to ask for them browsers know the second, resvg the first. */
export const SHARP_CELLS = { 'image-rendering': 'optimizeSpeed', style: SHARP };

function render(who: string, given: string, scale: number) {
  const { Resvg } = resvg(who);
  // resvg takes the style, does not know the word, and makes the cells smooth.
  const svg = given.replaceAll(` style="${SHARP}"`, '');
  const font = { loadSystemFonts: false, fontFiles: fontFiles(who), defaultFontFamily: 'DejaVu Sans' };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: scale } }).render();
}

/** An SVG picture as a PNG file. */
export function renderPng(who: string, svg: string, scale: number): Uint8Array {
  return new Uint8Array(render(who, svg, scale).asPng());
}

/** An SVG picture as pixels. */
export function renderPixels(who: string, svg: string): Pixels {
  const { width, height, pixels } = render(who, svg, 1);
  return { width, height, rgba: pixels };
}

/** Rows of colours as a PNG file, in the form in which it can stand in an SVG picture. */
export function pngUri(who: string, colors: readonly (readonly Rgb[])[]): string {
  const { PNG } = pngjs(who, 'a picture');
  const height = colors.length;
  const width = (colors[0] as readonly Rgb[]).length;
  const png = new PNG({ width, height });
  png.data.set(colors.flat().flatMap((color) => [...color, 255]));
  const bytes = PNG.sync.write(png);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}
