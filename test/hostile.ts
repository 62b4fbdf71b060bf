/** Files made to do harm, written while they are made, and what reading them takes in a process of its own. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { crc32, createDeflate, createDeflateRaw, createGzip } from 'node:zlib';

/** `start`, then zeros up to a length, in pieces. */
export function* padded(start: Uint8Array, length: number): Generator<Uint8Array, void> {
  const zeros = Buffer.alloc(2 ** 20);
  yield start;
  for (let left = length - start.length; left > 0; left -= zeros.length)
    yield zeros.subarray(0, Math.min(left, zeros.length));
}

export async function writeGzip(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  await pipeline(Readable.from(pieces), createGzip(), createWriteStream(path));
}

/** Content packed, its length and checksum. */
async function pack(
  pieces: Iterable<Uint8Array>,
  packer: Transform,
): Promise<{ packed: Buffer; crc: number; size: number }> {
  const made: Buffer[] = [];
  let [crc, size] = [0, 0];
  const counted = function* (): Generator<Uint8Array, void> {
    for (const piece of pieces) {
      crc = crc32(piece, crc);
      size += piece.length;
      yield piece;
    }
  };
  await pipeline(Readable.from(counted()), packer, async (source: AsyncIterable<Buffer>) => {
    for await (const piece of source) made.push(piece);
  });
  return { packed: Buffer.concat(made), crc, size };
}

/** Numbers of some bytes, little-endian. */
function record(...fields: [bytes: number, value: number][]): Buffer {
  return Buffer.concat(
    fields.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );
}

/** A zip archive of deflated entries. */
export async function zipOf(entries: Readonly<Record<string, Iterable<Uint8Array>>>): Promise<Buffer> {
  const [files, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, pieces] of Object.entries(entries)) {
    const { packed, crc, size } = await pack(pieces, createDeflateRaw());
    const what = record(
      [2, 20],
      [2, 0],
      [2, 8],
      [4, 0x210000],
      [4, crc],
      [4, packed.length],
      [4, size],
      [2, name.length],
    );
    const local = Buffer.concat([record([4, 0x04034b50]), what, record([2, 0]), Buffer.from(name)]);
    const rest = record([2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]);
    directory.push(Buffer.concat([record([4, 0x02014b50], [2, 20]), what, rest, Buffer.from(name)]));
    files.push(local, packed);
    offset += local.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const count = directory.length;
  const end = record([4, 0x06054b50], [4, 0], [2, count], [2, count], [4, list.length], [4, offset], [2, 0]);
  return Buffer.concat([...files, list, end]);
}

export function pngChunk(name: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A PNG file of any kind, of the rows as they are unpacked, each with its filter. */
export async function pngOf(
  [width, height, depth, colorType, interlace]: readonly [number, number, number, number, number],
  rows: Iterable<Uint8Array>,
  others: readonly Buffer[] = [],
): Promise<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, colorType, 0, 0, interlace], 8);
  const { packed } = await pack(rows, createDeflate());
  const chunks = [pngChunk('IHDR', header), ...others, pngChunk('IDAT', packed), pngChunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

/**
 * Runs the body of an async function in a process of its own, with few megabytes for JavaScript's objects.
 *
 * @param body with `require` from the root of the project, and `console`
 * @returns what it printed, and the most memory it held, in MB
 */
export async function runApart(body: string): Promise<{ printed: string; peak: number }> {
  const script = `(async () => { ${body} })().catch((error) => console.log(String(error)))
    .then(() => console.log(process.resourceUsage().maxRSS / 1000));`;
  const options = { cwd: join(__dirname, '..'), env: { ...process.env, KERAS_TS_BACKEND: 'cpu' } };
  const flags = ['--max-old-space-size=200', '--import', 'tsx', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, flags, options);
  const lines = stdout.trimEnd().split('\n');
  return { printed: lines.slice(0, -1).join('\n'), peak: Number(lines.at(-1)) };
}
