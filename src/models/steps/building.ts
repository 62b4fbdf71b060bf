import { dryRun } from '../../backend/dryRun';
import { freeing } from '../../backend/tidy';
import { type Batch, takeRows } from '../data/data';
import type { Trainable } from '../trainable';
import { freeTape } from './gradients';
import { runStep } from './runStep';
import type { StepKind } from './stepKinds';
import { Watch } from './watch';

/**
 * Builds what is not built yet of a model, as the batch before its first step asks for: a step that made weights on the
 * way could not train them, nor have slots of the optimizer or constraints for them.
 */
export function buildFromBatch(model: Trainable, kind: StepKind, batch: Batch): void {
  if (unbuiltLayers(model) === 0) return;
  freeing(() => {
    const data = takeRows(batch);
    const forward = (): void => model.buildFromInputs(data.x, kind === 'train');
    if (model.hasOwnStep(kind)) rehearse(model, () => runStep(model, kind, data), forward);
    else if (model.hasForwardPass) forward();
  });
}

/** How many layers of a model are not built; a model without a forward pass never is, itself. */
function unbuiltLayers(model: Trainable): number {
  return model.flattenLayers().filter((layer) => !layer.built && (layer !== model || model.hasForwardPass)).length;
}

/**
 * Runs a step of a user for nothing but what it builds; what it counts in fields does not count. A step may fail before
 * its weights are there, and has built some then. Where it builds none, the forward pass does.
 */
function rehearse(model: Trainable, step: () => unknown, forward: () => void): void {
  const watch = new Watch(model, 'built layers');
  try {
    let [failure, unbuilt]: [Failure | undefined, number] = [undefined, 0];
    do {
      unbuilt = unbuiltLayers(model);
      failure = failureOf(() => dryRun(step));
    } while (failure && unbuiltLayers(model) < unbuilt);
    if (failure && !(model.hasForwardPass && !failureOf(forward))) throw failure.error;
  } finally {
    watch.restore('numbers');
  }
}

interface Failure {
  readonly error: unknown;
}

function failureOf(body: () => void): Failure | undefined {
  try {
    body();
    return undefined;
  } catch (error) {
    freeTape();
    return { error };
  }
}
