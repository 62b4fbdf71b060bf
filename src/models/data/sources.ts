import { fetchValues } from '../../backend/values';
import { formatValue, ValueError } from '../../base/errors';
import { flatten } from '../../base/nest';
import type { StepKind } from '../steps/stepKinds';
import type { Trainable } from '../trainable';
import type { DataArguments, OnBatchOptions, Predicting, Testing, Training } from './arguments';
import { ArraySource, splitData } from './arraySource';
import { checkData, checkDataLater } from './checks';
import { Converter } from './converter';
import {
  type Arity,
  type Batch,
  type BatchSource,
  type DataInput,
  type ModelData,
  type StepData,
  sampleCount,
} from './data';
import { IterableSource, isIterableData } from './iterableSource';
import { applyClassWeight, type ClassWeight } from './sampleWeights';

/** Samples per step where nothing is said, as in Keras. */
const DEFAULT_BATCH_SIZE = 32;

interface SourceOptions {
  batchSize?: number | undefined;
  shuffle?: boolean | 'batch';
  sampleWeight?: DataInput | undefined;
  classWeight?: ClassWeight | undefined;
}

/** Whose data it is, and for which step. */
interface Use {
  readonly model: Trainable;
  /** The method and argument, for messages. */
  readonly who: string;
  readonly kind: StepKind;
}

function arityOf(model: Trainable): Arity {
  const count = (structure: Parameters<typeof flatten>[0] | undefined): number | undefined =>
    structure === undefined ? undefined : flatten(structure).length;
  return { x: count(model.inputStructure), y: count(model.outputStructure) };
}

/** Tensors from the caller's arrays. */
function convertData(
  { model, who }: Use,
  { x, y }: DataArguments,
  { sampleWeight }: SourceOptions,
  converter: Converter,
): StepData {
  const arity = arityOf(model);
  const absent = (value: unknown): boolean => value === undefined || value === null;
  const data: StepData = {
    x: converter.convert('x', x, arity.x),
    y: absent(y) ? undefined : converter.convert('y', y, arity.y),
    sampleWeight: absent(sampleWeight) ? undefined : converter.convert('sampleWeight', sampleWeight, arity.y),
  };
  sampleCount(who, data);
  return data;
}

/** The same, which waits for the values of labels that decide weights. */
async function weigh(
  who: string,
  data: StepData,
  classWeight: ClassWeight | undefined,
  converter: Converter,
): Promise<StepData> {
  if (classWeight && data.y !== undefined) await fetchValues(flatten(data.y));
  return applyClassWeight(who, data, classWeight, converter);
}

/** Frees what `converter` made if `body` fails. */
async function orFree<T>(converter: Converter, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    converter.dispose();
    throw error;
  }
}

async function source(use: Use, given: DataArguments, options: SourceOptions): Promise<BatchSource> {
  if (isIterableData(given.x)) return iterableSource(use, given, options);
  const { model, who, kind } = use;
  const converter = new Converter(who);
  return orFree(converter, async () => {
    const data = await weigh(who, convertData(use, given, options, converter), options.classWeight, converter);
    await checkDataLater(model, who, kind, data);
    return new ArraySource(who, data, options.batchSize ?? DEFAULT_BATCH_SIZE, options.shuffle ?? false, converter);
  });
}

function iterableSource(
  { model, who, kind }: Use,
  { x, firstTensor }: DataArguments,
  options: SourceOptions,
): IterableSource {
  if (options.sampleWeight !== undefined) {
    throw new ValueError(
      `${who}: sampleWeight must not be given with a dataset or an iterable: let it give [x, y, sampleWeight].`,
    );
  }
  const prepare = async (data: StepData, converter: Converter): Promise<StepData> => {
    const weighted = await weigh(who, data, options.classWeight, converter);
    await checkDataLater(model, who, kind, weighted);
    return weighted;
  };
  return new IterableSource(who, x as object, arityOf(model), prepare, firstTensor);
}

async function validationSource(
  model: Trainable,
  given: Training['validationData'],
  batchSize: number | undefined,
  firstTensor: number,
): Promise<BatchSource> {
  const use: Use = { model, who: 'fit: validationData', kind: 'test' };
  if (isIterableData(given)) return source(use, { x: given as ModelData, y: undefined, firstTensor }, {});
  if (!Array.isArray(given) || given.length < 2 || given.length > 3) {
    throw new ValueError(
      `fit: validationData must be [x, y], [x, y, sampleWeight] or a dataset. Received: ${formatValue(given)}.`,
    );
  }
  const [x, y, sampleWeight] = given as [DataInput, DataInput, DataInput?];
  return source(use, { x, y, firstTensor }, { batchSize, sampleWeight });
}

/** What `fit` reads from. */
interface FitSources {
  readonly train: BatchSource;
  readonly validation: BatchSource | undefined;
  dispose(): void;
}

/** The sources of the methods of a model. Data is converted and checked here, before anything of the model changes. */
export const makeSource = {
  async forFit(model: Trainable, given: DataArguments, o: Training): Promise<FitSources> {
    const use: Use = { model, who: 'fit', kind: 'train' };
    const made: BatchSource[] = [];
    const dispose = (): void => {
      for (const each of made) each.dispose();
    };
    try {
      let validation = o.validationData
        ? await validationSource(model, o.validationData, o.validationBatchSize, given.firstTensor)
        : undefined;
      if (validation) made.push(validation);
      if (validation || o.validationSplit === 0) {
        made.push(await source(use, given, o));
        return { train: made.at(-1) as BatchSource, validation, dispose };
      }
      const converter = new Converter('fit');
      const train = await orFree(converter, async () => {
        // Validation data carries sample weights, but not class weights.
        const plain = convertData(use, given, { sampleWeight: o.sampleWeight }, converter);
        await checkDataLater(model, 'fit', 'train', plain);
        const [trained, held] = splitData('fit', plain, o.validationSplit, converter);
        validation = new ArraySource(
          'fit',
          held,
          o.validationBatchSize ?? DEFAULT_BATCH_SIZE,
          false,
          new Converter('fit'),
        );
        const weighted = await weigh('fit', trained, o.classWeight, converter);
        await checkDataLater(model, 'fit', 'train', weighted);
        return new ArraySource('fit', weighted, o.batchSize ?? DEFAULT_BATCH_SIZE, o.shuffle, converter);
      });
      made.push(train);
      return { train, validation, dispose };
    } catch (error) {
      dispose();
      throw error;
    }
  },

  forEvaluate: (model: Trainable, given: DataArguments, o: Testing): Promise<BatchSource> =>
    source({ model, who: 'evaluate', kind: 'test' }, given, o),

  forPredict: (model: Trainable, given: DataArguments, o: Predicting): Promise<BatchSource> =>
    source({ model, who: 'predict', kind: 'predict' }, given, o),

  /** A batch from the arguments of `trainOnBatch` and its like. */
  oneBatch(
    model: Trainable,
    kind: StepKind,
    x: DataInput,
    y: DataInput | null | undefined,
    options: OnBatchOptions,
  ): Batch {
    const who = `${kind}OnBatch`;
    const converter = new Converter(who);
    try {
      const o = options as SourceOptions;
      const plain = convertData({ model, who, kind }, { x, y, firstTensor: 0 }, o, converter);
      const data = applyClassWeight(who, plain, o.classWeight, converter);
      checkData(model, who, kind, data);
      return { data, rows: undefined, size: sampleCount(who, data), dispose: () => converter.dispose() };
    } catch (error) {
      converter.dispose();
      throw error;
    }
  },
};
