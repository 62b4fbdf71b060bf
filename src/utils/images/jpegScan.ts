import { Bits, type HuffmanTable } from './jpegBits';
import { broken, type Component, type Frame, type JpegFile } from './jpegFile';
import { ZIGZAG } from './jpegIdct';

/** A component in a scan. */
export interface ScanComponent {
  readonly component: Component;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
  /** The first coefficient of the block before. */
  before: number;
}

/** Which coefficients a scan holds, in the order of the file, and which bits of them. */
export interface Scan {
  readonly components: readonly ScanComponent[];
  readonly from: number;
  readonly to: number;
  /** Whether the bits above were in a scan before. */
  readonly refines: boolean;
  /** The lowest bit that is in this scan. */
  readonly low: number;
  /** Where its data begin. */
  readonly start: number;
}

export function readScan(jpeg: JpegFile, frame: Frame, at: number): Scan {
  const { file, bytes } = jpeg;
  const wrong = (what: string): never => broken(file, at, what);
  const [length, count] = [bytes.readUInt16BE(at + 2), bytes[at + 4] ?? 0];
  const start = at + 2 + length;
  if (count < 1 || count > 4 || length < 6 + 2 * count || start > bytes.length) wrong('a damaged header of a scan');
  const components = Array.from({ length: count }, (_, i): ScanComponent => {
    const [id, tables] = [bytes[at + 5 + 2 * i] as number, bytes[at + 6 + 2 * i] as number];
    const component = frame.components.find((each) => each.id === id);
    if (!component) return wrong('a scan of a colour that is not there');
    component.divisors ??= jpeg.quantizers.get(component.quantizer);
    if (!component.divisors) wrong('no quantization table before a scan');
    return { component, dc: jpeg.dc.get(tables >> 4), ac: jpeg.ac.get(tables & 15), before: 0 };
  });
  const [from, to, bits] = [...bytes.subarray(start - 3, start)] as [number, number, number];
  const [high, low] = frame.isProgressive ? [bits >> 4, bits & 15] : [0, 0];
  const scan = { components, from, to: frame.isProgressive ? to : 63, refines: high > 0, low, start };
  const isWhole = from === 0 && !frame.isProgressive;
  const isPart = from === 0 ? to === 0 : from <= to && to < 64 && count === 1;
  if (!(isWhole || (frame.isProgressive && isPart && low < 14))) wrong('a scan that cannot be');
  if (new Set(components.map(({ component }) => component)).size < count) wrong('a colour that is twice in a scan');
  for (const { dc, ac } of components) {
    const needsDc = scan.from === 0 && !scan.refines;
    if ((needsDc && !dc) || (scan.to > 0 && !ac)) wrong('no Huffman table before a scan');
  }
  return scan;
}

/** Reads the blocks of a scan, one after another. */
export class ScanReader {
  readonly #bits: Bits;
  /** Blocks to come that have nothing more in this scan. */
  #empty = 0;
  #unit = 0;

  constructor(
    readonly jpeg: JpegFile,
    readonly scan: Scan,
  ) {
    const { file, bytes } = jpeg;
    this.#bits = new Bits(bytes, scan.start, (what) => broken(file, this.#bits.at, what));
  }

  /** Where it stands in the file. */
  get at(): number {
    return this.#bits.at;
  }

  /** To be called before each unit: some scans start anew after some of them. */
  nextUnit(): void {
    const { restart } = this.jpeg;
    if (restart > 0 && this.#unit > 0 && this.#unit % restart === 0) {
      this.#bits.restart();
      this.#empty = 0;
      for (const each of this.scan.components) each.before = 0;
    }
    this.#unit++;
  }

  /** A block of a picture in one scan: its coefficients times their divisors, row by row, into zeros. Gives the last place. */
  readWhole(each: ScanComponent, block: Int32Array): number {
    const bits = this.#bits;
    const divisors = each.component.divisors as Uint16Array;
    each.before += bits.takeSigned(bits.symbol(each.dc as HuffmanTable) & 15);
    block[0] = each.before * (divisors[0] as number);
    let last = 0;
    for (let k = 1; k < 64; k++) {
      const symbol = bits.symbol(each.ac as HuffmanTable);
      if ((symbol & 15) === 0) {
        if (symbol !== 0xf0) break;
        k += 15;
        continue;
      }
      k += symbol >> 4;
      if (k > 63) bits.refuse('too many coefficients');
      block[ZIGZAG[k] as number] = bits.takeSigned(symbol & 15) * (divisors[k] as number);
      last = k;
    }
    return last;
  }

  /** What a scan has of a block whose coefficients, in the order of the file, are kept from `at` on. */
  readPart(each: ScanComponent, kept: Int16Array, at: number): void {
    const { from, to, refines, low } = this.scan;
    if (from === 0) this.#readFirst(each, kept, at);
    if (to === 0) return;
    if (refines) this.#refine(each, kept, at, low);
    else this.#readOthers(each, kept, at, Math.max(1, from), to, low);
  }

  #readFirst(each: ScanComponent, kept: Int16Array, at: number): void {
    const { refines, low } = this.scan;
    if (refines) {
      kept[at] = (kept[at] as number) | (this.#bits.take(1) << low);
      return;
    }
    each.before += this.#bits.takeSigned(this.#bits.symbol(each.dc as HuffmanTable) & 15);
    kept[at] = each.before << low;
  }

  #readOthers(each: ScanComponent, kept: Int16Array, at: number, from: number, to: number, low: number): void {
    if (this.#empty > 0) {
      this.#empty--;
      return;
    }
    const bits = this.#bits;
    for (let k = from; k <= to; k++) {
      const symbol = bits.symbol(each.ac as HuffmanTable);
      const run = symbol >> 4;
      if ((symbol & 15) === 0) {
        if (run < 15) {
          this.#empty = (1 << run) - 1 + bits.take(run);
          return;
        }
        k += 15;
        continue;
      }
      k += run;
      if (k > 63) bits.refuse('too many coefficients');
      kept[at + k] = bits.takeSigned(symbol & 15) * (1 << low);
    }
  }

  /** One more bit of the coefficients that are there, and new ones, of a single bit. */
  #refine(each: ScanComponent, kept: Int16Array, at: number, low: number): void {
    const { from, to } = this.scan;
    const bits = this.#bits;
    let k = from;
    for (; this.#empty === 0 && k <= to; k++) {
      const symbol = bits.symbol(each.ac as HuffmanTable);
      const run = symbol >> 4;
      if ((symbol & 15) === 0 && run < 15) {
        this.#empty = (1 << run) + bits.take(run);
        break;
      }
      const value = (symbol & 15) === 0 ? 0 : bits.take(1) === 1 ? 1 << low : -1 << low;
      k = this.#refineKnown(kept, at, k, run);
      if (value !== 0 && k <= to) kept[at + k] = value;
    }
    if (this.#empty === 0) return;
    this.#refineKnown(kept, at, k, 64);
    this.#empty--;
  }

  /** Refines what is not 0 from a coefficient on, passes over so many zeros, and gives the place of the next zero. */
  #refineKnown(kept: Int16Array, at: number, from: number, zeros: number): number {
    const { to, low } = this.scan;
    let left = zeros;
    let k = from;
    for (; k <= to; k++) {
      const value = kept[at + k] as number;
      if (value === 0) {
        if (left-- === 0) break;
      } else if (this.#bits.take(1) === 1 && (value & (1 << low)) === 0) {
        kept[at + k] = value + (value > 0 ? 1 << low : -1 << low);
      }
    }
    return k;
  }
}
