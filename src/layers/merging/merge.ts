import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { type Dim, formatShape, formatValue, type Shape, ValueError } from '../../base/errors';
import type { Nested } from '../../base/nest';
import { Layer } from '../layer';
import { type Mask, maskList } from '../masks';

/** Whether a value is a list of shapes, one for each input. */
export function isShapeList(value: unknown): value is readonly Shape[] {
  return Array.isArray(value) && value.length > 0 && value.every(Array.isArray);
}

/**
 * A layer of several inputs, combined value by value. Axes of size 1 are stretched; an input with fewer axes gets axes of
 * size 1 after the batch axis. Override `merge`.
 */
export abstract class Merge extends Layer {
  /** Combines tensors of one rank. */
  protected abstract merge(inputs: readonly tf.Tensor[]): tf.Tensor;

  override build(inputShape: readonly Shape[]): void {
    this.computeOutputShape(inputShape);
  }

  override call(inputs: readonly tf.Tensor[]): tf.Tensor {
    this.computeOutputShape(inputs.map(({ shape }) => shape));
    const rank = Math.max(...inputs.map((x) => x.rank));
    return this.merge(
      inputs.map((x) => {
        const [batch, ...rest] = x.shape;
        return x.rank === rank ? x : x.reshape([batch as number, ...Array(rank - x.rank).fill(1), ...rest]);
      }),
    );
  }

  override computeOutputShape(inputShape: readonly Shape[]): Shape {
    if (!isShapeList(inputShape) || inputShape.some((shape) => shape.length === 0)) {
      throw new ValueError(
        `${this.label}: expected a list of inputs, as in ${this.className}()([a, b]). ` +
          `Received: inputs of shape ${formatValue(inputShape)}.`,
      );
    }
    const batches = new Set(inputShape.map((shape) => shape[0] as Dim).filter((dim) => dim !== null));
    if (batches.size > 1) this.#refuse('inputs of one batch size', inputShape);
    const [batch = null] = batches;
    const rests = inputShape.map((shape) => shape.slice(1));
    const refuse = (): never => this.#refuse('inputs of matching shapes', inputShape);
    return [batch, ...rests.reduce<Shape>((a, b) => broadcast(a, b) ?? refuse(), rests[0] as Shape)];
  }

  /** A step counts where it does in any input; all count where an input has no mask. */
  override computeMask(_inputs: Nested<tf.Tensor>, mask: Nested<Mask> | undefined): Mask {
    const masks = maskList(mask);
    if (masks.length === 0 || masks.some((each) => !each)) return null;
    return (masks as readonly tf.Tensor[]).reduce((any, each) => tf.logicalOr(any, each));
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }

  #refuse(expected: string, shapes: readonly Shape[]): never {
    throw new ValueError(`${this.label}: expected ${expected}. Received: ${shapes.map(formatShape).join(' and ')}.`);
  }
}

/** The shape two shapes combine to, aligned at their ends; `undefined` if they do not fit. */
function broadcast(a: Shape, b: Shape): Shape | undefined {
  if (a.length < b.length) return broadcast(b, a);
  const offset = a.length - b.length;
  const fits = b.every((dim, i) => dim === null || dim === 1 || [null, 1, dim].includes(a[offset + i] as Dim));
  if (!fits) return undefined;
  return a.map((dim, i): Dim => {
    if (i < offset) return dim;
    const other = b[i - offset] as Dim;
    if (dim === null || other === null) return null;
    return dim === 1 ? other : dim;
  });
}
