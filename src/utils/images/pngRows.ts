import { refuse } from '../../base/errors';
import type { PngFile } from './pngFile';

/** What a pass over an interlaced picture takes: its first row and column, and the steps to the next. */
type Pass = readonly [row: number, column: number, rowStep: number, columnStep: number];
const WHOLE: readonly Pass[] = [[0, 0, 1, 1]];
const PASSES: readonly Pass[] = [
  [0, 0, 8, 8],
  [0, 4, 8, 8],
  [4, 0, 8, 4],
  [0, 2, 4, 4],
  [2, 0, 4, 2],
  [0, 1, 2, 2],
  [1, 0, 2, 1],
];

/** Where the pixels of a row belong: they are as many as the samples of it allow. */
export interface RowPlace {
  /** Of the first one, counted row by row. */
  readonly pixel: number;
  readonly step: number;
  readonly count: number;
}

/** A row of a pass, before it comes. */
interface Pending extends RowPlace {
  /** Bytes of it, the filter's name aside. */
  readonly length: number;
  readonly isFirst: boolean;
}

function* rowsOf({ width, height, depth, samples, isInterlaced }: PngFile): Generator<Pending, void> {
  for (const [row, column, rowStep, columnStep] of isInterlaced ? PASSES : WHOLE) {
    const count = Math.ceil((width - column) / columnStep);
    const length = Math.ceil((count * depth * samples) / 8);
    if (count <= 0) continue;
    for (let at = row; at < height; at += rowStep) {
      yield { pixel: at * width + column, step: columnStep, count, length, isFirst: at === row };
    }
  }
}

/** Bytes of all rows, with one for each row's filter. */
export function sizeOfRows({ width, height, depth, samples, isInterlaced }: PngFile): number {
  return (isInterlaced ? PASSES : WHOLE).reduce((sum, [row, column, rowStep, columnStep]) => {
    const [rows, columns] = [Math.ceil((height - row) / rowStep), Math.ceil((width - column) / columnStep)];
    return sum + (rows > 0 && columns > 0 ? rows * (1 + Math.ceil((columns * depth * samples) / 8)) : 0);
  }, 0);
}

/** Puts rows together from the pieces in which they are unpacked: two rows are kept, never the whole picture. */
export class Rows {
  readonly #pending: Generator<Pending, void>;
  readonly #pixelBytes: number;
  #next: Pending | undefined;
  #row: Uint8Array;
  #above: Uint8Array;
  /** Bytes of the row that are there; -1 where its filter is missing too. */
  #filled = -1;
  #filter = 0;

  constructor(
    readonly file: string,
    readonly png: PngFile,
    readonly onRow: (row: Uint8Array, place: RowPlace) => void,
  ) {
    const { width, depth, samples } = png;
    this.#pixelBytes = Math.max(1, (depth * samples) / 8);
    this.#row = new Uint8Array(Math.ceil((width * depth * samples) / 8));
    this.#above = new Uint8Array(this.#row.length);
    this.#pending = rowsOf(png);
    this.#next = this.#pending.next().value ?? undefined;
  }

  /** Takes what belongs to rows; bytes after the last one are passed over. */
  take(piece: Uint8Array): void {
    let at = 0;
    while (this.#next && at < piece.length) {
      if (this.#filled < 0) {
        this.#filter = piece[at++] as number;
        this.#filled = 0;
      }
      const end = Math.min(piece.length, at + this.#next.length - this.#filled);
      this.#row.set(piece.subarray(at, end), this.#filled);
      this.#filled += end - at;
      at = end;
      if (this.#filled === this.#next.length) this.#finish(this.#next);
    }
  }

  #finish(place: Pending): void {
    if (place.isFirst) this.#above.fill(0);
    const row = this.#row.subarray(0, place.length);
    if (!unfilter(this.#filter, row, this.#above, this.#pixelBytes)) {
      refuse(this.file, 8, 'filters from 0 to 4 of the rows of a PNG picture from here on,', String(this.#filter));
    }
    this.onRow(row, place);
    [this.#row, this.#above] = [this.#above, this.#row];
    this.#filled = -1;
    this.#next = this.#pending.next().value ?? undefined;
  }
}

/** Adds to each byte what its filter foretold from those before it and above it. False for an unknown filter. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): boolean {
  const { length } = row;
  if (filter === 1) for (let i = step; i < length; i++) row[i] = (row[i] as number) + (row[i - step] as number);
  if (filter === 2) for (let i = 0; i < length; i++) row[i] = (row[i] as number) + (above[i] as number);
  if (filter === 3) {
    for (let i = 0; i < length; i++) {
      const left = i < step ? 0 : (row[i - step] as number);
      row[i] = (row[i] as number) + ((left + (above[i] as number)) >> 1);
    }
  }
  if (filter === 4) {
    for (let i = 0; i < length; i++) {
      const left = i < step ? 0 : (row[i - step] as number);
      const corner = i < step ? 0 : (above[i - step] as number);
      row[i] = (row[i] as number) + paeth(left, above[i] as number, corner);
    }
  }
  return filter <= 4;
}

/** Of three neighbours the one nearest to left + above - corner. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
