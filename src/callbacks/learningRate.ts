import { formatValue, ValueError } from '../base/errors';
import type { CallbackModel } from './callback';

/** What is used of an optimizer. */
interface OptimizerLike {
  learningRate: number;
}

/** The optimizer of a model, for reading and setting its learning rate. */
export function optimizerOf(who: string, model: CallbackModel): OptimizerLike {
  const optimizer = model.optimizer as Partial<OptimizerLike> | null | undefined;
  if (typeof optimizer?.learningRate === 'number') return optimizer as OptimizerLike;
  throw new ValueError(
    `${who}: the model must have an optimizer with a learningRate. Received: optimizer=${formatValue(optimizer)}. ` +
      'Compile the model with one.',
  );
}
