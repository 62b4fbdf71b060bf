/** The bytes of an HDF5 file: numbers at places that are checked, and the extents that structures take, none twice. */
import { refuse } from '../../base/errors';

/** Stands for an address that is not there. */
const UNDEFINED32 = 0xffffffff;
/** Characters of what is received, in messages. */
const LONGEST = 200;

interface Extent {
  readonly start: number;
  readonly end: number;
  readonly what: string;
  readonly path: string;
}

/** A file. Addresses are of its bytes; all that is read must lie before `end`. */
export class Source {
  /** The object that is being read, in messages. */
  path = '/';
  /** The end of the file as the file has it; set when that is known. */
  end: number;
  readonly #view: DataView;
  readonly #extents: Extent[] = [];
  #claimed = 0;

  /** @param origin where in the file of that name the bytes begin, for messages */
  constructor(
    readonly name: string,
    readonly bytes: Uint8Array,
    readonly origin = 0,
  ) {
    this.end = bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Refuses the file: what should be at an address, and what is. */
  fail(at: number, expected: string, received: string): never {
    const short = received.length > LONGEST ? `${received.slice(0, LONGEST)} ...` : received;
    return refuse(`${this.name}, ${this.path}`, this.origin + at, expected, short);
  }

  /** Checks that some bytes are in the file. */
  need(at: number, length: number, what: string): void {
    if (at < 0 || length < 0 || at + length > this.end) {
      this.fail(at, `${what} of ${length} bytes`, `the end of the file at byte ${this.origin + this.end}`);
    }
  }

  /**
   * Takes an extent for a structure. What all structures take together is never more than the file: so structures within
   * structures end, and time is bounded. That no two overlap is what `checkExtents` sees to.
   */
  claim(start: number, length: number, what: string): void {
    this.need(start, length, what);
    if (length === 0) return;
    this.#claimed += length;
    if (this.#claimed > this.end) this.fail(start, `${what} apart from all else`, 'bytes that have another use, too');
    this.#extents.push({ start, end: start + length, what, path: this.path });
  }

  /** Refuses the file where two structures share bytes. */
  checkExtents(): void {
    const extents = this.#extents.sort((a, b) => a.start - b.start);
    extents.forEach(({ start, what, path }, i) => {
      const before = extents[i - 1];
      if (before === undefined || before.end <= start) return;
      this.path = path;
      this.fail(start, `${what} apart from all else`, `bytes of ${before.what} of ${before.path}`);
    });
  }

  /** Whether these letters stand at an address. */
  hasSignature(at: number, signature: string): boolean {
    this.need(at, signature.length, signature);
    return [...signature].every((letter, i) => this.bytes[at + i] === letter.charCodeAt(0));
  }

  /** Reads on from an address, to an end that lies in the file. */
  cursor(start: number, length: number, what: string): Cursor {
    this.need(start, length, what);
    return new Cursor(this, this.#view, start, start + length, what);
  }
}

/** Reads numbers one after another, little-endian, up to the end of a structure. */
export class Cursor {
  readonly #view: DataView;

  constructor(
    readonly source: Source,
    view: DataView,
    public at: number,
    readonly end: number,
    readonly what: string,
  ) {
    this.#view = view;
  }

  /** Steps over bytes; returns where they begin. */
  skip(length: number): number {
    const start = this.at;
    if (length > this.end - start) this.fail(`${length} bytes more of ${this.what}`, `its end at byte ${this.end}`);
    this.at += length;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** A length. Exact up to 2 ** 53; what is beyond fits in no file. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.skip(8), true));
  }

  /** A number of 1 to 8 bytes. */
  uint(width: number): number {
    const start = this.skip(width);
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + this.#view.getUint8(start + i);
    return value;
  }

  /** A place in the file; `undefined` where there is none. */
  address(): number | undefined {
    const start = this.skip(8);
    const isUndefined = [start, start + 4].every((at) => this.#view.getUint32(at, true) === UNDEFINED32);
    return isUndefined ? undefined : Number(this.#view.getBigUint64(start, true));
  }

  /** A place in the file. */
  place(of: string): number {
    return this.address() ?? this.fail(`the place of ${of}`, 'none');
  }

  take(length: number): Uint8Array {
    const start = this.skip(length);
    return this.source.bytes.subarray(start, start + length);
  }

  /** Text up to a zero, which is read, too. */
  textToZero(): string {
    const length = this.source.bytes.subarray(this.at, this.end).indexOf(0);
    if (length < 0) this.fail(`text of ${this.what} that ends with a zero`, 'none');
    return this.text(length + 1);
  }

  /** Text of so many bytes; zeros at its end are no part of it. */
  text(length: number): string {
    const start = this.at;
    return decodeText(this.take(length), () => this.source.fail(start, `text in UTF-8 of ${this.what}`, 'other bytes'));
  }

  signature(letters: string): void {
    if (!this.source.hasSignature(this.skip(letters.length), letters)) {
      this.source.fail(this.at - letters.length, `the letters ${letters}`, 'others');
    }
  }

  /** A number that must be one of some. */
  oneOf(known: readonly number[], what: string, read: 'u8' | 'u16' = 'u8'): number {
    const start = this.at;
    const value = this[read]();
    if (known.includes(value)) return value;
    return this.source.fail(start, `${what} ${known.join(' or ')} of ${this.what}`, String(value));
  }

  fail(expected: string, received: string): never {
    return this.source.fail(this.at, expected, received);
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text in UTF-8 without the zeros at its end. */
export function decodeText(bytes: Uint8Array, fail: () => never): string {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  try {
    return UTF8.decode(bytes.subarray(0, length));
  } catch {
    return fail();
  }
}
