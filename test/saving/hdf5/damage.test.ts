/** Damaged files are refused, or read as they are: never a crash, a hang, or memory for what is not there. */

import { readHdf5 } from '../../../src/saving/hdf5';
import { lookup3 } from '../../../src/saving/hdf5/checksums';
import { DAMAGED, damageAll, outcomeOf } from './damage';
import { describeTree, fileOf } from './files';
import { drawFrom } from './mutations';

const TIMES = 150;

test.each(DAMAGED)(`${TIMES} kinds of damage: %s`, (name) => {
  const { rss } = process.memoryUsage();
  const { right, refused, other } = damageAll(name, TIMES);
  expect(right + refused + other).toBe(TIMES);
  expect(refused).toBeGreaterThan(TIMES / 4);
  expect(other).toBeLessThan(TIMES / 5); // names and numbers that were changed
  expect(process.memoryUsage().rss - rss).toBeLessThan(2 ** 29);
});

/** Puts right the checksums of headers that a change made wrong, so that what is behind them is read. */
function repaired(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 40 < bytes.length; at++) {
    if (view.getUint32(at, true) !== 0x5244484f) continue; // OHDR
    const flags = bytes[at + 5] as number;
    const start = at + 6 + ((flags & 32) !== 0 ? 16 : 0) + ((flags & 16) !== 0 ? 4 : 0);
    const width = 1 << (flags & 3);
    const size = width === 1 ? (bytes[start] as number) : width === 2 ? view.getUint16(start, true) : 0;
    const end = start + width + size;
    if (size > 0 && end + 4 <= bytes.length) view.setUint32(end, lookup3(bytes.subarray(at, end)), true);
  }
  return bytes;
}

test.each(['latest', 'version-1.8'])('changes behind right checksums: %s', (name) => {
  const file = fileOf(name);
  const right = JSON.stringify(describeTree(readHdf5(file)));
  const counts = { right: 0, refused: 0, other: 0 };
  for (let seed = 0; seed < TIMES; seed++) {
    const draw = drawFrom(seed);
    const bytes = file.slice();
    for (let i = 0; i < 4; i++) bytes[draw(bytes.length)] = draw(256);
    counts[outcomeOf(repaired(bytes), right)]++;
  }
  expect(counts.refused).toBeGreaterThan(0);
});
