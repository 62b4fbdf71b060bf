import { formatValue, ValueError } from '../base/errors';
import type { Signature } from '../base/options';
import { isSchedule, type LearningRateSchedule } from './schedule';

/** Arguments of every optimizer. */
export interface OptimizerOptions {
  /** Size of the steps, or a schedule of it. */
  learningRate?: number | LearningRateSchedule;
  /** Fraction, times the learning rate, by which weights shrink at each step. Default: none. */
  weightDecay?: number | null;
  /** Longest gradient of one variable; longer ones are scaled down. Default: none. */
  clipnorm?: number | null;
  /** Largest entry of a gradient, in size. Default: none. */
  clipvalue?: number | null;
  /** Greatest length of all gradients together. Default: none. */
  globalClipnorm?: number | null;
  /** Whether a moving average of the weights is kept, which takes their place at the end. Default: false. */
  useEma?: boolean;
  /** How much of the average stays at each step. Default: 0.99. */
  emaMomentum?: number;
  /** Steps after which the average takes the weights' place. Default: only at the end of training. */
  emaOverwriteFrequency?: number | null;
  /** Factor of the loss, which gradients are divided by. Default: none. */
  lossScaleFactor?: number | null;
  /** Number of steps whose mean gradient makes one update. Default: none, every step is an update. */
  gradientAccumulationSteps?: number | null;
  /** Default: the class in snake_case, numbered. */
  name?: string | null;
}

/** What an optimizer may be given by position: a learning rate, then the other options. */
export type OptimizerArguments<O extends OptimizerOptions> = [
  learningRateOrOptions?: number | LearningRateSchedule | O,
  options?: Omit<O, 'learningRate'>,
];

const DEFAULTS: Required<Omit<OptimizerOptions, 'learningRate'>> = {
  weightDecay: null,
  clipnorm: null,
  clipvalue: null,
  globalClipnorm: null,
  useEma: false,
  emaMomentum: 0.99,
  emaOverwriteFrequency: null,
  lossScaleFactor: null,
  gradientAccumulationSteps: null,
  name: null,
};

/** The signature of an optimizer: its own arguments and those of all. */
export function optimizerSignature<O extends OptimizerOptions>(who: string, own: Partial<O>): Signature<O> {
  return { who, positional: ['learningRate'], defaults: { ...DEFAULTS, ...own } };
}

/** Refuses what is not a learning rate. */
export function checkRate(who: string, rate: unknown): number {
  if (typeof rate === 'number' && !Number.isNaN(rate)) return rate;
  throw new ValueError(
    `${who}: learningRate must be a number or a schedule. Received: learningRate=${formatValue(rate)}.`,
  );
}

/** Refuses a number outside of a range. */
export function checkRange(who: string, name: string, value: unknown, low: number, high: number): number {
  if (typeof value === 'number' && value >= low && value <= high) return value;
  throw new ValueError(
    `${who}: ${name} must be a number from ${low} to ${high}. Received: ${name}=${formatValue(value)}.`,
  );
}

/** All options, with defaults, checked. */
export function checkOptions(who: string, options: OptimizerOptions): Required<OptimizerOptions> {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all = { ...DEFAULTS, ...given } as Required<OptimizerOptions>;
  if (!isSchedule(all.learningRate)) checkRate(who, all.learningRate);
  const { clipnorm, clipvalue, globalClipnorm } = all;
  if ([clipnorm, clipvalue, globalClipnorm].filter((value) => value !== null).length > 1) {
    throw new ValueError(
      `${who}: only one of clipnorm, clipvalue and globalClipnorm can be given. ` +
        `Received: clipnorm=${clipnorm}, clipvalue=${clipvalue}, globalClipnorm=${globalClipnorm}.`,
    );
  }
  if (all.gradientAccumulationSteps) {
    checkCount(who, 'gradientAccumulationSteps', all.gradientAccumulationSteps, 2);
  }
  if (all.useEma) {
    checkRange(who, 'emaMomentum', all.emaMomentum, 0, 1);
    if (all.emaOverwriteFrequency) checkCount(who, 'emaOverwriteFrequency', all.emaOverwriteFrequency, 1);
  }
  return all;
}

function checkCount(who: string, name: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && (value as number) >= least) return;
  throw new ValueError(
    `${who}: ${name} must be a whole number >= ${least}, or null. Received: ${name}=${formatValue(value)}.`,
  );
}
