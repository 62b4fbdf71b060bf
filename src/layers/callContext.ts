import type * as tf from '@tensorflow/tfjs-core';
import { outsideDryRun } from '../backend/dryRun';
import { isShared, type Variable, watchReads } from '../backend/variable';
import { ValueError } from '../base/errors';

/** A layer, as far as calls must know it. */
interface Caller {
  readonly label: string;
  /** Whether a layer, variable or generator is the layer's own, or in what it holds. */
  holds(part: object): boolean;
}

/** The call being made now. */
interface CallContext {
  /** Whether it trains. */
  readonly training: boolean;
  /** Where losses are gathered. */
  readonly losses: tf.Tensor[] | undefined;
  /** The outermost layer that is called, which must hold whatever has state. */
  readonly root: Caller | undefined;
  /** The layer that is called. */
  readonly caller: Caller | undefined;
}

let context: CallContext = { training: false, losses: undefined, root: undefined, caller: undefined };

/** The call that layers find themselves in. */
export function currentCall(): CallContext {
  return context;
}

/** Runs `body` in a call that changes some of what the one around it says. */
function withContext<T>(changes: Partial<CallContext>, body: () => T): T {
  const outer = context;
  context = { ...outer, ...changes };
  try {
    return body();
  } finally {
    context = outer;
  }
}

/** Runs the call of a layer. In it, variables that are read must be held by the outermost layer. */
export function callOf<T>(caller: Caller, training: boolean, losses: tf.Tensor[], body: () => T): T {
  const root = context.root ?? caller;
  const known = new Set<Variable>();
  const check = (variable: Variable): void => {
    if (known.has(variable)) return;
    const part = variable.owner ?? variable;
    if (!isShared(part) && !root.holds(part)) {
      throw unheld(context.caller ?? caller, `the variable '${variable.path}'`, 'variable');
    }
    known.add(variable);
  };
  const changes = { root, caller, training, losses };
  return context.root ? withContext(changes, body) : withContext(changes, () => watchReads(check, body));
}

/** Runs a call on zeros that only tells shapes: who holds what the layer uses may show later, in the model around it. */
export function whileProbing<T>(body: () => T): T {
  const nobody = { root: undefined, caller: undefined, training: false, losses: [] };
  return withContext(nobody, () => watchReads(undefined, body));
}

/** Runs `body`, in which weights are made: what it reads need not be held by anybody. */
export function whileBuilding<T>(body: () => T): T {
  return watchReads(undefined, () => outsideDryRun(body));
}

/** Refuses a layer with state that is called in the call of another one and that nobody holds. */
export function checkHeld(layer: Caller): void {
  const { root, caller } = context;
  if (root && caller && root !== layer && !root.holds(layer)) throw unheld(caller, layer.label, 'layer');
}

function unheld({ label }: Caller, what: string, kind: string): ValueError {
  return new ValueError(
    `${label}: call() uses ${what}, which nobody holds: it would never be trained, saved or freed. Hold it in a field of ` +
      `the layer (this.${kind} = ...), or in a list, record, Map or Set there; a private field (#${kind}) is not seen.`,
  );
}

/** Runs `body`; returns its result and the losses that layers added meanwhile with `addLoss`. */
export function collectLosses<T>(body: () => T): { result: T; losses: tf.Tensor[] } {
  const losses: tf.Tensor[] = [];
  return { result: withContext({ losses }, body), losses };
}
