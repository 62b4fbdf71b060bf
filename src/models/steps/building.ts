import { dryRun } from '../../backend/dryRun';
import { freeing } from '../../backend/tidy';
import { type Batch, takeRows } from '../data/data';
import type { Trainable } from '../trainable';
import { runStep, type StepKind } from './stepKinds';
import { Watch } from './watch';

/**
 * Builds what is not built yet of a model, as the batch before its first step asks for: a step that made weights on the
 * way could not train them, nor have slots of the optimizer or constraints for them.
 */
export function buildFromBatch(model: Trainable, kind: StepKind, batch: Batch): void {
  if (model.flattenLayers().every(({ built }) => built)) return;
  freeing(() => {
    const data = takeRows(batch);
    const forward = (): void => model.buildFromInputs(data.x, kind === 'train');
    if (model.hasOwnStep(kind)) rehearse(model, () => runStep(model, kind, data), forward);
    else if (model.hasForwardPass) forward();
  });
}

/**
 * Runs a step of a user for nothing but what it builds; what it counts in fields does not count. Where it cannot do without
 * weights, as for gradients of `trainableWeights`, the forward pass makes them.
 */
function rehearse(model: Trainable, step: () => unknown, forward: () => void): void {
  const watch = new Watch(model, 'built layers');
  try {
    dryRun(step);
  } catch (error) {
    if (!model.hasForwardPass || !attempt(forward)) throw error;
  } finally {
    watch.restore('numbers');
  }
}

function attempt(body: () => void): boolean {
  try {
    body();
    return true;
  } catch {
    return false;
  }
}
