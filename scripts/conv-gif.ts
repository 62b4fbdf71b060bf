/**
 * Makes an animated GIF of a kernel that slides over an input, each sum computed by the reference convolution.
 * `npx tsx scripts/conv-gif.ts --help` lists the options.
 */
import { parseArgs } from 'node:util';
import { type SlidingKernelOptions, slidingKernel } from '../src/plot';
import { convolve2d, kernels } from '../src/reference';

export const USAGE = `Usage: npx tsx scripts/conv-gif.ts [options]

Makes an animated GIF of a kernel that slides over an input.

  --input RxC|JSON       rows and columns, such as 6x6, filled with digits; or the numbers, [[1,2],[3,4]]; default 6x6
  --kernel NAME|RxC|JSON a kernel by its name (${Object.keys(kernels).join(', ')}),
                         its size, then all ones, or its numbers; default [[1,0,-1],[1,0,-1],[1,0,-1]]
  --stride N|N,M         pixels per step, of rows and columns; default 1
  --padding N|N,M|same   zeros around the input; default 0
  --dilation N|N,M       distance of the pixels under the kernel; default 1
  --delay N              milliseconds per step; default 800
  --title TEXT           above the picture
  --out FILE.gif         default conv.gif
  --help                 this text
`;

/** A command line that cannot be followed: the message is printed with the usage, and the exit code is 2. */
export class UsageError extends Error {}

export interface Command {
  input: number[][];
  kernel: number[][];
  options: SlidingKernelOptions;
  out: string;
}

const EDGES = '[[1,0,-1],[1,0,-1],[1,0,-1]]';
const LARGEST = 32;

/** What a command line asks for; `undefined` where it asks for help. */
export function parseCommand(args: readonly string[]): Command | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { input = '6x6', kernel = EDGES, stride = '1', padding = '0', dilation = '1', delay = '800' } = values;
  return {
    input: matrix('--input', input, (i, j) => (7 * i * i + 5 * i * j + 3 * j + 2 * (i ^ j)) % 10),
    kernel: Object.hasOwn(kernels, kernel)
      ? kernels[kernel as keyof typeof kernels].map((row) => [...row])
      : matrix('--kernel', kernel, () => 1),
    options: {
      strides: pair('--stride', stride, 1),
      padding: padding === 'same' || padding === 'valid' ? padding : pair('--padding', padding, 0),
      dilationRate: pair('--dilation', dilation, 1),
      delay: pair('--delay', delay, 20)[0],
      ...(values.title !== undefined && { title: values.title }),
    },
    out: gifName(values.out ?? 'conv.gif'),
  };
}

function parse(args: readonly string[]) {
  const string = { type: 'string' } as const;
  const names = { input: string, kernel: string, stride: string, padding: string, dilation: string, delay: string };
  const help = { type: 'boolean', short: 'h' } as const;
  try {
    return parseArgs({ args: [...args], options: { ...names, title: string, out: string, help } }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** A matrix by its size or its numbers. */
function matrix(option: string, value: string, fill: (i: number, j: number) => number): number[][] {
  const size = /^(\d+)x(\d+)$/i.exec(value);
  if (size) {
    const [rows, columns] = [Number(size[1]), Number(size[2])];
    if (rows < 1 || columns < 1 || Math.max(rows, columns) > LARGEST) {
      throw new UsageError(`${option} must have 1 to ${LARGEST} rows and columns. Received: '${value}'.`);
    }
    return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => fill(i, j)));
  }
  try {
    return JSON.parse(value) as number[][];
  } catch {
    throw new UsageError(
      `${option} must be a size, such as 6x6, or a matrix, such as [[1,2],[3,4]]. Received: '${value}'.`,
    );
  }
}

/** `2` or `2,1`, for rows and columns. */
function pair(option: string, value: string, least: number): [number, number] {
  const parts = value.split(',').map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  const [rows, columns = parts[0]] = parts;
  const good =
    value.split(',').length <= 2 && rows !== undefined && columns !== undefined && Math.min(rows, columns) >= least;
  if (good) return [rows, columns];
  throw new UsageError(
    `${option} must be a whole number of at least ${least}, or two with a comma. Received: '${value}'.`,
  );
}

function gifName(path: string): string {
  if (path.endsWith('.gif')) return path;
  throw new UsageError(`--out must end in .gif. Received: '${path}'.`);
}

/** Makes the file and tells about it. */
export function makeGif({ input, kernel, options, out }: Command): string {
  const animation = slidingKernel(input, kernel, options);
  const { strides, padding, dilationRate } = options;
  const output = convolve2d(input, kernel, {
    ...(strides !== undefined && { strides }),
    ...(padding !== undefined && { padding }),
    ...(dilationRate !== undefined && { dilationRate }),
  });
  const path = animation.save(out);
  const table = output.map((row) => row.map((value) => Number(value.toFixed(4))).join('\t')).join('\n');
  return `${table}\n${animation.length} positions, ${animation.width} x ${animation.height} pixels: ${path}\n`;
}

function main(): void {
  try {
    const command = parseCommand(process.argv.slice(2));
    process.stdout.write(command === undefined ? USAGE : makeGif(command));
  } catch (error) {
    const { name, message } = error as Error;
    const isUsage = error instanceof UsageError;
    if (!isUsage && name !== 'ValueError') throw error;
    process.stderr.write(`${message}\n${isUsage ? `\n${USAGE}` : ''}`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

if (require.main === module) main();
