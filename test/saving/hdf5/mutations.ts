/** Damage to files, the same for the same seed. */

/** Numbers below a limit, one after another (xorshift32). */
export type Draw = (limit: number) => number;

export function drawFrom(seed: number): Draw {
  let state = (seed * 2654435761 + 1) | 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const NUMBERS = [
  0n,
  1n,
  2n,
  7n,
  8n,
  96n,
  0xffn,
  0xffffn,
  0xffff_ffffn,
  1n << 31n,
  1n << 40n,
  1n << 53n,
  (1n << 64n) - 1n,
];

/** Kinds of damage; each changes the bytes it is given, or returns others. */
const KINDS: readonly ((bytes: Uint8Array, draw: Draw) => Uint8Array | undefined)[] = [
  function flipBit(bytes, draw) {
    const at = draw(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << draw(8));
    return undefined;
  },
  function setByte(bytes, draw) {
    bytes[draw(bytes.length)] = draw(256);
    return undefined;
  },
  function cut(bytes, draw) {
    return bytes.subarray(0, draw(bytes.length));
  },
  function cutOut(bytes, draw) {
    const [from, length] = [draw(bytes.length), 1 + draw(64)];
    bytes.copyWithin(from, from + length);
    return undefined;
  },
  function copyRange(bytes, draw) {
    const [from, to, length] = [draw(bytes.length), draw(bytes.length), 1 + draw(64)];
    bytes.copyWithin(to, from, from + length);
    return undefined;
  },
  function swapRanges(bytes, draw) {
    const length = 8 * (1 + draw(8));
    const [a, b] = [8 * draw(bytes.length >> 3), 8 * draw(bytes.length >> 3)];
    const copy = bytes.slice(a, a + length);
    bytes.copyWithin(a, b, b + length);
    bytes.set(copy.subarray(0, Math.max(bytes.length - b, 0)), b);
    return undefined;
  },
  function clear(bytes, draw) {
    const at = draw(bytes.length);
    bytes.fill(draw(2) * 255, at, at + 1 + draw(64));
    return undefined;
  },
  function setNumber(bytes, draw) {
    const width = [1, 2, 4, 8][draw(4)] as number;
    const at = draw(bytes.length - 8);
    const number = draw(2) === 0 ? (NUMBERS[draw(NUMBERS.length)] as bigint) : BigInt(draw(bytes.length) & ~7);
    for (let i = 0; i < width; i++) bytes[at + i] = Number((number >> BigInt(8 * i)) & 255n);
    return undefined;
  },
  function addToNumber(bytes, draw) {
    const at = 8 * draw((bytes.length >> 3) - 1);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint32(at, view.getUint32(at, true) + (draw(2) * 2 - 1) * 8 * (1 + draw(64)), true);
    return undefined;
  },
];

/** A damaged copy of a file, and what was done to it. */
export function damage(file: Uint8Array, seed: number): { bytes: Uint8Array; kind: string } {
  const draw = drawFrom(seed);
  const copy = file.slice();
  const kind = KINDS[draw(KINDS.length)] as (typeof KINDS)[number];
  return { bytes: kind(copy, draw) ?? copy, kind: kind.name };
}
