import { callable } from '../base/callable';
import { resolveOptions, type Signature } from '../base/options';
import { type Files, host } from '../host';
import { CallbackBase, type Logs, type LogValue } from './callback';
import { numpyFloat, pythonFloat } from './format';

/** Arguments of `CSVLogger`. */
export interface CSVLoggerOptions {
  /** Path of the file. */
  filename: string;
  /** Between two values. Default: `','`. */
  separator?: string;
  /** Whether a file that exists is continued. Default: false, it is overwritten. */
  append?: boolean;
}

export type CSVLoggerArguments =
  | [filename: string, options?: Omit<CSVLoggerOptions, 'filename'>]
  | [options: CSVLoggerOptions];

const SIGNATURE: Signature<CSVLoggerOptions> = {
  who: 'CSVLogger',
  positional: ['filename'],
  defaults: { separator: ',', append: false },
};

export class CSVLoggerCallback extends CallbackBase {
  static readonly className = 'CSVLogger';

  readonly filename: string;
  readonly separator: string;
  readonly append: boolean;
  #keys: string[] | undefined;
  #writesHeader = true;

  constructor(...args: CSVLoggerArguments) {
    super();
    const { filename, separator, append } = resolveOptions(SIGNATURE, args) as Required<CSVLoggerOptions>;
    this.filename = filename;
    this.separator = separator;
    this.append = append;
  }

  override onTrainBegin(_logs?: Logs): void {
    const files = fileSystem();
    this.#keys = undefined;
    const size = this.append ? files.size(this.filename) : undefined;
    if (!this.append) files.write(this.filename, '');
    else if (size !== undefined) this.#writesHeader = size === 0;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const isFirst = this.#keys === undefined;
    this.#keys ??= columnsOf(logs);
    const row = this.#keys.map((key) => cell(logs[key]));
    const header = isFirst && this.#writesHeader ? this.#line(['epoch', ...this.#keys]) : '';
    fileSystem().append(this.filename, header + this.#line([String(epoch), ...row]));
  }

  #line(values: readonly string[]): string {
    const quoted = values.map((value) =>
      value.includes(this.separator) || /["\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value,
    );
    return `${quoted.join(this.separator)}\r\n`;
  }
}

/**
 * Writes the logs of each epoch to a CSV file: `epoch`, then the names in alphabetical order. A vector is the text
 * `"[0.1, 0.2]"`, quotes included. Lines end in CRLF, as Keras writes them. Needs Node's file system.
 *
 * @example
 * const logger = CSVLogger('training.csv', { append: true });
 * console.log(logger.filename); // training.csv
 * @see https://keras.io/api/callbacks/csv_logger/
 */
export const CSVLogger = callable(CSVLoggerCallback);
export type CSVLogger = CSVLoggerCallback;

/** A number as Python writes it; several as a list, which Keras puts into quotes of its own. */
function cell(value: LogValue | undefined): string {
  if (value === undefined) return 'NA';
  return typeof value === 'number' ? pythonFloat(value) : `"[${value.map(numpyFloat).join(', ')}]"`;
}

/** Names in alphabetical order; if none is of validation data, there is room for those, too. */
function columnsOf(logs: Logs): string[] {
  const keys = Object.keys(logs).sort();
  return keys.some((key) => key.startsWith('val_')) ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
}

function fileSystem(): Files {
  if (host.files) return host.files;
  throw new Error('CSVLogger: there is no file system here. Use it on Node, or gather the logs with a callback.');
}
