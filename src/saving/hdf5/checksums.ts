/** Checksums of HDF5: Jenkins's lookup3 of structures, and Fletcher's of chunks. */
import type { Source } from './source';

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** A number of up to four bytes; zeros where there are no more. */
function word(bytes: Uint8Array, at: number): number {
  const byte = (i: number): number => bytes[at + i] ?? 0;
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}

/**
 * Bob Jenkins's hash `lookup3`, of 32 bits.
 *
 * @see https://burtleburtle.net/bob/c/lookup3.c
 */
export function lookup3(bytes: Uint8Array): number {
  const { length } = bytes;
  let a = (0xdeadbeef + length) | 0;
  let [b, c] = [a, a];
  let at = 0;
  for (; length - at > 12; at += 12) {
    a = (a + word(bytes, at)) | 0;
    b = (b + word(bytes, at + 4)) | 0;
    c = (c + word(bytes, at + 8)) | 0;
    a = ((a - c) | 0) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (at === length) return c >>> 0;
  a = (a + word(bytes, at)) | 0;
  b = (b + word(bytes, at + 4)) | 0;
  c = (c + word(bytes, at + 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

/** Compares the checksum that stands behind a structure. */
export function checkLookup3(source: Source, start: number, end: number, what: string): void {
  const expected = lookup3(source.bytes.subarray(start, end));
  const received = source.cursor(end, 4, `the checksum of ${what}`).u32();
  if (received !== expected) source.fail(end, `checksum ${expected} of ${what}`, String(received));
}

/** Fletcher's checksum as HDF5 has it: of big-endian numbers of 16 bits. */
export function fletcher32(bytes: Uint8Array): number {
  let [first, second] = [0, 0];
  for (let at = 0; at < bytes.length; at += 2) {
    first = (first + (((bytes[at] as number) << 8) | (bytes[at + 1] ?? 0))) % 0xffff;
    second = (second + first) % 0xffff;
  }
  return ((second << 16) | first) >>> 0;
}
