/** Object headers: the messages that say what an object is, in version 1 (of most files) and 2 (`OHDR`). */
import { checkLookup3 } from './checksums';
import type { Cursor, Source } from './source';

/** Kinds of messages that are read. */
export const MESSAGE = {
  space: 1,
  linkInfo: 2,
  type: 3,
  oldFill: 4,
  fill: 5,
  link: 6,
  external: 7,
  layout: 8,
  filters: 11,
  attribute: 12,
  continuation: 16,
  symbolTable: 17,
  nodeSizes: 19,
  attributeInfo: 21,
  references: 22,
} as const;
/** Kinds that change nothing of what is read: none, group info, comment, times, free space. */
const WITHOUT_MEANING = [0, 10, 13, 14, 18, 23];
/** Kinds of which an object may have several. */
const SEVERAL: readonly number[] = [MESSAGE.link, MESSAGE.attribute, MESSAGE.continuation];

const SHARED = 2;

interface Message {
  readonly type: number;
  readonly at: number;
  readonly size: number;
}

export class ObjectHeader {
  /** How many names the object has. */
  readonly references: number;
  readonly #source: Source;
  readonly #messages: readonly Message[];

  constructor(
    source: Source,
    readonly at: number,
  ) {
    this.#source = source;
    const isOld = source.cursor(at, 4, 'an object header').u8() === 1;
    const { messages, references } = isOld ? readOld(source, at) : readNew(source, at);
    const known = new Set<number>();
    for (const { type, at: place } of messages) {
      const isKnown = Object.values<number>(MESSAGE).includes(type);
      if (!isKnown && !WITHOUT_MEANING.includes(type)) source.fail(place, 'a known message', `type ${type}`);
      if (isKnown && !SEVERAL.includes(type) && known.has(type))
        source.fail(place, `one message of type ${type}`, 'two');
      known.add(type);
    }
    this.#messages = messages;
    const counted = this.find('references');
    if (counted) counted.oneOf([0], 'version');
    this.references = counted ? counted.u32() : references;
  }

  /** The message of a kind, `undefined` where there is none. */
  find(kind: keyof typeof MESSAGE): Cursor | undefined {
    return this.all(kind)[0];
  }

  /** The message of a kind. */
  get(kind: keyof typeof MESSAGE): Cursor {
    return this.find(kind) ?? this.#source.fail(this.at, `a message of the ${kind} of an array`, 'none');
  }

  all(kind: keyof typeof MESSAGE): Cursor[] {
    return this.#messages
      .filter(({ type }) => type === MESSAGE[kind])
      .map(({ at, size }) => this.#source.cursor(at, size, `the ${kind} message`));
  }
}

interface Found {
  readonly messages: Message[];
  readonly references: number;
}

function readOld(source: Source, at: number): Found {
  const cursor = source.cursor(at, 16, 'an object header');
  cursor.skip(2);
  const count = cursor.u16();
  const references = cursor.u32();
  const size = cursor.u32();
  source.claim(at, 16 + size, 'an object header');
  const messages: Message[] = [];
  const blocks = [source.cursor(at + 16, size, 'an object header')];
  for (const block of blocks) {
    while (block.at < block.end) {
      const type = block.u16();
      const length = block.u16();
      const flags = block.u8();
      block.skip(3);
      const message = readMessage(block, type, length, flags);
      messages.push(message);
      if (type !== MESSAGE.continuation) continue;
      const [start, room] = readContinuation(source, message);
      source.claim(start, room, 'a continued object header');
      blocks.push(source.cursor(start, room, 'a continued object header'));
    }
  }
  if (messages.length !== count)
    source.fail(at + 2, `${messages.length} messages, as many as there are`, String(count));
  return { messages, references };
}

function readNew(source: Source, at: number): Found {
  const cursor = source.cursor(at, Math.min(40, source.end - at), 'an object header');
  cursor.signature('OHDR');
  cursor.oneOf([2], 'version');
  const flags = cursor.u8();
  if (flags > 0x3f) cursor.fail('known flags of an object header', String(flags));
  if ((flags & 0x20) !== 0) cursor.skip(16); // times
  if ((flags & 0x10) !== 0) cursor.skip(4); // when attributes are stored elsewhere
  const size = cursor.uint(1 << (flags & 3));
  const prefix = cursor.at - at;
  source.claim(at, prefix + size + 4, 'an object header');
  checkLookup3(source, at, at + prefix + size, 'an object header');
  const messages: Message[] = [];
  const isOrdered = (flags & 4) !== 0;
  const blocks = [source.cursor(cursor.at, size, 'an object header')];
  for (const block of blocks) {
    const headerSize = isOrdered ? 6 : 4;
    while (block.end - block.at >= headerSize) {
      const type = block.u8();
      const length = block.u16();
      const messageFlags = block.u8();
      if (isOrdered) block.skip(2);
      const message = readMessage(block, type, length, messageFlags);
      messages.push(message);
      if (type === MESSAGE.continuation) blocks.push(openContinuation(source, message));
    }
  }
  return { messages, references: 1 };
}

function readMessage(block: Cursor, type: number, size: number, flags: number): Message {
  if ((flags & SHARED) !== 0)
    block.fail('a message that stands here', 'one shared with other objects, as of a named type');
  return { type, at: block.skip(size), size };
}

function readContinuation(source: Source, { at, size }: Message): [start: number, length: number] {
  const cursor = source.cursor(at, size, 'the continuation message');
  return [cursor.place('a continued object header'), cursor.u64()];
}

function openContinuation(source: Source, message: Message): Cursor {
  const [start, length] = readContinuation(source, message);
  source.claim(start, length, 'a continued object header');
  if (length < 8) source.fail(start, 'a continued object header of 8 bytes or more', String(length));
  checkLookup3(source, start, start + length - 4, 'a continued object header');
  const block = source.cursor(start, length - 4, 'a continued object header');
  block.signature('OCHK');
  return block;
}
