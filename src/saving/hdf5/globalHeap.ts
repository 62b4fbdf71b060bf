/** Collections of strings of any length (`GCOL`), which attributes and arrays point into. */
import { decodeText, type Source } from './source';

interface Stored {
  readonly start: number;
  readonly length: number;
  /** The one place that may point to it. */
  usedBy?: string;
}

export class GlobalHeap {
  readonly #collections = new Map<number, Map<number, Stored>>();

  constructor(readonly source: Source) {}

  /**
   * The string that 16 bytes point to: length, collection, number in it. Each string has one user, as HDF5 writes it; so
   * what is read is never more than the file.
   *
   * @param user name of the element that points there
   */
  read(view: DataView, at: number, user: string): string {
    const { source } = this;
    const length = view.getUint32(at, true);
    const place = Number(view.getBigUint64(at + 4, true));
    const index = view.getUint32(at + 12, true);
    if (length === 0) return '';
    const stored = this.#open(place).get(index) ?? source.fail(place, `string ${index} of a collection`, 'none');
    if (stored.length < length) source.fail(stored.start, `a string of ${length} bytes`, `${stored.length} bytes`);
    stored.usedBy ??= user;
    if (stored.usedBy !== user) source.fail(stored.start, `a string of ${stored.usedBy} alone`, `one of ${user}, too`);
    const bytes = source.bytes.subarray(stored.start, stored.start + length);
    const zero = bytes.indexOf(0);
    return decodeText(zero < 0 ? bytes : bytes.subarray(0, zero), () =>
      source.fail(stored.start, 'text in UTF-8', 'other bytes'),
    );
  }

  #open(at: number): Map<number, Stored> {
    const known = this.#collections.get(at);
    if (known) return known;
    const { source } = this;
    const header = source.cursor(at, 16, 'a collection of strings');
    header.signature('GCOL');
    header.oneOf([1], 'version');
    header.skip(3);
    const size = header.u64();
    source.claim(at, size, 'a collection of strings');
    const found = new Map<number, Stored>();
    const cursor = source.cursor(at, size, 'a collection of strings');
    cursor.skip(16);
    while (cursor.end - cursor.at >= 16) {
      const index = cursor.u16();
      cursor.skip(6);
      const length = cursor.u64();
      if (index === 0) break; // free from here on
      if (found.has(index)) cursor.fail(`one string ${index} of a collection`, 'two');
      found.set(index, { start: cursor.skip(length), length });
      cursor.skip(Math.min(-length & 7, cursor.end - cursor.at));
    }
    this.#collections.set(at, found);
    return found;
  }
}
