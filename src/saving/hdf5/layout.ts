/** The plan of a file that is written: what stands where. Headers are held; data are asked for when they are written. */
import { align, encode, Output } from './messages';
import type { H5Dataset } from './tree';

/** Bytes of a collection of strings; one of longer strings is as long as it must be. */
const COLLECTION_SIZE = 4096;
const HEADER_SIZE = 16;

/** An array whose data are written when their turn comes. */
export interface Stored {
  readonly dataset: H5Dataset;
  /** Its path, in messages. */
  readonly where: string;
}

/** A part of the file: bytes, or the data of an array. */
interface Part {
  readonly at: number;
  readonly size: number;
  content: Uint8Array | Stored;
}

/** The collection of strings that the next one goes to. */
interface Collection {
  readonly at: number;
  readonly output: Output;
  strings: number;
}

export class Layout {
  /** In the order of the file. Each begins at a multiple of 8. */
  readonly parts: Part[] = [];
  end: number;
  #collection?: Collection;

  constructor(start: number) {
    this.end = start;
  }

  /** Gives a part its place. What it holds may be told later. */
  reserve(size: number, content: Uint8Array | Stored = new Uint8Array()): Part {
    const part = { at: this.end, size, content };
    this.parts.push(part);
    this.end += align(size);
    return part;
  }

  add(bytes: Uint8Array): number {
    return this.reserve(bytes.length, bytes).at;
  }

  /** Puts strings into collections, several in one; gives the 16 bytes that point to each. */
  addStrings(strings: readonly string[]): Uint8Array {
    const output = new Output(16 * strings.length);
    for (const string of strings) {
      const bytes = encode(string);
      if (bytes.length === 0) output.skip(16);
      else this.#addString(bytes, output);
    }
    return output.bytes;
  }

  #addString(bytes: Uint8Array, pointer: Output): void {
    const size = HEADER_SIZE + align(bytes.length);
    let open = this.#collection;
    if (open === undefined || open.output.at + size > open.output.bytes.length) {
      open = this.#openCollection(HEADER_SIZE + size);
    }
    const { at, output } = open;
    open.strings++;
    output
      .u16(open.strings)
      .u16(0)
      .skip(4)
      .u64(bytes.length)
      .put(bytes)
      .skip(align(bytes.length) - bytes.length);
    const free = output.bytes.length - output.at;
    if (free >= HEADER_SIZE) {
      output.u64(0).u64(free); // what is free, which the next string takes
      output.skip(-HEADER_SIZE);
    }
    pointer.u32(bytes.length).u64(at).u32(open.strings);
  }

  #openCollection(least: number): Collection {
    const size = Math.max(COLLECTION_SIZE, least);
    const output = new Output(size).put('GCOL').u8(1).skip(3).u64(size);
    this.#collection = { at: this.add(output.bytes), output, strings: 0 };
    return this.#collection;
  }
}
