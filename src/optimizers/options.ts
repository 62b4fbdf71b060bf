import {
  above,
  atLeast,
  between,
  type Check,
  checkValue,
  finite,
  flag,
  objectName,
  orNull,
  wholeFrom,
} from '../base/checks';
import { ValueError } from '../base/errors';
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
export type OptimizerArguments<O extends OptimizerOptions> =
  | [learningRate: number | LearningRateSchedule, options?: Omit<O, 'learningRate'>]
  | [options?: O];

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

/** A part of something that stays at each step, and is divided by what goes. */
const decay: Check = {
  expected: 'a number from 0 up to 1, but not 1',
  accepts: (value) => between(0, 1).accepts(value) && value !== 1,
};

/** A whole number of steps, or none: `null`, or 0 as in Keras. */
function stepsFrom(least: number): Check {
  const accepts = (value: unknown): boolean => value === 0 || wholeFrom(least).accepts(value);
  return orNull({ expected: `a whole number of at least ${least}`, accepts });
}

const COMMON_CHECKS = {
  weightDecay: orNull(finite),
  clipnorm: orNull(atLeast(0)),
  clipvalue: orNull(atLeast(0)),
  globalClipnorm: orNull(atLeast(0)),
  useEma: flag,
  emaMomentum: between(0, 1),
  emaOverwriteFrequency: stepsFrom(1),
  lossScaleFactor: orNull(above(0)),
  gradientAccumulationSteps: stepsFrom(2),
  name: orNull(objectName),
} as const satisfies Record<keyof typeof DEFAULTS, Check>;

/** What the arguments of single optimizers must be. */
const OWN_CHECKS = {
  amsgrad: flag,
  beta1: decay,
  beta2: decay,
  centered: flag,
  epsilon: atLeast(0),
  initialAccumulatorValue: atLeast(0),
  momentum: between(0, 1),
  nesterov: flag,
  rho: between(0, 1),
} as const satisfies Record<string, Check>;

/**
 * The signature of an optimizer: its own arguments and those of all.
 * @param checks of own arguments, where they are not those of the same name elsewhere.
 */
export function optimizerSignature<O extends OptimizerOptions>(
  who: string,
  own: Partial<O>,
  checks: Readonly<Record<string, Check>> = {},
): Signature<O> {
  const known = Object.entries(OWN_CHECKS).filter(([name]) => name in own);
  return {
    who,
    positional: ['learningRate'],
    defaults: { ...DEFAULTS, ...own },
    checks: { ...Object.fromEntries(known), ...checks } as Signature<O>['checks'],
  };
}

/** Refuses what is not a learning rate. */
export function checkRate(who: string, rate: unknown): void {
  checkValue(who, 'learningRate', rate, { ...finite, expected: 'a finite number or a schedule' });
}

/** All options, with defaults, checked. */
export function checkOptions(who: string, options: OptimizerOptions): Required<OptimizerOptions> {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all = { ...DEFAULTS, ...given } as Required<OptimizerOptions>;
  if (!isSchedule(all.learningRate)) checkRate(who, all.learningRate);
  for (const [name, check] of Object.entries(COMMON_CHECKS)) checkValue(who, name, Reflect.get(all, name), check);
  const { clipnorm, clipvalue, globalClipnorm } = all;
  if ([clipnorm, clipvalue, globalClipnorm].filter((value) => value !== null).length <= 1) return all;
  throw new ValueError(
    `${who}: only one of clipnorm, clipvalue and globalClipnorm can be given. ` +
      `Received: clipnorm=${clipnorm}, clipvalue=${clipvalue}, globalClipnorm=${globalClipnorm}.`,
  );
}
