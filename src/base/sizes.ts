/** How much memory tensors take, and which no engine holds. */
import { formatShape, ValueError } from './errors';

/** Most entries on one axis: TensorFlow.js hands sizes on as int32. */
export const LONGEST_AXIS = 2 ** 31 - 1;
const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];
const BYTES_PER_ENTRY = 4;

/** Bytes of a tensor of float32 or int32. */
export function bytesOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, BYTES_PER_ENTRY);
}

/** A number of bytes for people: `8.6 GB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)), UNITS.length - 1);
  const amount = bytes / 1000 ** power;
  return `${power === 0 ? amount : amount.toPrecision(3)} ${UNITS[power]}`;
}

/**
 * Refuses a shape with an axis that is longer than any tensor's.
 * @param what is of that shape: `weight 'kernel'`
 * @throws ValueError that names the bytes it would take
 */
export function checkAxes(who: string, what: string, shape: readonly (number | null)[]): void {
  if (shape.every((dim) => dim === null || dim <= LONGEST_AXIS)) return;
  const size = formatBytes(bytesOf(shape.map((dim) => dim ?? 1)));
  throw new ValueError(
    `${who}: ${what} is too large: an axis can have at most ${LONGEST_AXIS} entries. ` +
      `Received: shape ${formatShape(shape)}, ${size}${shape.includes(null) ? ' for each example' : ''}.`,
  );
}
