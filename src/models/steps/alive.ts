import { formatShape, ValueError } from '../../base/errors';
import { flatten } from '../../base/nest';
import type { StepData } from '../data/data';
import type { StepKind } from './stepKinds';

/** The error for a model that is used after it was disposed. */
export function disposedModel(label: string, who: string): ValueError {
  return new ValueError(`${label}: ${who}() needs a live model. Received: a disposed one. Make a new one.`);
}

/**
 * Refuses a step of a model, or on data, that the caller (or a callback) has disposed.
 * @throws ValueError naming what is disposed
 */
export function checkAlive(model: { label: string; isDisposed: boolean }, kind: StepKind, data: StepData): void {
  const who = { train: 'fit', test: 'evaluate', predict: 'predict' }[kind];
  if (model.isDisposed) throw disposedModel(model.label, who);
  for (const [name, structure] of Object.entries(data)) {
    const disposed = structure && flatten(structure).find((tensor) => tensor.isDisposed);
    if (!disposed) continue;
    throw new ValueError(
      `${model.label}: ${who} needs ${name} until it has ended. Received: a tensor of shape ` +
        `${formatShape(disposed.shape)} that was disposed meanwhile. Await ${who}() before dispose().`,
    );
  }
}
