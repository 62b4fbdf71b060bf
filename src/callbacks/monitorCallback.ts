import { formatValue, ValueError } from '../base/errors';
import { CallbackBase, type Logs } from './callback';
import { type Direction, directionOf } from './direction';

/** Which way is better: `'auto'` asks the metric. */
export type MonitorMode = 'auto' | 'min' | 'max';

/** A metric of a model, or several as one. */
interface Listed {
  readonly name?: string;
  readonly metrics?: readonly Listed[];
}

/** Base of the callbacks that watch one quantity and judge whether it gets better. */
export abstract class MonitorCallback extends CallbackBase {
  /** Class name, for messages. */
  protected abstract readonly who: string;
  readonly monitor: string;
  readonly mode: MonitorMode;
  /** How much better counts; its sign is of no importance. */
  readonly minDelta: number;
  /** The best value so far. */
  best: number | null = null;
  #direction: Direction | undefined;
  #warned = false;

  constructor(who: string, monitor: string, mode: MonitorMode, minDelta: number) {
    super();
    const isKnown = ['auto', 'min', 'max'].includes(mode);
    if (!isKnown) console.warn(`${who} mode '${mode}' is unknown, fallback to auto mode.`);
    this.monitor = monitor;
    this.mode = isKnown ? mode : 'auto';
    this.minDelta = Math.abs(minDelta);
  }

  /** The value watched; warns, once, if there is none. */
  protected currentValue(logs: Logs): number | undefined {
    this.#direction ??= this.#findDirection();
    const value = logs[this.monitor];
    if (value === undefined && !this.#warned) {
      this.#warned = true;
      console.warn(this.unavailable(Object.keys(logs).join(',')));
    }
    if (value === undefined || typeof value === 'number') return value;
    throw new ValueError(
      `${this.who}: '${this.monitor}' must be a single number, to tell which epoch is better. ` +
        `Received: ${formatValue(value)}. Watch another quantity, or give the metric a single result, ` +
        "as F1Score({ average: 'macro' }).",
    );
  }

  /** Keras's warning, in words of its own for each callback. */
  protected abstract unavailable(available: string): string;

  /** Whether a value is better than another by more than `minDelta`, compared as 32-bit floats. */
  protected isImprovement(value: number, reference: number | null): boolean {
    if (reference === null) return true;
    const bound = Math.fround(reference);
    const isUp = this.#direction === 'up';
    return isUp ? Math.fround(value - this.minDelta) > bound : Math.fround(value + this.minDelta) < bound;
  }

  #findDirection(): Direction {
    if (this.mode !== 'auto') return this.mode === 'min' ? 'down' : 'up';
    const name = this.monitor.replace(/^val_/, '');
    const listed = (this.model.metrics ?? []) as readonly Listed[];
    const metrics = listed.flatMap((each) => [each, ...(each.metrics ?? [])]); // those of `compile` are listed as one
    const metric = metrics.find((candidate) => candidate.name === name);
    const direction = (metric && directionOf(metric)) ?? (name === 'loss' ? 'down' : undefined);
    if (direction) return direction;
    throw new ValueError(
      `${this.who}: it is not known whether '${this.monitor}' should be small or large. Received: mode='auto'. ` +
        "Pass mode: 'max' or mode: 'min'.",
    );
  }
}
