/** Unpacking of deflate data into as much memory as the caller knows that it takes. */
import { inflateSync } from 'fflate';

/** No byte of deflate data makes more. */
export const MOST_RATIO = 1032;

/**
 * Unpacks deflate data to `size` bytes.
 *
 * @throws Error whose message tells what there is in place of intact data of that size
 */
export function inflate(packed: Uint8Array, size: number): Uint8Array {
  if (packed.length === 0) throw new Error('the end');
  if (size > packed.length * MOST_RATIO) throw new Error(`${packed.length} bytes, which never make so many`);
  const content = inflateSync(packed, { out: new Uint8Array(size + 1) }); // one more, to see whether there is more
  if (content.length === size) return content;
  throw new Error(content.length > size ? `more than ${size} bytes` : `${content.length} bytes, not ${size}`);
}

/** Unpacks zlib data: deflate data between a header of two bytes and a checksum (RFC 1950). Throws as `inflate` does. */
export function unzlib(packed: Uint8Array, size: number): Uint8Array {
  const [method = 0, flags = 0] = packed;
  const isZlib = (method & 15) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0 && (flags & 32) === 0;
  if (!isZlib || packed.length < 6) throw new Error('other data');
  const content = inflate(packed.subarray(2, -4), size);
  const sum = new DataView(packed.buffer, packed.byteOffset + packed.length - 4, 4).getUint32(0);
  if (adler32(content) !== sum) throw new Error('another checksum');
  return content;
}

function adler32(bytes: Uint8Array): number {
  let [first, second] = [1, 0];
  for (let at = 0; at < bytes.length; ) {
    const stop = Math.min(at + 4096, bytes.length); // sums stay below 2 ** 31
    for (; at < stop; at++) {
      first += bytes[at] as number;
      second += first;
    }
    first %= 65521;
    second %= 65521;
  }
  return ((second << 16) | first) >>> 0;
}
