import { callable } from '../base/callable';
import { formatValue, ValueError } from '../base/errors';
import { resolveOptions } from '../base/options';
import { ADAM_DEFAULTS, AdamOptimizer, type AdamOptions } from './adam';
import { type OptimizerArguments, optimizerSignature } from './options';

const SIGNATURE = optimizerSignature<AdamOptions>('AdamW', { ...ADAM_DEFAULTS, weightDecay: 0.004 });

export class AdamWOptimizer extends AdamOptimizer {
  static override readonly className: string = 'AdamW';

  constructor(...args: OptimizerArguments<AdamOptions>) {
    const options = resolveOptions(SIGNATURE, args);
    if (typeof options.weightDecay !== 'number') {
      throw new ValueError(
        'AdamW: weightDecay must be a number. ' +
          `Received: weightDecay=${formatValue(options.weightDecay)}. Use Adam for none.`,
      );
    }
    super(options);
  }
}

/**
 * Adam with weight decay: before each step w -= lr weightDecay w. Default of `weightDecay`: 0.004.
 *
 * @example
 * console.log(AdamW().weightDecay); // 0.004
 * @see https://arxiv.org/abs/1711.05101
 */
export const AdamW = callable(AdamWOptimizer);
export type AdamW = AdamWOptimizer;
