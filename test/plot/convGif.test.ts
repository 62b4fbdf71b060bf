import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeGif, parseCommand, USAGE } from '../../scripts/conv-gif';
import { decodeGif } from './pictures';

test('a command line gives input, kernel and options', () => {
  const command = parseCommand([
    '--input',
    '[[1,2],[3,4]]',
    '--kernel',
    '1x2',
    '--stride',
    '2,1',
    '--padding',
    '1',
    '--dilation',
    '2',
    '--out',
    'a.gif',
  ]);
  expect(command).toEqual({
    input: [
      [1, 2],
      [3, 4],
    ],
    kernel: [[1, 1]],
    options: { strides: [2, 1], padding: [1, 1], dilationRate: [2, 2], delay: 800 },
    out: 'a.gif',
  });
  expect(parseCommand(['--padding', 'same'])?.options.padding).toBe('same');
  expect(parseCommand(['--kernel', 'sharpen'])?.kernel[1]).toEqual([-1, 5, -1]);
  expect(parseCommand(['--help'])).toBeUndefined();
});

test('without options: digits, 6 by 6, and a kernel, 3 by 3', () => {
  const command = parseCommand([]);
  expect(command?.input.map((row) => row.length)).toEqual([6, 6, 6, 6, 6, 6]);
  expect(new Set(command?.input.flat()).size).toBeGreaterThan(5);
  expect(command?.kernel).toHaveLength(3);
});

test.each([
  [['--strides', '2'], "Unknown option '--strides'"],
  [['--stride', '0'], "--stride must be a whole number of at least 1, or two with a comma. Received: '0'."],
  [['--stride', '1,2,3'], "Received: '1,2,3'."],
  [['--input', 'big'], "--input must be a size, such as 6x6, or a matrix, such as [[1,2],[3,4]]. Received: 'big'."],
  [['--input', '0x3'], "--input must have 1 to 32 rows and columns. Received: '0x3'."],
  [['--out', 'a.png'], "--out must end in .gif. Received: 'a.png'."],
])('%j is refused', (args, message) => {
  expect(() => parseCommand(args)).toThrow(message);
});

test('makes the file and prints the sums', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-gif-'));
  const out = join(folder, 'steps.gif');
  const printed = makeGif({ input: [[1, 2, 3]], kernel: [[1, 1]], options: { strides: 1 }, out });
  expect(printed).toMatch(/^3\t5\n2 positions, \d+ x \d+ pixels: .*steps\.gif\n$/);
  expect(decodeGif(readFileSync(out)).frames).toHaveLength(2);
  rmSync(folder, { recursive: true });
});

test('as a command: help and exit codes', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'scripts/conv-gif.ts', ...args], { encoding: 'utf8' });
  expect(run('--help')).toMatchObject({ status: 0, stdout: USAGE });
  const refused = run('--speed', '3');
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr).toContain("Unknown option '--speed'");
  expect(refused.stderr).toContain(USAGE);
  const unfit = run('--input', '2x2');
  expect(unfit.status).toBe(1);
  expect(unfit.stderr).toContain('slidingKernel: the kernel must not be larger than the padded input.');
});
