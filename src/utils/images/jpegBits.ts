/** Codes of up to 16 bits: the short ones are looked up, the others compared with the last code of each length. */
export interface HuffmanTable {
  /** For the next 9 bits: the length of the code that they begin with, times 256, and its symbol; 0 for a longer one. */
  readonly short: Uint16Array;
  /** Of each length the last code, -1 for none, and what to add to a code for the place of its symbol. */
  readonly last: Int32Array;
  readonly offset: Int32Array;
  readonly symbols: Uint8Array;
}

const SHORT = 9;
const LONGEST = 16;

/** `undefined` where there are more codes than bits allow. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable | undefined {
  const short = new Uint16Array(2 ** SHORT);
  const last = new Int32Array(LONGEST + 1).fill(-1);
  const offset = new Int32Array(LONGEST + 1);
  let [code, place] = [0, 0];
  for (let length = 1; length <= LONGEST; length++) {
    const count = counts[length - 1] as number;
    if (code + count > 2 ** length) return undefined;
    offset[length] = place - code;
    for (let i = 0; i < count && length <= SHORT; i++) {
      const start = (code + i) << (SHORT - length);
      short.fill((length << 8) | (symbols[place + i] as number), start, start + 2 ** (SHORT - length));
    }
    code += count;
    place += count;
    if (count > 0) last[length] = code - 1;
    code <<= 1;
  }
  return { short, last, offset, symbols };
}

/** The bits of a scan, the upper ones of a byte first; they end at the next marker. */
export class Bits {
  #held = 0;
  #count = 0;
  /** Bits held that are none: zeros behind the end. */
  #missing = 0;

  constructor(
    readonly bytes: Buffer,
    /** The next byte. */
    public at: number,
    /** Called where more bits are asked for than there are, and for a code that is none. */
    readonly refuse: (what: string) => never,
  ) {}

  #fill(): void {
    while (this.#count <= 16) {
      const byte = this.bytes[this.at];
      if (byte === undefined || (byte === 0xff && this.bytes[this.at + 1] !== 0)) {
        this.#missing += 8;
        this.#held = (this.#held << 8) & 0xffffff;
      } else {
        this.#held = ((this.#held << 8) | byte) & 0xffffff;
        this.at += byte === 0xff ? 2 : 1;
      }
      this.#count += 8;
    }
  }

  #drop(count: number): void {
    this.#count -= count;
    if (this.#count < this.#missing) this.refuse('the end of the data');
  }

  /** Up to 16 bits as a number. */
  take(count: number): number {
    if (count === 0) return 0;
    if (this.#count < count) this.#fill();
    const value = (this.#held >> (this.#count - count)) & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  /** A number in so many bits, those that begin with 0 being negative. */
  takeSigned(count: number): number {
    const value = this.take(count);
    return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
  }

  symbol({ short, last, offset, symbols }: HuffmanTable): number {
    if (this.#count < LONGEST) this.#fill();
    const found = short[(this.#held >> (this.#count - SHORT)) & (2 ** SHORT - 1)] as number;
    if (found !== 0) {
      this.#drop(found >> 8);
      return found & 255;
    }
    for (let length = SHORT + 1; length <= LONGEST; length++) {
      const code = (this.#held >> (this.#count - length)) & ((1 << length) - 1);
      if (code > (last[length] as number)) continue;
      this.#drop(length);
      return symbols[code + (offset[length] as number)] as number;
    }
    return this.refuse('a code that is not in its table');
  }

  /** Goes on behind the marker of a restart, where there must be one. */
  restart(): void {
    const marker = this.bytes[this.at] === 0xff ? (this.bytes[this.at + 1] ?? 0) : 0;
    if (marker < 0xd0 || marker > 0xd7) this.refuse('no restart');
    this.at += 2;
    [this.#held, this.#count, this.#missing] = [0, 0, 0];
  }
}
