import { refuse } from '../../base/errors';
import { checkSize } from './img';
import { type HuffmanTable, huffmanTable } from './jpegBits';

/** Refuses a JPEG file for what is wrong at a place of it. */
export function broken(file: string, at: number, what: string): never {
  return refuse(file, 0, 'an intact JPEG picture', `${what} at byte ${at}`);
}

/** One of the colours of a picture, sampled in its own steps. */
export interface Component {
  readonly id: number;
  /** Samples across and down where the finest component has `most`. */
  readonly h: number;
  readonly v: number;
  readonly quantizer: number;
  /** Samples, as many as belong to the picture. */
  readonly width: number;
  readonly height: number;
  /** Blocks of 8 x 8 samples that belong to the picture, and with those that fill up the last units. */
  readonly blocks: readonly [across: number, down: number];
  readonly allBlocks: readonly [across: number, down: number];
  /** Divisors of the coefficients, in the order of the file; known from the first scan on. */
  divisors?: Uint16Array;
}

/** The header of a picture. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly components: readonly Component[];
  /** Samples of the finest component in a unit. */
  readonly most: { readonly h: number; readonly v: number };
  /** Units of all components together. */
  readonly units: readonly [across: number, down: number];
}

/** What the file has said so far. */
export class JpegFile {
  readonly quantizers = new Map<number, Uint16Array>();
  readonly dc = new Map<number, HuffmanTable>();
  readonly ac = new Map<number, HuffmanTable>();
  /** Units after which a scan starts anew; 0 for never. */
  restart = 0;
  isJfif = false;
  /** What Adobe's programs say of the colours; `undefined` where they say nothing. */
  adobe: number | undefined;
  frame: Frame | undefined;

  constructor(
    readonly file: string,
    readonly bytes: Buffer,
    readonly maxPixels: number,
  ) {}

  /** Reads what stands between a marker, at `at`, and the next one. */
  readSegment(marker: number, at: number): void {
    const { bytes } = this;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) broken(this.file, at, 'a segment that goes beyond the end');
    const content = bytes.subarray(at + 4, end);
    if (marker === 0xdb) this.#readQuantizers(content, at);
    else if (marker === 0xc4) this.#readHuffmanTables(content, at);
    else if (marker === 0xdd && content.length >= 2) this.restart = content.readUInt16BE(0);
    else if (marker === 0xe0 && content.toString('latin1', 0, 5) === 'JFIF\0') this.isJfif = true;
    else if (marker === 0xee && content.length >= 12 && content.toString('latin1', 0, 5) === 'Adobe') {
      this.adobe = content[11];
    } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) {
      this.#readFrame(marker, content, at);
    }
  }

  #readQuantizers(content: Buffer, at: number): void {
    for (let from = 0; from < content.length; ) {
      const what = content[from++] as number;
      const step = what >> 4 === 0 ? 1 : 2;
      if (from + 64 * step > content.length || (what & 15) > 3) broken(this.file, at, 'a damaged quantization table');
      const table = Uint16Array.from({ length: 64 }, (_, i) => content.readUIntBE(from + i * step, step));
      this.quantizers.set(what & 15, table);
      from += 64 * step;
    }
  }

  #readHuffmanTables(content: Buffer, at: number): void {
    for (let from = 0; from < content.length; ) {
      const what = content[from] as number;
      const counts = content.subarray(from + 1, from + 17);
      const count = counts.reduce((sum, each) => sum + each, 0);
      const symbols = content.subarray(from + 17, from + 17 + count);
      const table = counts.length === 16 && symbols.length === count ? huffmanTable(counts, symbols) : undefined;
      if (!table || (what & 15) > 3 || what >> 4 > 1) {
        broken(this.file, at, 'a damaged Huffman table');
        return;
      }
      (what >> 4 === 0 ? this.dc : this.ac).set(what & 15, table);
      from += 17 + count;
    }
  }

  #readFrame(marker: number, content: Buffer, at: number): void {
    if (marker > 0xc2) refuse(this.file, at, 'a baseline or progressive JPEG picture', `kind ${marker - 0xc0}`);
    if (this.frame) broken(this.file, at, 'a second picture');
    if (content.length < 6) broken(this.file, at, 'a header that ends early');
    const [height, width, count] = [content.readUInt16BE(1), content.readUInt16BE(3), content[5] as number];
    checkSize(this.file, at + 5, width, height, this.maxPixels);
    if (content[0] !== 8) refuse(this.file, at + 4, 'a JPEG picture of 8 bits a value', `${content[0]} bits`);
    if (![1, 3, 4].includes(count) || content.length < 6 + 3 * count) {
      refuse(this.file, at + 9, 'a JPEG picture of 1, 3 or 4 colours', String(count));
    }
    const read = Array.from({ length: count }, (_, i) => {
      const [id, sampling, quantizer] = content.subarray(6 + 3 * i, 9 + 3 * i) as unknown as [number, number, number];
      // A single colour has units of a block, whatever it says.
      const [h, v] = count === 1 ? [1, 1] : [sampling >> 4, sampling & 15];
      if (h < 1 || h > 4 || v < 1 || v > 4) broken(this.file, at, 'a sampling that is not from 1 to 4');
      return { id, h, v, quantizer };
    });
    const most = { h: Math.max(...read.map(({ h }) => h)), v: Math.max(...read.map(({ v }) => v)) };
    const units = [Math.ceil(width / (8 * most.h)), Math.ceil(height / (8 * most.v))] as const;
    const components = read.map((component): Component => {
      const samples = {
        width: Math.ceil((width * component.h) / most.h),
        height: Math.ceil((height * component.v) / most.v),
      };
      const blocks = [Math.ceil(samples.width / 8), Math.ceil(samples.height / 8)] as const;
      return { ...component, ...samples, blocks, allBlocks: [units[0] * component.h, units[1] * component.v] };
    });
    this.frame = { width, height, isProgressive: marker === 0xc2, components, most, units };
  }
}
