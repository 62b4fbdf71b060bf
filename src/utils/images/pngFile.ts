import { refuse } from '../../base/errors';
import { crc32 } from '../../base/zip/crc32';
import { checkSize } from './img';

export const SIGNATURE = '\x89PNG\r\n\x1a\n';
/** Length and name before the content of a chunk, checksum after it. */
const CHUNK = 12;
const HEADER = 13;

/** Colour types: how many samples a pixel has, and how many bits each may have. */
export const GRAY = 0;
export const COLOR = 2;
export const PALETTE = 3;
export const GRAY_AND_OPACITY = 4;
export const COLOR_AND_OPACITY = 6;
const COLOR_TYPES: Readonly<Record<number, { readonly samples: number; readonly depths: readonly number[] }>> = {
  [GRAY]: { samples: 1, depths: [1, 2, 4, 8, 16] },
  [COLOR]: { samples: 3, depths: [8, 16] },
  [PALETTE]: { samples: 1, depths: [1, 2, 4, 8] },
  [GRAY_AND_OPACITY]: { samples: 2, depths: [8, 16] },
  [COLOR_AND_OPACITY]: { samples: 4, depths: [8, 16] },
};

/** What a PNG file says before its pixels, and those, packed. */
export interface PngFile {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly colorType: number;
  /** Samples of a pixel. */
  readonly samples: number;
  readonly isInterlaced: boolean;
  /** Red, green and blue of each colour. */
  readonly palette: Buffer;
  /** The chunk `tRNS`: opacity of the palette's colours, or the one colour that is none. */
  readonly transparency: Buffer;
  readonly packed: Buffer;
}

/**
 * Takes a PNG file apart. Chunks that are not needed for pixels are passed over; all up to the end must be whole.
 * @see https://www.w3.org/TR/png-3/
 */
export function readPngFile(file: string, bytes: Buffer, maxPixels: number): PngFile {
  const at = SIGNATURE.length;
  if (bytes.length < at + CHUNK + HEADER || bytes.toString('latin1', at + 4, at + 8) !== 'IHDR') {
    refuse(file, at + 4, "the chunk 'IHDR'", bytes.length < at + CHUNK + HEADER ? 'the end' : 'another');
  }
  const start = at + 8;
  const [width, height] = [bytes.readUInt32BE(start), bytes.readUInt32BE(start + 4)];
  checkSize(file, start, width, height, maxPixels);
  const [depth, colorType, compression, filter, interlace] = bytes.subarray(start + 8, start + HEADER) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const known = COLOR_TYPES[colorType];
  if (!known?.depths.includes(depth)) {
    const received = `colour type ${colorType} with ${depth} bits`;
    return refuse(file, start + 8, 'a colour type and a number of bits that PNG has', received);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    const received = `${compression}, ${filter}, ${interlace}`;
    refuse(file, start + 10, 'compression 0, filter 0, and interlace 0 or 1', received);
  }
  const { packed, others } = readChunks(bytes);
  const palette = others.get('PLTE') ?? Buffer.alloc(0);
  if (colorType === PALETTE && (palette.length === 0 || palette.length % 3 !== 0)) {
    refuse(file, at, "a palette, the chunk 'PLTE' of 3 bytes a colour, from here on", `${palette.length} bytes`);
  }
  const transparency = others.get('tRNS') ?? Buffer.alloc(0);
  const { samples } = known;
  return { width, height, depth, colorType, samples, isInterlaced: interlace === 1, palette, transparency, packed };
}

/** The packed pixels, and the other chunks by name; of those that are twice the first. */
function readChunks(bytes: Buffer): { packed: Buffer; others: Map<string, Buffer> } {
  const others = new Map<string, Buffer>();
  // Never more than the file, and in one piece: there may be millions of chunks of a byte.
  const packed = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = SIGNATURE.length; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + size);
    if (name === 'IDAT') length += content.copy(packed, length);
    else if (name === 'IEND') break;
    else if ((name === 'PLTE' || name === 'tRNS') && !others.has(name)) others.set(name, content);
    at += CHUNK + size;
  }
  return { packed: packed.subarray(0, length), others };
}

/** Refuses a file that does not go on to its end, or has a chunk whose checksum is another. */
export function checkSums(file: string, bytes: Buffer): void {
  for (let at = SIGNATURE.length; ; ) {
    const length = at + CHUNK <= bytes.length ? bytes.readUInt32BE(at) : 0;
    const next = at + CHUNK + length;
    if (next > bytes.length) refuse(file, SIGNATURE.length, 'an intact PNG picture', "no chunk 'IEND'");
    const sum = bytes.readUInt32BE(next - 4);
    if (crc32(bytes.subarray(at + 4, next - 4)) !== sum) {
      refuse(file, SIGNATURE.length, 'an intact PNG picture', `a wrong checksum at byte ${next - 4}`);
    }
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return;
    at = next;
  }
}
