import * as tf from '@tensorflow/tfjs-core';
import { formatShape, formatValue, type Shape, ValueError } from '../../base/errors';
import { flatten, type Nested } from '../../base/nest';
import { isPlainObject } from '../../base/options';
import type { SymbolicTensor } from '../../layers/operation';

/**
 * The inputs of a functional model as a flat list in its own order: records are taken by input name, dtypes are cast
 * to the inputs', an axis of size 1 at the end is added or dropped, and what does not fit is refused.
 *
 * @throws ValueError naming the input, the shape expected and the shape received.
 */
export function standardizeInputs(
  who: string,
  structure: Nested<SymbolicTensor>,
  given: Nested<tf.Tensor>,
): tf.Tensor[] {
  const inputs = flatten(structure);
  const tensors = orderInputs(who, structure, given);
  if (tensors.length !== inputs.length) {
    const names = inputs.map(({ name }) => name).join(', ');
    throw new ValueError(`${who}: expected ${inputs.length} input(s) (${names}). Received: ${tensors.length}.`);
  }
  return tensors.map((tensor, i) => fitInput(who, inputs[i] as SymbolicTensor, tensor));
}

/** Inputs in the model's order, from a tensor, a list, or a record by input name. */
export function orderInputs<T>(who: string, structure: Nested<SymbolicTensor>, given: Nested<T>): T[] {
  if (!isPlainObject(given)) return flatten(given);
  const record = given as Record<string, Nested<T>>;
  const names = isPlainObject(structure) ? Object.keys(structure).sort() : flatten(structure).map(({ name }) => name);
  return names.flatMap((name) => {
    const value = record[name];
    if (value !== undefined) return flatten(value);
    throw new ValueError(
      `${who}: no data for input '${name}'. Received: keys ${formatValue(Object.keys(record))}. Expected: ${formatValue(names)}.`,
    );
  });
}

/**
 * The shape in which data of shape `given` enters an input: an axis of size 1 at the end is added or dropped. The batch
 * axis may have another size than the input says, as in Keras: layers that need that size will tell.
 * @param whole the shape for messages, where the batch axis of the one given does not count.
 * @throws ValueError if it does not fit even so.
 */
export function fitShape(who: string, input: SymbolicTensor, given: Shape, whole: Shape = given): Shape {
  const expected = input.shape;
  let shape = given;
  if (given.length === expected.length + 1 && given.at(-1) === 1) shape = given.slice(0, -1);
  else if (given.length === expected.length - 1 && expected.at(-1) === 1) shape = [...given, 1];
  const fits =
    shape.length === expected.length &&
    expected.every((dim, i) => i === 0 || dim === null || shape[i] === null || dim === shape[i]);
  if (fits) return shape;
  throw new ValueError(
    `${who}: expected shape ${formatShape(expected)} for input '${input.name}'. ` +
      `Received: shape ${formatShape(whole)}.${isOneSample(whole, expected) ? ' Add a batch axis: expandDims(0).' : ''}`,
  );
}

/** Whether a shape is that of one sample, without the batch axis, and maybe without a last axis of size 1. */
function isOneSample(given: Shape, [, ...sample]: Shape): boolean {
  const candidates = sample.at(-1) === 1 ? [sample, sample.slice(0, -1)] : [sample];
  return candidates.some(
    (dims) =>
      given.length === dims.length && given.every((dim, i) => dim === null || dims[i] === null || dim === dims[i]),
  );
}

function fitInput(who: string, input: SymbolicTensor, given: tf.Tensor): tf.Tensor {
  const shape = fitShape(who, input, given.shape) as number[];
  const tensor = shape.length === given.rank ? given : tf.reshape(given, shape);
  return tensor.dtype === input.dtype ? tensor : tensor.cast(input.dtype);
}
