/** What is in a file of a model, without making the model. */
import { isPlainObject } from '../base/options';
import type { FileSource } from '../models';
import { type FileFormat, openFile } from './files';
import { datasetsIn, type H5Dataset, type H5Group } from './hdf5';
import { MOST_BYTES } from './source';

/** An array of a file. */
export interface WeightReport {
  readonly path: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of numbers that are finite; `null` where there are none. */
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  /** How many are NaN or infinite. */
  readonly notFinite: number;
}

/** What a file holds. */
export interface FileReport {
  readonly format: FileFormat;
  readonly kerasVersion: string | null;
  readonly dateSaved: string | null;
  /** Class and name of the model; `null` in files of weights. */
  readonly model: { readonly className: string; readonly name: string } | null;
  /** Class of the optimizer, where the model is compiled. */
  readonly optimizer: string | null;
  readonly weights: readonly WeightReport[];
}

/**
 * Looks into a file: versions, model, optimizer, and each array with its range.
 * @throws ValueError for what is no such file, or damaged.
 */
export async function inspectFile(source: FileSource): Promise<FileReport> {
  const { format, root, config, metadata } = await openFile('inspect', source, MOST_BYTES);
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const settings = config && isPlainObject(config['config']) ? config['config'] : {};
  return {
    format,
    kerasVersion: text(metadata['keras_version']),
    dateSaved: text(metadata['date_saved']),
    model: config ? { className: String(config['class_name']), name: String(settings['name'] ?? '') } : null,
    optimizer: optimizerOf(config, metadata),
    weights: weightsOf(root),
  };
}

function optimizerOf(config: Record<string, unknown> | undefined, metadata: Record<string, unknown>): string | null {
  const compile = config?.['compile_config'] ?? metadata['training_config'];
  if (!isPlainObject(compile)) return null;
  const optimizer = compile['optimizer'] ?? compile['optimizer_config'];
  return isPlainObject(optimizer) ? String(optimizer['class_name']) : null;
}

function weightsOf(root: H5Group): WeightReport[] {
  const arrays = [...datasetsIn(root)].filter(([, { dtype }]) => dtype !== 'string');
  return arrays.map(([path, dataset]) => reportOf(path, dataset));
}

function reportOf(path: string, { dtype, shape, data }: H5Dataset): WeightReport {
  let [min, max, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  const values = data() as ArrayLike<number | bigint>;
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  const range = count > 0 ? { min, mean: sum / count, max } : { min: null, mean: null, max: null };
  return { path, dtype, shape: [...shape], ...range, notFinite: values.length - count };
}
