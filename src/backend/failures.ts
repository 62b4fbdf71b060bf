/** What the engine says when it fails, in words that name who asked for what. */
import { formatShape } from '../base/errors';
import { bytesOf, formatBytes } from '../base/sizes';

/** What did not fit in memory, as far as the engine says; `undefined` for any other failure. */
function tooLarge(message: string): string | undefined {
  const shape = /OOM when allocating tensor with shape\[([\d,]*)\]/.exec(message)?.[1];
  if (shape !== undefined) {
    const dims = shape === '' ? [] : shape.split(',').map(Number);
    return `a tensor of shape ${formatShape(dims)}, ${formatBytes(bytesOf(dims))}`;
  }
  const length = /Invalid typed array length: (\d+)/.exec(message)?.[1];
  if (length !== undefined) return `an array of ${length} numbers, ${formatBytes(bytesOf([Number(length)]))}`;
  return /Array buffer allocation failed|out of memory|memory access out of bounds|Aborted\(/i.test(message)
    ? 'more than there is'
    : undefined;
}

/** Whether an error is one that an engine throws; those of a native library are no instances of this realm's `Error`. */
function isEngines(error: unknown): error is Error {
  const { name, message } = (error ?? {}) as Partial<Error>;
  return typeof message === 'string' && ['Error', 'RangeError', 'RuntimeError'].includes(String(name));
}

/**
 * The error to throw for one that the engine threw: it names who failed, and on what. Errors that say so are themselves.
 *
 * @param who name in messages: `Dense 'dense'`
 * @param shapes of the inputs, where there are any
 */
export function explainFailure(who: string, error: unknown, shapes: readonly (readonly number[])[] = []): unknown {
  if (!isEngines(error) || /^\S+ '.*': .*Received: /s.test(error.message)) return error;
  const inputs = shapes.length === 0 ? '' : ` inputs of shape ${shapes.map(formatShape).join(', ')}`;
  const amount = tooLarge(error.message);
  if (amount !== undefined) {
    return new Error(
      `${who}: out of memory. Received: ${amount}${inputs && `, for${inputs}`}. ` +
        'Use a smaller batch, smaller inputs or a smaller layer.',
      { cause: error },
    );
  }
  if (error.name !== 'Error') return error;
  const said = error.message.replace(/^Invalid TF_Status: \d+\s+Message: /, '').replace(/\.?\s*$/, '.');
  error.message = `${who}: ${said}${inputs && ` Received:${inputs}.`}`;
  return error;
}
