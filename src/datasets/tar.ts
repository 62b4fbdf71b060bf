import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { ValueError } from '../base/errors';
import { refuse } from './file';

const BLOCK = 512;
/** Beyond this no archive is read on: a small file may unpack to anything. */
const MOST_BYTES = 2 ** 30;

/**
 * The content of some members of a tar archive, gzipped or not, by their exact names. Nothing is written to disk, and
 * no other member is looked at, whatever its name is or points to.
 *
 * @param largest most bytes of a member
 * @returns those of the names that are there
 * @throws ValueError naming file and byte for what is no such archive, is cut off, or has a member that is twice, is no
 *   plain file, or is too large
 * @see https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
export async function readTar(path: string, names: readonly string[], largest: number): Promise<Map<string, Buffer>> {
  const input = new Input(path, await isGzip(path));
  const found = new Map<string, Buffer>();
  try {
    for (;;) {
      const start = input.offset;
      const header = await input.read(BLOCK);
      if (header.every((byte) => byte === 0)) {
        await input.skipAll(); // so that gzip's own checksum is compared
        return found;
      }
      const { name, size, isFile } = readHeader(path, start, header);
      const wanted = names.includes(name);
      if (wanted && (!isFile || found.has(name))) {
        refuse(path, start, `${name} once, as a plain file`, isFile ? 'a second one' : 'a link or a folder');
      }
      if (wanted && size > largest) refuse(path, start + SIZE, `${name} of at most ${largest} bytes`, String(size));
      if (wanted) found.set(name, await input.read(size));
      else await input.skip(size);
      await input.skip((BLOCK - (size % BLOCK)) % BLOCK);
    }
  } finally {
    input.close();
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

const SIZE = 124;
const CHECKSUM = 148;
const TYPE = 156;
const MAGIC = 257;
const PREFIX = 345;

function readHeader(path: string, start: number, header: Buffer): { name: string; size: number; isFile: boolean } {
  const text = (from: number, length: number): string => {
    const field = header.subarray(from, from + length);
    const end = field.indexOf(0);
    return field.toString('latin1', 0, end < 0 ? length : end);
  };
  const octal = (from: number, length: number): number => {
    const digits = text(from, length).trim();
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  };
  const sum = header.reduce((total, byte, i) => total + (i >= CHECKSUM && i < TYPE ? 0x20 : byte), 0);
  if (text(MAGIC, 5) !== 'ustar' || octal(CHECKSUM, 8) !== sum) {
    refuse(path, start, 'the header of a member of a tar archive', 'something else');
  }
  const size = octal(SIZE, 12);
  if (Number.isNaN(size)) refuse(path, start + SIZE, 'the size of a member in octal digits', 'something else');
  const prefix = text(PREFIX, 155);
  const type = header[TYPE];
  return { name: (prefix && `${prefix}/`) + text(0, 100), size, isFile: type === 0x30 || type === 0 };
}

/** The unpacked bytes of a file, in order. */
class Input {
  readonly #path: string;
  readonly #file: ReturnType<typeof createReadStream>;
  readonly #pieces: AsyncIterator<Buffer>;
  #piece: Buffer = Buffer.alloc(0);
  /** Bytes given so far. */
  offset = 0;

  constructor(path: string, isGzip: boolean) {
    this.#path = path;
    this.#file = createReadStream(path, { highWaterMark: 2 ** 18 });
    const stream = isGzip ? this.#file.pipe(createGunzip({ chunkSize: 2 ** 18 })) : this.#file;
    this.#file.on('error', (error) => stream.destroy(error));
    this.#pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next bytes, as many as that. */
  async read(count: number): Promise<Buffer> {
    const bytes = Buffer.alloc(count);
    let at = 0;
    await this.#take(count, (piece) => {
      piece.copy(bytes, at);
      at += piece.length;
    });
    return bytes;
  }

  async skip(count: number): Promise<void> {
    await this.#take(count, () => {});
  }

  async skipAll(): Promise<void> {
    let piece = this.#piece;
    do {
      this.offset += piece.length;
      piece = await this.#next(true);
    } while (piece.length > 0);
  }

  async #take(count: number, use: (piece: Buffer) => void): Promise<void> {
    let left = count;
    while (left > 0) {
      if (this.#piece.length === 0) this.#piece = await this.#next();
      const piece = this.#piece.subarray(0, left);
      use(piece);
      this.#piece = this.#piece.subarray(piece.length);
      this.offset += piece.length;
      left -= piece.length;
    }
  }

  async #next(mayEnd = false): Promise<Buffer> {
    if (this.offset > MOST_BYTES) refuse(this.#path, this.offset, 'the end of the archive', 'still more');
    try {
      const { done, value } = await this.#pieces.next();
      if (!done) return value;
      return mayEnd ? Buffer.alloc(0) : refuse(this.#path, this.offset, 'more of the tar archive', 'the end');
    } catch (error) {
      if (error instanceof ValueError) throw error;
      return refuse(this.#path, this.offset, 'intact gzip data', (error as Error).message);
    }
  }

  close(): void {
    this.#file.destroy();
  }
}
