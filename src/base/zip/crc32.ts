/** The checksum of zip archives, CRC-32. */

const POLYNOMIAL = 0xedb88320;
const SIZE = 256;

/** What a byte adds to the checksum: in the first 256 as the last byte, in the next with one zero behind it, up to three. */
const TABLE = makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(4 * SIZE);
  for (let byte = 0; byte < SIZE; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
    table[byte] = crc;
  }
  for (let at = SIZE; at < table.length; at++) {
    const crc = table[at - SIZE] as number;
    table[at] = (crc >>> 8) ^ (table[crc & 0xff] as number);
  }
  return table;
}

type Crc32 = (bytes: Uint8Array, before?: number) => number;

let given: Crc32 | undefined;

/** Lets a host that computes the checksum faster do it. */
export function provideCrc32(faster: Crc32 | undefined): void {
  given = faster;
}

/**
 * The CRC-32 of bytes.
 *
 * @param before the checksum of what stands before them. Default: nothing does
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  return given ? given(bytes, before) : computedCrc32(bytes, before);
}

/** The same in JavaScript. */
function computedCrc32(bytes: Uint8Array, before: number): number {
  const inFours = bytes.length - (bytes.length % 4);
  let crc = ~before;
  let at = 0;
  for (; at < inFours; at += 4) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (TABLE[3 * SIZE + (crc & 0xff)] as number) ^
      (TABLE[2 * SIZE + ((crc >>> 8) & 0xff)] as number) ^
      (TABLE[SIZE + ((crc >>> 16) & 0xff)] as number) ^
      (TABLE[crc >>> 24] as number);
  }
  for (; at < bytes.length; at++) crc = (TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
