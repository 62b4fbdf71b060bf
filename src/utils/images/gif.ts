import { refuse } from '../../base/errors';
import { gifenc } from '../../host/optional';
import { Canvas, checkSize, type Img, toMode, type Wanted } from './img';
import { unpackLzw } from './lzw';

const MOST_COLORS = 256;

export function isGif(bytes: Buffer): boolean {
  return /^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6));
}

/**
 * Reads the first picture of a GIF file. (No package for this was found that bears hostile files: omggif runs for ever.)
 * @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 */
export function decodeGif(file: string, bytes: Buffer, wanted: Wanted): Img {
  const need = (at: number, count: number): void => {
    if (at + count > bytes.length) refuse(file, bytes.length, 'more of a GIF file', 'the end');
  };
  need(6, 7);
  const [width, height] = [bytes.readUInt16LE(6), bytes.readUInt16LE(8)];
  checkSize(file, 6, width, height, wanted.maxPixels);
  const tableSize = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  const globalSize = tableSize(bytes[10] as number);
  const start = skipExtensions(file, bytes, 13 + globalSize, need);
  need(start.at, 10);
  const [left, top, w, h] = [1, 3, 5, 7].map((i) => bytes.readUInt16LE(start.at + i)) as [
    number,
    number,
    number,
    number,
  ];
  if (w === 0 || h === 0 || left + w > width || top + h > height) {
    refuse(file, start.at + 1, `a picture inside of ${width} x ${height}`, `${w} x ${h} at (${left}, ${top})`);
  }
  const flags = bytes[start.at + 9] as number;
  const localSize = tableSize(flags);
  const [tableAt, size] = localSize > 0 ? [start.at + 10, localSize] : [13, globalSize];
  need(tableAt, size);
  const table = bytes.subarray(tableAt, tableAt + size);
  const indices = unpackLzw(file, bytes, start.at + 10 + localSize, w * h);
  const rows = (flags & 0x40) === 0 ? [...Array(h).keys()] : interlacedRows(h);
  const canvas = new Canvas(file, wanted.mode, width, height);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    const isClear = index === start.transparent;
    if (3 * index >= size && !isClear) refuse(file, tableAt, `a table with colour ${index}`, `${size / 3} colours`);
    const pixel = ((rows[Math.floor(i / w)] as number) + top) * width + left + (i % w);
    const at = 3 * index;
    canvas.put(pixel, table[at] ?? 0, table[at + 1] ?? 0, table[at + 2] ?? 0, isClear ? 0 : 255);
  }
  return canvas.toImg();
}

/** Where the first picture begins, and which of its colours is none. */
function skipExtensions(
  file: string,
  bytes: Buffer,
  from: number,
  need: (at: number, count: number) => void,
): { at: number; transparent: number } {
  let transparent = -1;
  for (let at = from; ; ) {
    need(at, 3);
    if (bytes[at] === 0x2c) return { at, transparent };
    if (bytes[at] !== 0x21) return refuse(file, at, 'a picture or an extension of a GIF file', `byte ${bytes[at]}`);
    if (bytes[at + 1] === 0xf9) {
      need(at, 8);
      transparent = ((bytes[at + 3] as number) & 1) === 1 ? (bytes[at + 6] as number) : -1;
    }
    at += 2;
    while (bytes[at] !== 0) {
      need(at, 1);
      at += 1 + (bytes[at] as number);
    }
    at++;
  }
}

/** The rows in the order in which an interlaced picture gives them. */
function interlacedRows(height: number): number[] {
  const passes = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const;
  return passes.flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, i) => first + i * step),
  );
}

/** A GIF file of one picture: exact with up to 256 colours, else with the 256 that fit best. Opacity is dropped. */
export function encodeGif(who: string, img: Img): Uint8Array {
  const { width, height, data } = toMode(toMode(img, 'RGB'), 'RGBA');
  const { GIFEncoder, quantize, applyPalette } = gifenc(who, 'writing a GIF file');
  const exact = fewColors(data);
  const palette = exact?.palette ?? quantize(data, MOST_COLORS);
  const encoder = GIFEncoder();
  encoder.writeFrame(exact?.indices ?? applyPalette(data, palette), width, height, { palette });
  encoder.finish();
  return encoder.bytes();
}

/** The colours of a picture if they fit into a table, and for each pixel its place there. */
function fewColors(rgba: Uint8Array): { palette: number[][]; indices: Uint8Array } | undefined {
  const places = new Map<number, number>();
  const palette: number[][] = [];
  const indices = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < indices.length; i++) {
    const color = [rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]] as [number, number, number];
    const key = (color[0] << 16) | (color[1] << 8) | color[2];
    let place = places.get(key);
    if (place === undefined) {
      if (palette.length === MOST_COLORS) return undefined;
      place = palette.push(color) - 1;
      places.set(key, place);
    }
    indices[i] = place;
  }
  return { palette, indices };
}
