import { refuse } from '../base/errors';

/** A NumPy array of unsigned bytes. */
export interface PickledArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  /** Whether the first index runs fastest. */
  readonly isFortran: boolean;
}

/** What a pickle is read into: Python's strings and byte strings are both bytes. */
export type Pickled = null | boolean | number | Uint8Array | Pickled[] | Map<string, Pickled> | Stub;

/**
 * Something that Python would make by calling a function. Here no function is called, whatever it is named: the name
 * is compared with those that make a NumPy array, and everything else is refused.
 */
class Stub {
  state: Pickled = null;
  constructor(
    readonly kind: 'global' | 'array' | 'dtype',
    readonly name: string,
  ) {}
}

const MARK = Symbol('mark');
type Item = Pickled | typeof MARK;

const CALLS: Readonly<Record<string, 'array' | 'dtype' | 'bytes'>> = {
  'numpy.core.multiarray _reconstruct': 'array',
  'numpy._core.multiarray _reconstruct': 'array',
  'numpy dtype': 'dtype',
  '_codecs encode': 'bytes',
};
const GLOBALS = [...Object.keys(CALLS), 'numpy ndarray'];

/**
 * Reads a Python pickle of dicts, lists, numbers, strings and NumPy arrays of bytes (protocols 2 to 4). It is data only:
 * nothing is looked up, imported or called.
 *
 * @param file name in messages
 * @throws ValueError naming the file and the byte for anything else
 * @see https://docs.python.org/3/library/pickletools.html
 */
export function readPickle(file: string, bytes: Buffer): Pickled {
  return new Reader(file, bytes).read();
}

/** A pickled array, checked; `undefined` for anything else. */
export function arrayOf(value: Pickled | undefined): PickledArray | undefined {
  if (!(value instanceof Stub) || value.kind !== 'array' || !Array.isArray(value.state)) return undefined;
  const [, shape, dtype, isFortran, data] = value.state;
  const isBytes = dtype instanceof Stub && dtype.kind === 'dtype' && dtype.name === 'u1';
  if (!isBytes || !(data instanceof Uint8Array) || !Array.isArray(shape)) return undefined;
  const sizes = shape.filter((dim): dim is number => Number.isInteger(dim) && (dim as number) >= 0);
  if (sizes.length !== shape.length || sizes.reduce((a, b) => a * b, 1) !== data.length) return undefined;
  return { shape: sizes, data, isFortran: isFortran === true };
}

/** Operations of a pickle: those of the real files are some 60,000. An operation of a byte may make an object. */
const MOST_OPERATIONS = 2 ** 18;

/** The stack machine that a pickle is a program for, with the operations that make plain data. */
class Reader {
  #at = 0;
  /** Where the operation began that is being read. */
  #start = 0;
  #operations = 0;
  /** Bytes that were made into text: each byte of the file may be, but not a long string over and over. */
  #texts = 0;
  readonly #stack: Item[] = [];
  readonly #memo = new Map<number, Item>();

  constructor(
    readonly file: string,
    readonly bytes: Buffer,
  ) {}

  read(): Pickled {
    for (;;) {
      this.#start = this.#at;
      if (++this.#operations > MOST_OPERATIONS) {
        this.#refuse(`the end after at most ${MOST_OPERATIONS} operations of a pickle`, 'one more');
      }
      const code = this.number(1);
      if (code === STOP) return this.pop();
      const step = STEPS.get(code);
      if (!step) return this.#refuse('an operation that makes plain data', `operation 0x${code.toString(16)}`);
      step(this);
    }
  }

  #refuse(expected: string, received: string): never {
    return refuse(this.file, this.#start, expected, received);
  }

  slice(length: number): Buffer {
    const left = this.bytes.length - this.#at;
    if (length > left)
      this.#refuse(`${length} bytes of a pickle`, left === 0 ? 'the end' : `${left} bytes and the end`);
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }

  /** A whole number that is not negative, in 1, 2, 4 or 8 bytes. */
  number(length: number): number {
    const bytes = this.slice(length);
    return length === 8 ? Number(bytes.readBigUInt64LE()) : bytes.readUIntLE(0, length);
  }

  text(bytes: Uint8Array): string {
    this.#texts += bytes.length;
    if (this.#texts > this.bytes.length) this.#refuse('strings that are used once', 'one that is used over and over');
    return Buffer.from(bytes).toString('latin1');
  }

  line(): string {
    const end = this.bytes.indexOf('\n', this.#at);
    if (end < 0) this.#refuse('the end of a line', 'the end');
    return this.slice(end + 1 - this.#at)
      .toString('latin1')
      .slice(0, -1);
  }

  push(item: Item): void {
    this.#stack.push(item);
  }

  pop(): Pickled {
    const item = this.#stack.pop();
    return item === undefined || item === MARK ? this.#refuse('a value before this operation', 'none') : item;
  }

  /** The last values, up to the mark. */
  popToMark(): Pickled[] {
    const from = this.#stack.lastIndexOf(MARK);
    if (from < 0) this.#refuse('a mark before this operation', 'none');
    return this.#stack.splice(from).slice(1) as Pickled[];
  }

  popTuple(length: number): Pickled[] {
    return Array.from({ length }, () => this.pop()).reverse();
  }

  note(key = this.#memo.size): void {
    this.#memo.set(key, this.#stack.at(-1) ?? this.#refuse('a value before this operation', 'none'));
  }

  recall(key: number): void {
    this.push(this.#memo.get(key) ?? this.#refuse('a value noted before', `number ${key}`));
  }

  global(module: string, name: string): void {
    const full = `${module} ${name}`;
    if (!GLOBALS.includes(full)) this.#refuse('nothing but the parts of a NumPy array', `a reference to ${full}`);
    this.push(new Stub('global', full));
  }

  /** Where Python would call a function. */
  call(): void {
    const args = this.pop();
    const called = this.pop();
    const kind = called instanceof Stub && called.kind === 'global' ? CALLS[called.name] : undefined;
    const first = Array.isArray(args) ? args[0] : undefined;
    if (kind === 'array') this.push(new Stub('array', ''));
    else if (kind === 'dtype' && first instanceof Uint8Array) this.push(new Stub('dtype', this.text(first)));
    // Bytes that Python 3 wrote for Python 2: as text, each byte a character.
    else if (kind === 'bytes' && first instanceof Uint8Array)
      this.push(Buffer.from(Buffer.from(this.text(first), 'latin1').toString(), 'latin1'));
    else this.#refuse('the parts of a NumPy array', 'another call');
  }

  build(): void {
    const state = this.pop();
    const made = this.#stack.at(-1);
    if (made instanceof Stub && made.kind !== 'global') made.state = state;
    else this.#refuse('an array or its dtype', 'something else');
  }

  extend(items: readonly Pickled[]): void {
    const list = this.#stack.at(-1);
    if (Array.isArray(list)) for (const item of items) list.push(item);
    else this.#refuse('a list', 'something else');
  }

  set(items: readonly Pickled[]): void {
    const dict = this.#stack.at(-1);
    for (let i = 0; i < items.length; i += 2) {
      const [key, value] = [items[i], items[i + 1]];
      if (dict instanceof Map && key instanceof Uint8Array && value !== undefined) dict.set(this.text(key), value);
      else this.#refuse('a dict, and strings with their values', 'something else');
    }
  }
}

const STOP = 0x2e;

/** What each operation does, by its code. */
const STEPS: ReadonlyMap<number, (reader: Reader) => unknown> = new Map([
  [0x80, (r) => r.number(1)], // PROTO
  [0x95, (r) => r.number(8)], // FRAME
  [0x28, (r) => r.push(MARK)],
  [0x4e, (r) => r.push(null)], // NONE
  [0x88, (r) => r.push(true)], // NEWTRUE
  [0x89, (r) => r.push(false)], // NEWFALSE
  [0x4b, (r) => r.push(r.number(1))], // BININT1
  [0x4d, (r) => r.push(r.number(2))], // BININT2
  [0x4a, (r) => r.push(r.slice(4).readInt32LE())], // BININT
  [0x55, (r) => r.push(r.slice(r.number(1)))], // SHORT_BINSTRING
  [0x54, (r) => r.push(r.slice(r.number(4)))], // BINSTRING
  [0x43, (r) => r.push(r.slice(r.number(1)))], // SHORT_BINBYTES
  [0x42, (r) => r.push(r.slice(r.number(4)))], // BINBYTES
  [0x8e, (r) => r.push(r.slice(r.number(8)))], // BINBYTES8
  [0x8c, (r) => r.push(r.slice(r.number(1)))], // SHORT_BINUNICODE
  [0x58, (r) => r.push(r.slice(r.number(4)))], // BINUNICODE
  [0x5d, (r) => r.push([])], // EMPTY_LIST
  [0x61, (r) => r.extend([r.pop()])], // APPEND
  [0x65, (r) => r.extend(r.popToMark())], // APPENDS
  [0x7d, (r) => r.push(new Map())], // EMPTY_DICT
  [0x73, (r) => r.set(r.popTuple(2))], // SETITEM
  [0x75, (r) => r.set(r.popToMark())], // SETITEMS
  [0x29, (r) => r.push([])], // EMPTY_TUPLE
  [0x85, (r) => r.push(r.popTuple(1))], // TUPLE1
  [0x86, (r) => r.push(r.popTuple(2))], // TUPLE2
  [0x87, (r) => r.push(r.popTuple(3))], // TUPLE3
  [0x74, (r) => r.push(r.popToMark())], // TUPLE
  [0x71, (r) => r.note(r.number(1))], // BINPUT
  [0x72, (r) => r.note(r.number(4))], // LONG_BINPUT
  [0x94, (r) => r.note()], // MEMOIZE
  [0x68, (r) => r.recall(r.number(1))], // BINGET
  [0x6a, (r) => r.recall(r.number(4))], // LONG_BINGET
  [0x63, (r) => r.global(r.line(), r.line())], // GLOBAL
  [
    0x93,
    (r) => {
      const [module, name] = r.popTuple(2).map((part) => (part instanceof Uint8Array ? r.text(part) : '?'));
      r.global(module as string, name as string);
    },
  ], // STACK_GLOBAL
  [0x52, (r) => r.call()], // REDUCE
  [0x62, (r) => r.build()], // BUILD
]);
