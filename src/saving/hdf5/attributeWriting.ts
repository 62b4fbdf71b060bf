/** Attributes as they are written: of the types that h5py gives values of Python. */
import { formatValue, ValueError } from '../../base/errors';
import type { Layout } from './layout';
import { encode, encodeAttribute, encodeSpace, encodeType, LARGEST_MESSAGE, Output } from './messages';
import type { H5Attribute } from './tree';

/** Text that a file can hold; `what` names it in messages. */
export function checkText(what: string, text: string): void {
  if (!text.includes('\0') && !/\p{Surrogate}/u.test(text)) return;
  throw new ValueError(
    `${what}: text must be without zeros and halves of characters. Received: ${JSON.stringify(text)}.`,
  );
}

/**
 * An attribute message. Strings are of any length; a list of so many that their places alone would take more than a
 * message holds is one of strings of the same length, as Keras writes it. An empty list is one of floats, as in h5py.
 *
 * @param where path of the object, in messages
 */
export function attributeMessage(layout: Layout, where: string, name: string, value: H5Attribute): Uint8Array {
  const what = `writeHdf5: ${where}, attribute '${name}'`;
  checkText(what, name);
  if (name === '') throw new ValueError(`writeHdf5: ${where}: attributes must have names. Received: ''.`);
  const list = Array.isArray(value) ? value : [value];
  const space = encodeSpace(Array.isArray(value) ? [value.length] : []);
  const message = isStrings(list)
    ? stringsMessage(layout, what, name, list, space)
    : encodeAttribute(name, ...encodeNumbers(what, list as readonly unknown[], space));
  if (message.length <= LARGEST_MESSAGE) return message;
  throw new ValueError(
    `${what} must fit in ${LARGEST_MESSAGE} bytes. Received: ${list.length} values in ${message.length} bytes. ` +
      `Divide the list: '${name}0', '${name}1' and so on.`,
  );
}

function isStrings(list: readonly unknown[]): list is readonly string[] {
  return list.length > 0 && list.every((item) => typeof item === 'string');
}

function stringsMessage(
  layout: Layout,
  what: string,
  name: string,
  list: readonly string[],
  space: Uint8Array,
): Uint8Array {
  for (const text of list) checkText(what, text);
  const rest = encodeAttribute(name, encodeType('string'), space, new Uint8Array()).length;
  const longest = list.reduce((most, text) => Math.max(most, encode(text).length), 1);
  const isLong = rest + 16 * list.length > LARGEST_MESSAGE;
  if (!isLong) return encodeAttribute(name, encodeType('string'), space, layout.addStrings(list));
  if (list.length * longest > LARGEST_MESSAGE) return new Uint8Array(rest + list.length * Math.min(longest, 16));
  const data = new Output(list.length * longest);
  list.forEach((text, i) => {
    data.at = i * longest;
    data.put(text);
  });
  return encodeAttribute(name, encodeType({ fixed: longest }), space, data.bytes);
}

function encodeNumbers(
  what: string,
  list: readonly unknown[],
  space: Uint8Array,
): [type: Uint8Array, space: Uint8Array, data: Uint8Array] {
  const isWhole = (item: unknown): boolean => typeof item === 'bigint' || Number.isSafeInteger(item);
  if (list.length > 0 && list.every(isWhole))
    return encodeIntegers(what, (list as (number | bigint)[]).map(BigInt), space);
  const values = Float64Array.from(list as number[], (item: unknown) => {
    if (typeof item === 'number') return item;
    throw new TypeError(`${what} must be a string, a number, or a list of either. Received: ${String(item)}.`);
  });
  return [encodeType('float64'), space, new Uint8Array(values.buffer)];
}

/** As int64; as uint64 where that is the one that they fit in. */
function encodeIntegers(what: string, list: readonly bigint[], space: Uint8Array): ReturnType<typeof encodeNumbers> {
  const fits = (clamp: typeof BigInt.asIntN): boolean => list.every((item) => clamp(64, item) === item);
  const isSigned = fits(BigInt.asIntN);
  if (!isSigned && !fits(BigInt.asUintN)) {
    throw new ValueError(`${what}: integers must fit in 64 bits. Received: ${formatValue(list)}.`);
  }
  const output = new Output(8 * list.length);
  for (const item of list) output.u64(item);
  return [encodeType(isSigned ? 'int64' : 'uint64'), space, output.bytes];
}
