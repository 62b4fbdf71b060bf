import { callable } from '../base/callable';
import { ValueError } from '../base/errors';
import type { Logs, LogValue } from './callback';
import { exponential, fixed } from './format';
import { canRedraw, type Output, standardOutput } from './output';
import { plainText, RedrawnLine } from './redrawnLine';

/** Arguments of `Progbar`. */
export interface ProgbarOptions {
  /** Characters of the bar. Default: 20. */
  width?: number;
  /** 0 silent, 1 (default) a bar, 2 one line at the end. */
  verbose?: number;
  /** Seconds between two drawings. Default: 0.05. */
  interval?: number;
  /** Metrics shown as given; all others are averaged over the steps. Default: none. */
  statefulMetrics?: readonly string[];
  /** Metrics that are averaged; all others are shown as given. Not together with `statefulMetrics`. */
  statelessMetrics?: readonly string[];
  /** What is counted. Default: `'step'`. */
  unitName?: string;
  /** Default: standard output. */
  output?: Output;
  /** The time in seconds. */
  clock?: () => number;
}

/** Metrics at a step: a record, pairs, or a function that is called only when they are needed. */
export type ProgbarValues = Logs | readonly NamedValue[] | (() => Logs);
/** What is done at a step: drawn, summed up in a line, values read for it. */
interface Plan {
  readonly last: boolean;
  readonly draws: boolean;
  readonly sumsUp: boolean;
  readonly reads: boolean;
}

type NamedValue = readonly [name: string, value: LogValue];

const BOLD = '\x1b[1m';
const GREEN = '\x1b[32m';
const WHITE = '\x1b[37m';
const RESET = '\x1b[0m';

const systemClock = (): number => (performance.timeOrigin + performance.now()) / 1000;

export class ProgbarBase {
  static readonly className = 'Progbar';

  /** Steps in all; `null` when not known. */
  target: number | null;
  readonly #options: Required<Omit<ProgbarOptions, 'statefulMetrics' | 'statelessMetrics'>>;
  readonly #averages: (name: string) => boolean;
  /** Whether no metric is averaged, so that only those that are drawn need be read. */
  readonly #drawnOnly: boolean;
  /** Where it is redrawn. */
  readonly #place: RedrawnLine | undefined;
  readonly #values = new Map<string, { sum: number; count: number }>();
  readonly #start: number;
  #seen = 0;
  #lastDrawn = 0;
  #afterFirstStep: number | undefined;

  constructor(target: number | null, options: ProgbarOptions = {}) {
    const { statefulMetrics, statelessMetrics, ...rest } = options;
    if (statefulMetrics && statelessMetrics) {
      throw new ValueError(
        'Progbar: give statefulMetrics or statelessMetrics, not both. ' +
          `Received: statefulMetrics=[${statefulMetrics}], statelessMetrics=[${statelessMetrics}].`,
      );
    }
    this.target = target;
    const defaults = { width: 20, verbose: 1, interval: 0.05, unitName: 'step', clock: systemClock };
    this.#options = { ...defaults, output: standardOutput(), ...rest };
    const stateful = new Set(statefulMetrics);
    const stateless = statelessMetrics && new Set(statelessMetrics);
    this.#averages = (name) => (stateless ? stateless.has(name) : !stateful.has(name));
    this.#drawnOnly = stateless?.size === 0;
    const { output } = this.#options;
    if (canRedraw(output)) this.#place = new RedrawnLine(output);
    this.#start = this.#options.clock();
  }

  /**
   * Tells that `current` steps are done.
   * @param finalize whether this is the last drawing. Default: when the target is reached.
   */
  update(current: number, values: ProgbarValues = {}, finalize?: boolean): void {
    const plan = this.#plan(current, finalize);
    this.#apply(current, plan.reads ? entriesOf(values) : [], plan);
  }

  /** `update` with values that are waited for, where they are needed. */
  updateLater(current: number, read: () => Promise<Logs>, finalize?: boolean): undefined | Promise<void> {
    const plan = this.#plan(current, finalize);
    if (plan.reads) return read().then((logs) => this.#apply(current, Object.entries(logs), plan));
    this.#apply(current, [], plan);
  }

  #plan(current: number, finalize: boolean | undefined): Plan {
    const last = finalize ?? (this.target !== null && current >= this.target);
    const { clock, interval, verbose } = this.#options;
    const isTime = this.#place !== undefined && clock() - this.#lastDrawn >= interval;
    const draws = verbose === 1 && (last || isTime);
    const sumsUp = verbose === 2 && last && this.target !== null && this.target > 0;
    // The first values are always read: they decide the order of the names.
    const reads = draws || sumsUp || !this.#drawnOnly || (verbose === 1 && this.#values.size === 0);
    return { last, draws, sumsUp, reads };
  }

  #apply(current: number, values: readonly NamedValue[], { last, draws, sumsUp }: Plan): void {
    const { clock, output } = this.#options;
    this.#record(current, values, last);
    this.#seen = current;
    const now = clock();
    const perStep = this.#stepDuration(current, now);
    if (draws) {
      output.write(this.#line(current, now, perStep, last));
      this.#lastDrawn = now;
    } else if (sumsUp) {
      const time = `${fixed(now - this.#start, 0)}s -${this.#formatStep(perStep)}`;
      output.write(`${this.#count(current)} - ${time}${this.#metrics((value) => value)}\n`);
    }
  }

  /** Tells that `n` more steps are done. */
  add(n: number, values: ProgbarValues = {}): void {
    this.update(this.#seen + n, values);
  }

  #record(current: number, values: readonly NamedValue[], last: boolean): void {
    for (const [name, given] of values) {
      const value = typeof given === 'number' ? given : mean(given);
      const known = this.#values.get(name);
      const count = Math.max(current - this.#seen, 1);
      if (last || !this.#averages(name)) this.#values.set(name, { sum: value, count: 1 });
      else this.#values.set(name, { sum: (known?.sum ?? 0) + value * count, count: (known?.count ?? 0) + count });
    }
  }

  /** The line with everything around it. */
  #line(current: number, now: number, perStep: number, last: boolean): string {
    const text = this.#bar(current) + this.#time(current, now, perStep, last) + this.#metrics(Math.abs);
    return this.#place?.draw(text, last) ?? `${plainText(text)}\n`;
  }

  #bar(current: number): string {
    if (!this.target) return `${String(current).padStart(7)}/Unknown`;
    const { width } = this.#options;
    const done = Math.floor(width * (current / this.target));
    const green = done > 0 ? `${GREEN}${'━'.repeat(done)}${RESET}` : '';
    return `${BOLD}${this.#count(current)}${RESET} ${green}${WHITE}${'━'.repeat(Math.max(0, width - done))}${RESET}`;
  }

  #count(current: number): string {
    return `${String(current).padStart(String(this.target).length)}/${this.target}`;
  }

  /** The time left, in the end the time taken; and the time per step. */
  #time(current: number, now: number, perStep: number, last: boolean): string {
    const time = this.target && !last ? duration(perStep * (this.target - current)) : `${fixed(now - this.#start, 0)}s`;
    return ` ${BOLD}${time}${RESET}${this.#formatStep(perStep)}`;
  }

  /** Small values are shown with an exponent; `size` decides what is small. */
  #metrics(size: (value: number) => number): string {
    const shown = [...this.#values].map(([name, { sum, count }]) => {
      const value = sum / Math.max(1, count);
      return ` - ${name}: ${size(value) > 1e-3 ? fixed(value, 4) : exponential(value, 4)}`;
    });
    return shown.join('');
  }

  #formatStep(seconds: number): string {
    const { unitName } = this.#options;
    if (seconds >= 1 || seconds === 0) return ` ${fixed(seconds, 0)}s/${unitName}`;
    if (seconds >= 1e-3) return ` ${fixed(seconds * 1e3, 0)}ms/${unitName}`;
    return ` ${fixed(seconds * 1e6, 0)}us/${unitName}`;
  }

  /** Mean duration of a step; the first one, which is slow, counts only while it is alone. */
  #stepDuration(current: number, now: number): number {
    if (current === 0) return 0;
    const first = this.#afterFirstStep;
    if (current === 1) this.#afterFirstStep = now;
    return first !== undefined && current > 1 ? (now - first) / (current - 1) : (now - this.#start) / current;
  }
}

/**
 * A progress bar with the time per step and metrics, of a vector its mean. On a terminal or in a notebook the line is
 * redrawn, cut to the terminal's width until the end; elsewhere it is written once, at the end, without colours.
 *
 * @example
 * const bar = Progbar(2);
 * bar.update(1, { loss: 0.5 });
 * bar.update(2, { loss: 0.3 }); // 2/2 ━━━━━━━━━━━━━━━━━━━━ 0s 10ms/step - loss: 0.3000
 * @see https://keras.io/api/utils/python_utils/#progbar-class
 */
export const Progbar = callable(ProgbarBase);
export type Progbar = ProgbarBase;

function entriesOf(values: ProgbarValues): readonly NamedValue[] {
  if (typeof values === 'function') return Object.entries(values());
  return Array.isArray(values) ? (values as readonly NamedValue[]) : Object.entries(values as Logs);
}

function mean(values: readonly number[]): number {
  const numbers = values.flat(Number.POSITIVE_INFINITY) as number[]; // a custom metric may have a matrix
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/** `12s`, `1:05` or `2:03:04`. */
function duration(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (seconds > 3600) return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  if (seconds > 60) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${Math.floor(seconds)}s`;
}
