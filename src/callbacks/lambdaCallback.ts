import { callable } from '../base/callable';
import { CallbackBase, type CallbackHooks, checkHookNames } from './callback';

export class LambdaCallbackBase extends CallbackBase {
  static readonly className = 'LambdaCallback';

  constructor(hooks: Omit<CallbackHooks, 'setModel' | 'setParams'> = {}) {
    super();
    checkHookNames('LambdaCallback', Object.keys(hooks));
    for (const [name, hook] of Object.entries(hooks)) if (hook) Reflect.set(this, name, hook);
  }
}

/**
 * A callback made of functions. A plain object of hooks does the same.
 *
 * @throws TypeError for an unknown hook.
 * @example
 * const losses = [];
 * const note = LambdaCallback({ onEpochEnd: (epoch, logs) => losses.push(logs.loss) });
 * await model.fit(x, y, { epochs: 2, verbose: 0, callbacks: [note] });
 * losses; // [14, 11.7774]
 * @see https://keras.io/api/callbacks/lambda_callback/
 */
export const LambdaCallback = callable(LambdaCallbackBase);
export type LambdaCallback = LambdaCallbackBase;
