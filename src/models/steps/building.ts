import { dryRun } from '../../backend/dryRun';
import { freeing } from '../../backend/tidy';
import { type Batch, takeRows } from '../data/data';
import type { Trainable } from '../trainable';
import { runStep, type StepKind } from './stepKinds';

/**
 * Builds what is not built yet of a model, as the batch before its first step asks for: a step that made weights on the
 * way could not train them, nor have slots of the optimizer or constraints for them.
 */
export function buildFromBatch(model: Trainable, kind: StepKind, batch: Batch): void {
  if (model.flattenLayers().every(({ built }) => built)) return;
  freeing(() => {
    const data = takeRows(batch);
    if (model.hasOwnStep(kind)) dryRun(() => runStep(model, kind, data));
    else if (model.hasForwardPass) model.buildFromInputs(data.x, kind === 'train');
  });
}
