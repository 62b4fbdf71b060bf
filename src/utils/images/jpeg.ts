import { refuse, ValueError } from '../../base/errors';
import { jpegjs } from '../../host/optional';
import { Canvas, type Img, toMode, type Wanted } from './img';
import { broken, type Component, type Frame, JpegFile } from './jpegFile';
import { inverseDct, ZIGZAG } from './jpegIdct';
import { Plane, painterOf } from './jpegPaint';
import { readScan, type Scan, ScanReader } from './jpegScan';

/** More than any program writes: each may go over the whole picture and have but a few bytes. */
const MOST_SCANS = 100;
/** Bytes of coefficients for each pixel that a picture may have, and for units that fill up its sides. */
const BYTES_PER_PIXEL = 3;
const SLACK = 2 ** 22;

export function isJpeg(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * Reads a JPEG file, baseline or progressive, to the bit as libjpeg does it, and so PIL. One of a single scan is painted
 * while it is read; of others the coefficients are kept, 2 bytes each.
 *
 * @param asTensorFlow whether gray is the brightness in the file, as in TensorFlow, rather than made of colours
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf
 */
export function decodeJpeg(file: string, bytes: Buffer, wanted: Wanted, asTensorFlow: boolean): Img {
  const jpeg = new JpegFile(file, bytes, wanted.maxPixels);
  let painting: Painting | undefined;
  let scans = 0;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1] as number;
    if (bytes[at] !== 0xff) {
      if (!jpeg.frame) break;
      at++; // bytes that belong to nothing, behind a scan
    } else if (marker === 0xff) {
      at++; // a filler
    } else if (marker === 0xd9) {
      break;
    } else if (marker === 0xda) {
      if (!jpeg.frame) break;
      painting ??= new Painting(jpeg, jpeg.frame, wanted, asTensorFlow, at);
      if (++scans > MOST_SCANS) broken(file, at, `more than ${MOST_SCANS} scans`);
      at = painting.read(readScan(jpeg, jpeg.frame, at), at);
      if (painting.isDone) break;
    } else if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
    } else {
      jpeg.readSegment(marker, at);
      at += 2 + bytes.readUInt16BE(at + 2);
    }
  }
  if (!jpeg.frame) return refuse(file, 2, 'the header of a JPEG picture (SOF) from here on', 'none');
  if (!painting) return broken(file, bytes.length, 'no scan');
  return painting.finish();
}

/** A picture while its scans are read. */
class Painting {
  /** Whether all is painted. */
  isDone = false;
  readonly #planes: readonly Plane[];
  readonly #canvas: Canvas;
  readonly #paint: (unitRow: number) => void;
  /** The coefficients of each component, in the order of the file, where there are several scans. */
  #kept: ReadonlyMap<Component, Int16Array> | undefined;
  readonly #block = new Int32Array(64);

  constructor(
    readonly jpeg: JpegFile,
    readonly frame: Frame,
    readonly wanted: Wanted,
    asTensorFlow: boolean,
    at: number,
  ) {
    const { width, height, components } = frame;
    // Each block has two bits at least.
    const least = components.reduce((sum, { blocks }) => sum + blocks[0] * blocks[1], 0) / 4;
    if (!frame.isProgressive && jpeg.bytes.length - at < least) broken(jpeg.file, at, 'too few bytes for its size');
    this.#planes = components.map((component) => new Plane(component));
    this.#canvas = new Canvas(jpeg.file, wanted.mode, width, height);
    this.#paint = painterOf(jpeg, frame, this.#planes, this.#canvas, asTensorFlow);
  }

  /** Reads a scan; where it ends. */
  read(scan: Scan, at: number): number {
    const reader = new ScanReader(this.jpeg, scan);
    const { isProgressive, components } = this.frame;
    if (!this.#kept && !isProgressive && scan.components.length === components.length) {
      this.#paintRows((row) => this.#readRow(reader, scan, row));
      this.isDone = true;
    } else {
      this.#kept ??= keepCoefficients(this.jpeg, this.frame, this.wanted.maxPixels, at);
      this.#readPart(reader, scan, this.#kept);
    }
    return reader.at;
  }

  finish(): Img {
    const kept = this.#kept;
    if (!this.isDone && kept) {
      const without = this.frame.components.find(({ divisors }) => !divisors);
      if (without) broken(this.jpeg.file, this.jpeg.bytes.length, `no scan of colour ${without.id}`);
      this.#paintRows((row) => this.#restoreRow(kept, row));
    }
    return this.#canvas.toImg();
  }

  /** Paints each row of units when the next one is there too. */
  #paintRows(make: (unitRow: number) => void): void {
    const count = this.frame.units[1];
    for (let row = 0; row < count; row++) {
      make(row);
      if (row > 0) this.#paint(row - 1);
    }
    this.#paint(count - 1);
  }

  /** The only scan: a row of units, each of blocks of all components. */
  #readRow(reader: ScanReader, scan: Scan, unitRow: number): void {
    const block = this.#block;
    for (let unit = 0; unit < this.frame.units[0]; unit++) {
      reader.nextUnit();
      for (const each of scan.components) {
        const { h, v } = each.component;
        const plane = this.#planes[this.frame.components.indexOf(each.component)] as Plane;
        for (let i = 0; i < h * v; i++) {
          const last = reader.readWhole(each, block.fill(0));
          const row = unitRow * v + Math.floor(i / h);
          inverseDct(block, last, plane.samples, plane.place(8 * row) + 8 * (unit * h + (i % h)), plane.stride);
        }
      }
    }
  }

  /** One of several scans: units as above, or blocks of one component that belong to the picture. */
  #readPart(reader: ScanReader, { components }: Scan, kept: ReadonlyMap<Component, Int16Array>): void {
    const single = components.length === 1 ? components[0] : undefined;
    const [across, down] = single ? single.component.blocks : this.frame.units;
    for (let row = 0; row < down; row++) {
      for (let column = 0; column < across; column++) {
        reader.nextUnit();
        for (const each of components) {
          const { h, v, allBlocks } = each.component;
          const coefficients = kept.get(each.component) as Int16Array;
          const [wide, high] = single ? [1, 1] : [h, v];
          for (let i = 0; i < wide * high; i++) {
            const block = (row * high + Math.floor(i / wide)) * allBlocks[0] + column * wide + (i % wide);
            reader.readPart(each, coefficients, 64 * block);
          }
        }
      }
    }
  }

  #restoreRow(kept: ReadonlyMap<Component, Int16Array>, unitRow: number): void {
    const block = this.#block;
    for (const plane of this.#planes) {
      const { v, allBlocks, divisors } = plane.component;
      const coefficients = kept.get(plane.component) as Int16Array;
      for (let row = unitRow * v; row < (unitRow + 1) * v; row++) {
        for (let column = 0; column < allBlocks[0]; column++) {
          const at = 64 * (row * allBlocks[0] + column);
          let last = 0;
          for (let k = 0; k < 64; k++) {
            const coefficient = coefficients[at + k] as number;
            if (coefficient !== 0) last = k;
            block[ZIGZAG[k] as number] = coefficient * ((divisors as Uint16Array)[k] as number);
          }
          inverseDct(block, last, plane.samples, plane.place(8 * row) + 8 * column, plane.stride);
        }
      }
    }
  }
}

/** Room for the coefficients of all blocks, if it is not too much. */
function keepCoefficients(
  jpeg: JpegFile,
  { components }: Frame,
  maxPixels: number,
  at: number,
): Map<Component, Int16Array> {
  const sizes = components.map(({ allBlocks }) => 64 * allBlocks[0] * allBlocks[1]);
  const bytes = 2 * sizes.reduce((sum, size) => sum + size, 0);
  const most = BYTES_PER_PIXEL * maxPixels + SLACK;
  if (bytes > most) {
    throw new ValueError(
      `${jpeg.file}: expected at most ${most} bytes of coefficients of a JPEG picture in several scans at byte ${at}. ` +
        `Received: ${bytes}. Give a maxPixels of ${Math.ceil(bytes / BYTES_PER_PIXEL)} to read it.`,
    );
  }
  return new Map(components.map((component, i) => [component, new Int16Array(sizes[i] as number)]));
}

export function encodeJpeg(who: string, img: Img, quality: number): Uint8Array {
  const { width, height, data } = toMode(img, 'RGBA');
  return new Uint8Array(jpegjs(who).encode({ width, height, data }, quality).data);
}
