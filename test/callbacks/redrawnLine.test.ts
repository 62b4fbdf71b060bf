import { Terminal } from '@xterm/headless';
import { CallbackList, type Logs, Progbar, ProgbarLogger } from '../../src/callbacks';
import { cellsOf, cutToCells, plainText, RedrawnLine } from '../../src/callbacks/redrawnLine';

const ROWS = 8;

/** xterm.js without a window. */
class Screen {
  readonly isTTY = true;
  readonly #terminal: Terminal;

  constructor(columns: number, reflows = false) {
    const options = { cols: columns, rows: ROWS, scrollback: 500, allowProposedApi: true, convertEol: true };
    this.#terminal = new Terminal({ ...options, reflowCursorLine: reflows });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  write(text: string): void {
    this.#terminal.write(text);
  }

  /** Done when all that was written is on the screen. */
  shown(): Promise<void> {
    return new Promise((resolve) => this.#terminal.write('', resolve));
  }

  async resize(columns: number): Promise<void> {
    await this.shown();
    this.#terminal.resize(columns, ROWS);
  }

  /** The rows down to the last that is not empty, those scrolled away too. */
  get rows(): string[] {
    const { active } = this.#terminal.buffer;
    const rows = Array.from({ length: active.length }, (_, i) => active.getLine(i)?.translateToString(true) ?? '');
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }

  /** Rows that run on, as one. */
  get lines(): string[] {
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    for (const [i] of this.rows.entries()) {
      const line = active.getLine(i);
      if (line?.isWrapped) lines.push((lines.pop() ?? '') + line.translateToString(true));
      else lines.push(line?.translateToString(false) ?? '');
    }
    return lines.map((line) => line.trimEnd());
  }
}

let seconds = 1000;
beforeEach(() => {
  seconds = 1000;
  jest.spyOn(performance, 'now').mockImplementation(() => seconds * 1000 - performance.timeOrigin);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const NAMES = ['accuracy', 'loss', 'mean_absolute_percentage_error_of_the_second_output', 'val_something_quite_long'];
const logsAt = (step: number): Logs =>
  Object.fromEntries(NAMES.map((name, i) => [name, i === 1 ? 123456789 / step ** 3 : 1 / (step + 1000 ** i)]));

type Look = (epoch: number, batch: number) => void | Promise<void>;

/** Tells a list of callbacks of training; after each batch the screen is looked at. */
async function train(screen: Screen, epochs: number, steps: number | null, look: Look): Promise<void> {
  const list = CallbackList([ProgbarLogger({ output: screen })], { verbose: 1, epochs, steps });
  list.onTrainBegin();
  for (let epoch = 0; epoch < epochs; epoch++) {
    list.onEpochBegin(epoch);
    for (let batch = 0; batch < 12; batch++) {
      seconds += batch === 0 ? 100 : 0.06;
      list.onTrainBatchEnd(batch, () => logsAt(epoch * 12 + batch + 1));
      await screen.shown();
      await look(epoch, batch);
    }
    list.onEpochEnd(epoch, logsAt(epoch * 12 + 12));
  }
  list.onTrainEnd();
  await screen.shown();
}

describe.each([40, 60, 80, 100, 120, 200])('on a terminal of %i columns', (columns) => {
  test.each([12, null])('there is one line for each epoch, the one being drawn in one row; %s steps', async (steps) => {
    const screen = new Screen(columns);
    let finished: string[] = [];
    await train(screen, 6, steps, (epoch, batch) => {
      if (batch === 0) finished = screen.rows.slice(0, -1);
      expect(screen.rows.slice(0, -1)).toEqual(finished);
      expect(finished.at(-1)).toBe(`Epoch ${epoch + 1}/6`);
      expect(screen.rows.at(-1)).toMatch(epoch === 0 && !steps ? `${batch + 1}/Unknown ` : `${batch + 1}/12 ━━`);
      expect(screen.rows.at(-1)?.length).toBeLessThan(columns);
    });
    expect(screen.lines).toHaveLength(12);
    for (let epoch = 0; epoch < 6; epoch++) {
      const [header, line] = screen.lines.slice(2 * epoch, 2 * epoch + 2);
      expect(header).toBe(`Epoch ${epoch + 1}/6`);
      expect(line).toMatch(/^12\/12 ━{20} \d+s \d+ms\/step - accuracy: \S+ - loss: \S+ - mean_\S+ \S+ - val_\S+ \S+$/);
    }
  });

  test('what fits is whole at each step', async () => {
    const screen = new Screen(columns);
    const bar = Progbar(9, { output: screen, width: 4, clock: () => seconds });
    for (let step = 1; step <= 9; step++) {
      seconds += 0.1;
      bar.update(step, { loss: 0.5 });
      await screen.shown();
      expect(screen.rows).toHaveLength(1);
      expect(screen.rows[0]).toMatch(new RegExp(`^${step}/9 ━━━━ \\ds 100ms/step - loss: 0.5000$`));
    }
  });
});

describe('a line that is redrawn', () => {
  test('leaves nothing of a longer one, however wide its characters', async () => {
    const screen = new Screen(30);
    const line = new RedrawnLine(screen);
    for (const text of [
      '精度: 0.99 損失: 0.01 検証: 0.5 etc.',
      'e\u0301te\u0301: 1 👍 done',
      'short',
      '',
      '1234567890',
    ]) {
      screen.write(line.draw(text, false));
      await screen.shown();
      expect(screen.rows.length).toBeLessThanOrEqual(1);
      expect(text).toContain(screen.rows.join(''));
      expect(cellsOf(screen.rows.join(''))).toBe(Math.min(cellsOf(text), cellsOf(cutToCells(text, 29))));
    }
    screen.write(line.draw('end', true));
    await screen.shown();
    expect(screen.rows).toEqual(['end']);
  });

  test.each([
    ['', 0],
    ['loss', 4],
    ['\x1b[1m12/12\x1b[0m ━━', 8],
    ['精度', 4],
    ['e\u0301', 1],
    ['한글', 4],
    ['ﾊﾝ', 2],
  ])('%p takes %i cells, as in the terminal', async (text, cells) => {
    expect(cellsOf(text)).toBe(cells);
    const screen = new Screen(80);
    screen.write(`\x1b[${cells + 1}G!\r${text}`);
    await screen.shown();
    expect(screen.rows[0]).toBe(`${plainText(text)}!`);
  });

  test('emoji take two cells', () => {
    expect(cellsOf('👍 ok')).toBe(5);
  });

  test('is cut between characters, with its colours ended', () => {
    const text = '\x1b[1mab\x1b[0mc精d';
    expect(cutToCells(text, 7)).toBe(text);
    expect(cutToCells(text, 6)).toBe(text);
    expect(cutToCells(text, 5)).toBe('\x1b[1mab\x1b[0mc精\x1b[0m');
    expect(cutToCells(text, 4)).toBe('\x1b[1mab\x1b[0mc\x1b[0m');
    expect(cutToCells(text, 1)).toBe('\x1b[1ma\x1b[0m');
  });

  test('is written as it is where the width is not known', () => {
    const long = 'x'.repeat(500);
    expect(new RedrawnLine({ write: () => true }).draw(long, false)).toBe(`\r${long}`);
    expect(new RedrawnLine({ write: () => true, columns: 0 }).draw(long, false)).toBe(`\r${long}`);
  });
});

describe.each([
  ['that breaks rows again, as most do', true],
  ['that cuts rows, as xterm', false],
])('a terminal %s', (_, reflows) => {
  test.each([
    [[120, 50, 120, 30, 31, 30, 200]],
    [[60, 59, 58, 20, 10, 80]],
    [[200, 40, 200, 40, 200]],
    [[100, 25, 12, 100]],
  ])('may be resized between two steps: %p', async (widths) => {
    const screen = new Screen(widths[0] as number, reflows);
    screen.write('before\n');
    const bar = Progbar(99, { output: screen, clock: () => seconds });
    for (const [i, columns] of widths.flatMap((width) => [width, width]).entries()) {
      await screen.resize(columns);
      seconds += 0.1;
      bar.update(i + 1, logsAt(i + 1));
      await screen.shown();
      expect(screen.rows).toHaveLength(2);
      expect(screen.rows[0]).toBe('before');
      expect(screen.rows[1]).toMatch(new RegExp(`^ ?${i + 1}/99 `));
    }
    bar.update(99, logsAt(99), true);
    await screen.shown();
    expect(screen.lines).toHaveLength(2);
    expect(screen.lines[1]).toMatch(/^99\/99 ━{20} .* - val_something_quite_long: \S+$/);
  });

  test('may be resized at the bottom of a full screen', async () => {
    const screen = new Screen(120, reflows);
    for (let i = 0; i < ROWS + 5; i++) screen.write(`line ${i}\n`);
    const bar = Progbar(9, { output: screen, clock: () => seconds });
    for (const [i, columns] of [120, 40, 120, 35].entries()) {
      await screen.resize(columns);
      seconds += 0.1;
      bar.update(i + 1, logsAt(i + 1));
      await screen.shown();
      expect(screen.rows).toHaveLength(ROWS + 6);
      expect(screen.rows.slice(0, -1)).toEqual(Array.from({ length: ROWS + 5 }, (_, line) => `line ${line}`));
      expect(screen.rows.at(-1)).toContain(`${i + 1}/9 `);
    }
  });
});

/** What a notebook page shows of a text: `\r` goes back to the start of the line, and what follows overwrites it. */
function notebookShows(text: string): string[] {
  return text.split('\n').map((line) => {
    const shown = line.split('\r').reduce((below, above) => above + below.slice(above.length), '');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI codes begin with one
    return shown.replace(/\x1b\[\d*m/g, '').trimEnd();
  });
}

test('in a notebook, of unknown width, there is one line for each epoch, too', () => {
  let text = '';
  const { write, isTTY } = process.stdout;
  Object.assign(process.stdout, { isTTY: false, write: (part: string) => (text += part) });
  process.env.JPY_PARENT_PID = '1';
  try {
    const list = CallbackList([ProgbarLogger()], { verbose: 1, epochs: 3, steps: null });
    list.onTrainBegin();
    for (let epoch = 0; epoch < 3; epoch++) {
      list.onEpochBegin(epoch);
      for (let batch = 0; batch < 12; batch++) {
        seconds += batch === 0 ? 100 : 0.06;
        list.onTrainBatchEnd(batch, () => logsAt(epoch * 12 + batch + 1));
        const shown = notebookShows(text);
        expect(shown).toHaveLength(2 * epoch + 2);
        expect(shown.at(-1)).toMatch(
          /^ *\d+\/(12 ━{20}|Unknown) [\d:]+s? \S+\/step - accuracy: \S+ - loss: \S+ - mean_\S+ \S+ - val_\S+ \S+$/,
        );
      }
      list.onEpochEnd(epoch, logsAt(epoch * 12 + 12));
    }
  } finally {
    Object.assign(process.stdout, { isTTY, write });
    delete process.env.JPY_PARENT_PID;
  }
  expect(notebookShows(text)).toHaveLength(7);
  for (const code of ['\x1b[?45h', '\x1b[J', '\x1b[K']) expect(text).not.toContain(code);
});

test('a run without a batch leaves no line', async () => {
  const screen = new Screen(80);
  const list = CallbackList([ProgbarLogger({ output: screen })], { verbose: 1, steps: null });
  list.onTestBegin();
  list.onTestEnd();
  list.onPredictBegin();
  list.onPredictEnd();
  list.onTrainBegin();
  list.onEpochBegin(0);
  list.onEpochEnd(0);
  await screen.shown();
  expect(screen.rows).toEqual([]);
});
