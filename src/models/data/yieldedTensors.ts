import * as tf from '@tensorflow/tfjs-core';
import { formatShape, ValueError } from '../../base/errors';
import { isPlainObject } from '../../base/options';

/** The number that the next tensor will have: whatever exists now has a lower one. */
export function nextTensor(): number {
  return (tf.engine() as unknown as { nextTensorId(): number }).nextTensorId();
}

/** Tensors that were freed as a source's, to tell why they cannot be used again. */
const freed = new WeakSet<tf.Tensor>();

/**
 * Whose the tensors are that a source gives. Those that existed before `fit` was called, that are marked by `tf.keep`,
 * or that are variables stay the caller's. What the source made since belongs to the batches: it is freed as soon as its
 * step has run and a later batch has come without it, so the same tensor may be given step after step.
 */
export class YieldedTensors {
  /** Tensors to be freed, with the number of the last batch that brought them. */
  readonly #held = new Map<tf.Tensor, number>();
  #received = 0;
  #used = 0;

  /** @param firstTensor number of the first tensor that counts as the source's. */
  constructor(
    readonly who: string,
    readonly firstTensor: number,
  ) {}

  /**
   * Takes note of the tensors of a batch; returns the batch's number, from 1.
   * @throws ValueError for a tensor that was freed after an earlier batch.
   */
  receive(element: unknown): number {
    const tensors = tensorsIn(element);
    const number = ++this.#received;
    for (const tensor of tensors) if (this.#isOwned(tensor)) this.#held.set(tensor, number);
    const gone = tensors.find((tensor) => freed.has(tensor));
    if (gone) {
      throw new ValueError(
        `${this.who}: a tensor of shape ${formatShape(gone.shape)} comes again after it was freed: it was made by the ` +
          'data, and a batch came without it. Mark a tensor that is to stay by tf.keep(tensor), or make it before the call.',
      );
    }
    this.#sweep();
    return number;
  }

  #isOwned(tensor: tf.Tensor): boolean {
    return tensor.id >= this.firstTensor && !tensor.kept && !tensor.isDisposed && !(tensor instanceof tf.Variable);
  }

  /** Says that the step of a batch, and of those before, has run. */
  used(number: number): void {
    this.#used = Math.max(this.#used, number);
    this.#sweep();
  }

  #sweep(): void {
    for (const [tensor, last] of this.#held) if (last < this.#received && last <= this.#used) this.#free(tensor);
  }

  #free(tensor: tf.Tensor): void {
    this.#held.delete(tensor);
    if (tensor.kept) return;
    freed.add(tensor);
    tensor.dispose();
  }

  /** Frees what is held still: reading has stopped. */
  dispose(): void {
    for (const tensor of [...this.#held.keys()]) this.#free(tensor);
  }
}

/** The tensors in what a source gave, however deep in lists and records. */
function tensorsIn(element: unknown): tf.Tensor[] {
  if (element instanceof tf.Tensor) return [element];
  if (Array.isArray(element)) return typeof element[0] === 'number' ? [] : element.flatMap(tensorsIn);
  return isPlainObject(element) ? Object.values(element).flatMap(tensorsIn) : [];
}
