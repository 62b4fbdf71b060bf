import { gifenc } from '../host/optional';
import { type Pixels, renderPixels } from './png';

/** One picture of an animation. */
export interface Frame {
  readonly svg: string;
  /** How long it is seen, in milliseconds. */
  readonly delay: number;
}

/** A GIF has 256 colours; one stands for "as before". */
const COLORS = 255;
const AS_BEFORE = 255;

/** The colours that occur most often, as numbers 0xrrggbb. */
function commonColors(frames: readonly Uint32Array[]): number[] {
  const counts = new Map<number, number>();
  for (const frame of frames) for (const color of frame) counts.set(color, (counts.get(color) ?? 0) + 1);
  return [...counts.entries()]
    .sort((a, b) => b[1] - a[1])
    .slice(0, COLORS)
    .map(([color]) => color);
}

function rgbOf(color: number): [number, number, number] {
  return [color >> 16, (color >> 8) & 255, color & 255];
}

/** The place of the nearest colour of a palette, for any colour. */
function nearestIn(palette: readonly number[]): (color: number) => number {
  const known = new Map(palette.map((color, i) => [color, i]));
  const distance = (a: number, b: number): number => {
    const [x, y] = [rgbOf(a), rgbOf(b)];
    return (x[0] - y[0]) ** 2 + (x[1] - y[1]) ** 2 + (x[2] - y[2]) ** 2;
  };
  return (color) => {
    const found = known.get(color);
    if (found !== undefined) return found;
    let best = 0;
    for (let i = 1; i < palette.length; i++) {
      if (distance(palette[i] as number, color) < distance(palette[best] as number, color)) best = i;
    }
    known.set(color, best);
    return best;
  };
}

function colorsOf({ rgba }: Pixels): Uint32Array {
  const colors = new Uint32Array(rgba.length / 4);
  for (let i = 0; i < colors.length; i++) {
    colors[i] = ((rgba[4 * i] as number) << 16) | ((rgba[4 * i + 1] as number) << 8) | (rgba[4 * i + 2] as number);
  }
  return colors;
}

/** Pictures as a GIF file that repeats for ever. From the second on, a frame holds only what changes. */
export function encodeGif(who: string, frames: readonly Frame[]): Uint8Array {
  const { GIFEncoder } = gifenc(who, 'an animation');
  const pixels = frames.map(({ svg }) => renderPixels(who, svg));
  const colors = pixels.map(colorsOf);
  const common = commonColors(colors);
  const nearest = nearestIn(common);
  const palette = Array.from({ length: COLORS + 1 }, (_, i) => rgbOf(common[i] ?? 0));
  const gif = GIFEncoder();
  let before: Uint8Array | undefined;
  frames.forEach(({ delay }, k) => {
    const { width, height } = pixels[k] as Pixels;
    const now = Uint8Array.from(colors[k] as Uint32Array, nearest);
    const changes = before ? now.map((index, i) => (index === before?.[i] ? AS_BEFORE : index)) : now;
    const first = before === undefined;
    gif.writeFrame(changes, width, height, {
      ...(first && { palette, repeat: 0 }),
      delay,
      transparent: !first,
      transparentIndex: AS_BEFORE,
      dispose: 1,
    });
    before = now;
  });
  gif.finish();
  return gif.bytes();
}
