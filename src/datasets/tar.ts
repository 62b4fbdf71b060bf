import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { refuse, ValueError } from '../base/errors';
import { type TarHeader, type TarMember, tarStream } from '../host/optional';
import { unpackerFor } from './file';

const BLOCK = 512;
const SIZE = 124;
/** Beyond these no archive is read on: a small file may unpack to anything. The real one has 186 MB in 9 members. */
const MOST_BYTES = 2 ** 28;
const MOST_MEMBERS = 1000;

/**
 * The content of some members of a tar archive, gzipped or not, by their exact names. Nothing is written to disk, and
 * no other member is looked at, whatever its name is or points to.
 *
 * @param who name of the caller, in the message about a missing package
 * @param largest most bytes of a member
 * @returns those of the names that are there
 * @throws ValueError naming file and byte for what is no such archive, is cut off, or has a member that is twice, is no
 *   plain file, or is too large
 */
export async function readTar(
  who: string,
  path: string,
  names: readonly string[],
  largest: number,
): Promise<Map<string, Buffer>> {
  const file = basename(path);
  const found = new Map<string, Buffer>();
  const check = ({ name, size, type, byteOffset }: TarHeader): void => {
    const start = byteOffset - BLOCK;
    if (type !== 'file') refuse(file, start, `${name} once, as a plain file`, 'a link or a folder');
    if (found.has(name)) refuse(file, start, `${name} once, as a plain file`, 'a second one');
    if (size > largest) refuse(file, start + SIZE, `${name} of at most ${largest} bytes`, String(size));
  };
  const [input, archive] = [new Input(file), tarStream(who).extract()];
  let members = 0;
  archive.on('entry', (header, content, next) => {
    content.on('error', () => {}); // the archive fails with it
    try {
      const isWanted = names.includes(header.name);
      if (++members > MOST_MEMBERS) {
        refuse(file, header.byteOffset - BLOCK, `the end after at most ${MOST_MEMBERS} members`, 'one more');
      }
      if (!Number.isSafeInteger(header.size)) {
        refuse(file, header.byteOffset - BLOCK + SIZE, 'the size of a member in octal digits', 'something else');
      }
      if (isWanted) check(header);
      input.memberEnd = header.byteOffset + Math.ceil(header.size / BLOCK) * BLOCK;
      collect(content, isWanted, (bytes) => {
        if (isWanted) found.set(header.name, bytes);
        next();
      });
    } catch (error) {
      archive.destroy(error as Error);
    }
  });
  try {
    const unpack = await unpackerFor(path);
    await pipeline(createReadStream(path), unpack, (pieces: AsyncIterable<Buffer>) => input.read(pieces), archive);
  } catch (error) {
    input.explain(error as Error);
  }
  // The archive's own mark of its end is a block of zeros.
  if (input.count < input.memberEnd + BLOCK) refuse(file, input.count, 'more of the tar archive', 'the end');
  return found;
}

/** Calls back with the content of a member; what is not kept is passed over. */
function collect(content: TarMember, isKept: boolean, done: (bytes: Buffer) => void): void {
  const pieces: Uint8Array[] = [];
  content.on('data', (piece) => {
    if (isKept) pieces.push(piece);
  });
  content.on('end', () => done(Buffer.concat(pieces)));
}

/** The unpacked bytes of a file on their way, counted. */
class Input {
  count = 0;
  #hasEnded = false;
  /** Where the last member met so far ends. */
  memberEnd = 0;

  constructor(readonly file: string) {}

  async *read(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      this.count += piece.length;
      if (this.count > MOST_BYTES) refuse(this.file, this.count, 'the end of the archive', 'still more');
      yield piece;
    }
    this.#hasEnded = true;
  }

  /** Says in the form of this house what unpacking or tar-stream says. */
  explain(error: Error & { code?: string }): never {
    if (error instanceof ValueError) throw error;
    if (error.code?.startsWith('Z_')) return refuse(this.file, this.count, 'intact gzip data', error.message);
    if (error.code) throw error; // of the file system
    if (this.#hasEnded) return refuse(this.file, this.count, 'more of the tar archive', 'the end');
    return refuse(this.file, this.memberEnd, 'the header of a member of a tar archive', error.message);
  }
}
