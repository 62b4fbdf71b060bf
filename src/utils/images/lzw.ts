import { refuse } from '../../base/errors';

/** Codes have at most 12 bits. */
const MOST_CODES = 4096;

/**
 * Unpacks the pixels of a GIF picture, as many as that: the least number of bits, then blocks of codes. A code is a
 * sequence seen before: all but its last value (`prefix`) and that (`suffix`).
 *
 * @throws ValueError for data that ends early, is too long, or has a code that is not yet known
 */
export function unpackLzw(file: string, bytes: Buffer, start: number, count: number): Uint8Array {
  const least = bytes[start] ?? 0;
  if (least < 1 || least > 8) refuse(file, start, 'a code size from 1 to 8 bits', `${bytes[start] ?? 'the end'}`);
  const codes = new CodeReader(file, bytes, start);
  const clear = 2 ** least;
  const prefix = new Int32Array(MOST_CODES);
  const suffix = new Uint8Array(MOST_CODES);
  const lengths = new Int32Array(MOST_CODES).fill(1);
  for (let i = 0; i < clear; i++) suffix[i] = i;
  const pixels = new Uint8Array(count);
  let [at, next, bits, before] = [0, clear + 2, least + 1, -1];
  while (at < count) {
    const code = codes.next(bits);
    if (code === clear) {
      [next, bits, before] = [clear + 2, least + 1, -1];
      continue;
    }
    if (code === clear + 1) return refuse(file, codes.at, `${count} pixels`, `${at} and the end`);
    // The one code that may be used before it is known is the next: the last sequence and its own first value.
    const isNext = code === next && before >= 0;
    if (code > clear && code >= next && !isNext) return refuse(file, codes.at, `a code below ${next}`, `${code}`);
    const known = isNext ? before : code;
    const length = (lengths[known] as number) + (isNext ? 1 : 0);
    if (at + length > count) return refuse(file, codes.at, `the end after ${count} pixels`, 'more');
    let first = known;
    for (let to = at + (lengths[known] as number) - 1; to >= at; to--) {
      pixels[to] = suffix[first] as number;
      if (to > at) first = prefix[first] as number;
    }
    if (isNext) pixels[at + length - 1] = pixels[at] as number;
    if (before >= 0 && next < MOST_CODES) {
      prefix[next] = before;
      suffix[next] = pixels[at] as number;
      lengths[next] = (lengths[before] as number) + 1;
      next++;
      if (next === 2 ** bits && bits < 12) bits++;
    }
    at += length;
    before = code;
  }
  return pixels;
}

/** Codes of some bits from blocks of bytes, the lowest bits first. */
class CodeReader {
  /** Bytes left in the block. */
  #left = 0;
  #held = 0;
  #heldBits = 0;

  constructor(
    readonly file: string,
    readonly bytes: Buffer,
    /** The byte read last. */
    public at: number,
  ) {}

  next(bits: number): number {
    while (this.#heldBits < bits) {
      if (this.#left === 0) this.#left = this.bytes[++this.at] ?? 0;
      if (this.#left === 0 || this.at + 1 >= this.bytes.length) {
        refuse(this.file, this.at, 'more codes of a GIF picture', 'the end');
      }
      this.at++;
      this.#left--;
      this.#held |= (this.bytes[this.at] as number) << this.#heldBits;
      this.#heldBits += 8;
    }
    const code = this.#held & (2 ** bits - 1);
    this.#held >>= bits;
    this.#heldBits -= bits;
    return code;
  }
}
