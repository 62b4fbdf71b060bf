import { toCamelCase } from '../../src/base/options';
import { type CallbackParams, type Logs, Progbar, ProgbarLogger } from '../../src/callbacks';
import fixture from '../fixtures/progbar.json';

type JsonNumber = number | string;
type Numbers = Record<string, JsonNumber | JsonNumber[]>;
interface LoggerCase {
  params: CallbackParams;
  events: [time: number, hook: string, ...args: (number | Numbers)[]][];
  output: string;
}
interface BarCase {
  target: number | null;
  options: Record<string, unknown>;
  updates: [time: number, current: number, values: Logs, finalize?: boolean][];
  output: string;
}

const loggers = Object.entries(fixture.loggers as unknown as Record<string, LoggerCase>);
const bars = Object.entries(fixture.bars as unknown as Record<string, BarCase>);

/** A stream that keeps what is written. */
class Page {
  text = '';
  constructor(readonly isTTY: boolean) {}
  write(text: string): void {
    this.text += text;
  }
}

let seconds = 1000;
beforeEach(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => seconds * 1000 - performance.timeOrigin);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const toNumbers = (logs: Numbers): Logs =>
  Object.fromEntries(
    Object.entries(logs).map(([name, value]) => [name, Array.isArray(value) ? value.map(Number) : Number(value)]),
  ) as Logs;

function runLogger({ params, events }: LoggerCase, page: Page): void {
  const logger = ProgbarLogger({ output: page });
  logger.setParams(params);
  for (const [time, hook, ...args] of events) {
    seconds = 1000 + time;
    const given = args.map((value) => (typeof value === 'object' ? toNumbers(value) : value));
    if (typeof given.at(-1) !== 'object') given.push({});
    (Reflect.get(logger, toCamelCase(hook)) as (...given: unknown[]) => void).apply(logger, given);
  }
}

function runBar({ target, options, updates }: BarCase, page: Page): void {
  const camel = Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));
  const bar = Progbar(target, { ...camel, output: page, clock: () => seconds });
  for (const [time, current, values, finalize] of updates) {
    seconds = 1000 + time;
    bar.update(current, values, finalize);
  }
}

/** What is left of a terminal's lines where nothing can be redrawn: their last state, without colours. */
function plainLines(output: string): string {
  const finished = output.slice(0, output.lastIndexOf('\n') + 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI codes begin with one
  const plain = finished.replace(/\x1b\[\d+m/g, '');
  return plain
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).trimEnd())
    .join('\n');
}

describe('ProgbarLogger', () => {
  test.each(loggers)('%s: a terminal gets the characters of Keras, without backspaces', (_, scenario) => {
    const page = new Page(true);
    seconds = 1000;
    runLogger(scenario, page);
    expect(page.text).toBe(scenario.output);
  });

  test.each(loggers)('%s: elsewhere the last state of each line is written, plainly', (_, scenario) => {
    const page = new Page(false);
    seconds = 1000;
    runLogger(scenario, page);
    expect(page.text.replace(/ +$/gm, '')).toBe(plainLines(scenario.output));
    for (const control of ['\r', '\b', '\x1b']) expect(page.text).not.toContain(control);
  });
});

describe('Progbar', () => {
  test.each(bars)('%s: a terminal gets the characters of Keras, without backspaces', (_, scenario) => {
    const page = new Page(true);
    seconds = 1000;
    runBar(scenario, page);
    expect(page.text).toBe(scenario.output);
  });

  test('reads metrics only when they are drawn', () => {
    const page = new Page(true);
    const read = jest.fn(() => ({ loss: 0.5 }));
    const bar = Progbar(100, { statelessMetrics: [], output: page, clock: () => seconds });
    for (let step = 1; step <= 50; step++) {
      seconds = 1000 + step * 0.01;
      bar.update(step, read, false);
    }
    expect(read.mock.calls.length).toBeLessThanOrEqual(10);
    expect(page.text.match(/\r/g)?.length).toBe(read.mock.calls.length);
  });

  test('takes pairs as Keras does, and counts on with add', () => {
    const page = new Page(false);
    const bar = Progbar(2, { output: page, clock: () => 1000 });
    bar.add(1, [['loss', 1]]);
    bar.add(1, [['loss', 3]]);
    expect(page.text).toBe('2/2 ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step - loss: 3.0000\n');
  });

  test.each([
    ['a pipe', {}, '1/1 ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step\n'],
    [
      'a notebook',
      { JPY_PARENT_PID: '1' },
      `\r\x1b[1m1/1\x1b[0m \x1b[32m${'━'.repeat(20)}\x1b[0m\x1b[37m\x1b[0m \x1b[1m0s\x1b[0m 0s/step\n`,
    ],
  ])('writes to standard output, here %s', (_, env, expected) => {
    const { write, isTTY } = process.stdout;
    const written: string[] = [];
    Object.assign(process.stdout, { isTTY: false, write: (text: string) => written.push(text) });
    Object.assign(process.env, env);
    try {
      Progbar(1, { clock: () => 1000 }).update(1);
    } finally {
      Object.assign(process.stdout, { isTTY, write });
      delete process.env.JPY_PARENT_PID;
    }
    expect(written.join('')).toBe(expected);
  });

  test('refuses both kinds of metrics at once', () => {
    expect(() => Progbar(2, { statefulMetrics: ['a'], statelessMetrics: ['b'] })).toThrow(
      'Progbar: give statefulMetrics or statelessMetrics, not both. Received: statefulMetrics=[a], statelessMetrics=[b].',
    );
  });
});
