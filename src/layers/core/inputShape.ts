import { formatValue, type Shape, ValueError } from '../../base/errors';

/** How the shape of an input is given. */
export interface InputShapeOptions {
  /** Shape of one example; `null` for an axis of any size. */
  shape?: Shape | null;
  /** Size of every batch. Default: any. */
  batchSize?: number | null;
  /** Shape with the batch axis, in place of `shape` and `batchSize`. */
  batchShape?: Shape | null;
}

/** The batch shape that the options of an `Input` mean. */
export function batchShapeOf({ shape, batchSize, batchShape }: InputShapeOptions): Shape {
  const given = `shape=${formatValue(shape)}, batchSize=${formatValue(batchSize)}, batchShape=${formatValue(batchShape)}`;
  if (batchShape && (shape || batchSize)) {
    throw new ValueError(`Input: expected batchShape alone, or shape and batchSize. Received: ${given}.`);
  }
  for (const [name, value] of Object.entries({ shape, batchShape })) {
    if (value === null || value === undefined || Array.isArray(value)) continue;
    throw new ValueError(
      `Input: ${name} must be a list of sizes, as in Input({ ${name}: [${name === 'shape' ? '' : 'null, '}28] }). ` +
        `Received: ${name}=${formatValue(value)}.`,
    );
  }
  const result = batchShape ?? (shape && [batchSize ?? null, ...shape]);
  if (!result)
    throw new ValueError(`Input: expected a shape, as in Input({ shape: [28, 28, 1] }). Received: ${given}.`);
  if (!result.every((dim) => dim === null || (Number.isInteger(dim) && dim >= 0))) {
    throw new ValueError(`Input: expected sizes that are whole numbers of at least 0, or null. Received: ${given}.`);
  }
  return [...result];
}
