import { formatValue, ValueError } from '../../base/errors';
import { checkKeys, isPlainObject } from '../../base/options';
import type { CallbackLike } from '../../callbacks';
import type { DataInput, IterableData, ModelData } from './data';
import { isIterableData } from './iterableSource';
import type { ClassWeight } from './sampleWeights';
import { nextTensor } from './yieldedTensors';

/** How much is printed: 0 nothing, 1 a progress bar, 2 a line an epoch; `'auto'` is 1. */
export type Verbosity = 0 | 1 | 2 | 'auto';
/** Callbacks: instances, or plain objects with hooks. */
export type Callbacks = CallbackLike | readonly CallbackLike[];
/** Data held out for validation: `[x, y]`, `[x, y, sampleWeight]`, or something to iterate over. */
export type ValidationData = readonly [x: DataInput, y: DataInput, sampleWeight?: DataInput] | IterableData;

/** Options of `fit`. */
export interface FitOptions {
  /** Samples per step. Default: 32. */
  batchSize?: number | null;
  /** Passes over the data. Default: 1. */
  epochs?: number;
  verbose?: Verbosity;
  callbacks?: Callbacks | null;
  /** Fraction of the samples, the last ones, held out for validation. Default: 0. */
  validationSplit?: number;
  validationData?: ValidationData | null;
  /** Whether to shuffle the samples each epoch, or their batches. Default: true. */
  shuffle?: boolean | 'batch';
  /** Weight of each class number in the loss. */
  classWeight?: ClassWeight | null;
  /** Weight of each sample in the loss. */
  sampleWeight?: DataInput | null;
  /** Epoch to start from. Default: 0. */
  initialEpoch?: number;
  /** Steps that make an epoch. Default: all batches. */
  stepsPerEpoch?: number | null;
  validationSteps?: number | null;
  /** Default: `batchSize`. */
  validationBatchSize?: number | null;
  /** Validates every so many epochs. Default: 1. */
  validationFreq?: number;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  batchSize?: number | null;
  verbose?: Verbosity;
  sampleWeight?: DataInput | null;
  /** Batches to evaluate. Default: all. */
  steps?: number | null;
  callbacks?: Callbacks | null;
  /** Whether to return a record by name. Default: false. */
  returnDict?: boolean;
}

/** Options of `predict`. */
export interface PredictOptions {
  batchSize?: number | null;
  verbose?: Verbosity;
  steps?: number | null;
  callbacks?: Callbacks | null;
}

/** Options of `trainOnBatch` and `testOnBatch`. */
export interface OnBatchOptions {
  sampleWeight?: DataInput | null;
  classWeight?: ClassWeight | null;
  returnDict?: boolean;
}

/** The data arguments of a method. */
export interface DataArguments {
  x: ModelData;
  y: DataInput | null | undefined;
  /** Number of the first tensor made after the call: what a source gives with a lower one stays the caller's. */
  firstTensor: number;
}

const FIT_KEYS = [
  ...[
    'batchSize',
    'epochs',
    'verbose',
    'callbacks',
    'validationSplit',
    'validationData',
    'shuffle',
    'classWeight',
    'sampleWeight',
  ],
  ...['initialEpoch', 'stepsPerEpoch', 'validationSteps', 'validationBatchSize', 'validationFreq'],
];
const EVALUATE_KEYS = ['batchSize', 'verbose', 'sampleWeight', 'steps', 'callbacks', 'returnDict'];
const PREDICT_KEYS = ['batchSize', 'verbose', 'steps', 'callbacks'];
const ON_BATCH_KEYS = ['sampleWeight', 'classWeight', 'returnDict'];

/** Drops what is undefined or null, so that defaults apply. */
function given<O extends object>(options: O | undefined): Partial<{ [K in keyof O]: NonNullable<O[K]> }> {
  return Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== undefined && value !== null),
  ) as never;
}

/** `(x, options)` and `(x, y, options)` told apart: options have none but known keys, and iterables have no y. */
function splitData<O extends object>(
  who: string,
  keys: readonly string[],
  x: ModelData,
  second: unknown,
  third: O | undefined,
): { data: DataArguments; options: O | undefined } {
  const secondIsOptions =
    third === undefined &&
    isPlainObject(second) &&
    (isIterableData(x) || Object.keys(second).every((key) => keys.includes(key)));
  const options = secondIsOptions ? (second as O) : third;
  if (options !== undefined && !isPlainObject(options)) {
    throw new TypeError(
      `${who}: options must be an object, as in { batchSize: 32 }. Received: ${formatValue(options)}.`,
    );
  }
  if (options) checkKeys(who, options, keys);
  const y = secondIsOptions ? undefined : (second as DataInput | null | undefined);
  if (isIterableData(x) && y !== undefined && y !== null) {
    throw new ValueError(`${who}: y must not be given when x is a dataset or an iterable: it gives [x, y] itself.`);
  }
  return { data: { x, y, firstTensor: nextTensor() }, options };
}

function checkCount(who: string, name: string, value: number | undefined, least = 1): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw new ValueError(
    `${who}: ${name} must be an integer of at least ${least}. Received: ${name}=${formatValue(value)}.`,
  );
}

function checkVerbose(who: string, verbose: unknown): void {
  if (verbose === undefined || [0, 1, 2, 'auto', true, false].includes(verbose as never)) return;
  throw new ValueError(`${who}: verbose must be 0, 1, 2 or 'auto'. Received: ${formatValue(verbose)}.`);
}

function verbosity(verbose: Verbosity | boolean | undefined): Verbosity {
  return typeof verbose === 'boolean' ? (Number(verbose) as 0 | 1) : (verbose ?? 'auto');
}

export type Training = ReturnType<typeof parseFit>['training'];
export type Testing = ReturnType<typeof parseEvaluate>['testing'];
export type Predicting = ReturnType<typeof parsePredict>['predicting'];

/** The arguments of `fit`, checked, with defaults. */
export function parseFit(x: ModelData, y: unknown, third?: FitOptions) {
  const { data, options } = splitData('fit', FIT_KEYS, x, y, third);
  const o = given(options);
  for (const name of [
    'batchSize',
    'stepsPerEpoch',
    'validationSteps',
    'validationBatchSize',
    'validationFreq',
  ] as const) {
    checkCount('fit', name, o[name] as number | undefined);
  }
  checkCount('fit', 'epochs', o.epochs, 0);
  checkCount('fit', 'initialEpoch', o.initialEpoch, 0);
  checkVerbose('fit', o.verbose);
  const { validationSplit = 0, shuffle = true } = o;
  if (typeof validationSplit !== 'number' || !(validationSplit >= 0 && validationSplit < 1)) {
    throw new ValueError(
      `fit: validationSplit must be at least 0 and below 1. Received: ${formatValue(validationSplit)}.`,
    );
  }
  if (validationSplit > 0 && isIterableData(x) && !o.validationData) {
    throw new ValueError('fit: validationSplit is for arrays. Give a dataset its own validationData.');
  }
  if (![true, false, 'batch'].includes(shuffle)) {
    throw new ValueError(`fit: shuffle must be true, false or 'batch'. Received: ${formatValue(shuffle)}.`);
  }
  const { batchSize, callbacks, validationData, classWeight, sampleWeight, stepsPerEpoch, validationSteps } = o;
  return {
    data,
    training: {
      epochs: o.epochs ?? 1,
      initialEpoch: o.initialEpoch ?? 0,
      validationFreq: o.validationFreq ?? 1,
      validationBatchSize: o.validationBatchSize ?? batchSize,
      verbose: verbosity(o.verbose),
      ...{
        batchSize,
        callbacks,
        validationSplit,
        validationData,
        shuffle,
        classWeight,
        sampleWeight,
        stepsPerEpoch,
        validationSteps,
      },
    },
  };
}

/** The arguments of `evaluate`, checked, with defaults. */
export function parseEvaluate(x: ModelData, y: unknown, third?: EvaluateOptions) {
  const { data, options } = splitData('evaluate', EVALUATE_KEYS, x, y, third);
  const { batchSize, steps, verbose, sampleWeight, callbacks, returnDict = false } = given(options);
  checkCount('evaluate', 'batchSize', batchSize);
  checkCount('evaluate', 'steps', steps);
  checkVerbose('evaluate', verbose);
  return { data, testing: { batchSize, steps, verbose: verbosity(verbose), sampleWeight, callbacks, returnDict } };
}

/** The arguments of `predict`, checked, with defaults. */
export function parsePredict(x: ModelData, options?: PredictOptions) {
  const { data, options: o } = splitData('predict', PREDICT_KEYS, x, undefined, options);
  const { batchSize, steps, verbose, callbacks } = given(o);
  checkCount('predict', 'batchSize', batchSize);
  checkCount('predict', 'steps', steps);
  checkVerbose('predict', verbose);
  return { data, predicting: { batchSize, steps, verbose: verbosity(verbose), callbacks } };
}

/** The options of `trainOnBatch` and `testOnBatch`, checked. */
export function parseOnBatch(who: string, options?: OnBatchOptions): OnBatchOptions {
  if (options) checkKeys(who, options, ON_BATCH_KEYS);
  return given(options);
}
