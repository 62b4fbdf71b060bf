import * as tf from '@tensorflow/tfjs-core';
import { toTensor } from '../backend/toTensor';
import { isShapedArray, typedArrayName } from '../base/arrays';
import { formatShape, formatValue, ValueError } from '../base/errors';
import type { Nested } from '../base/nest';
import { isPlainObject } from '../base/options';
import { isVariable } from '../base/tracking';

/** Whether a list is one of inputs, rather than the numbers of one: where tensors or records are in it. */
function isListOfInputs(list: readonly unknown[]): boolean {
  const isInput = (item: unknown): boolean => item instanceof tf.Tensor || isPlainObject(item) || isVariable(item);
  return list.length === 0 || list.some(isInput) || (Array.isArray(list[0]) && isListOfInputs(list[0]));
}

/**
 * What a layer is called on, with tensors for arrays of numbers.
 *
 * @param label the layer in messages
 * @throws TypeError for what is neither, ValueError for disposed tensors and arrays that are none of numbers
 */
export function toTensors(label: string, inputs: Nested<unknown>): Nested<tf.Tensor> {
  if (inputs instanceof tf.Tensor) {
    if (!inputs.isDisposed) return inputs;
    throw new ValueError(
      `${label}: the input tensor of shape ${formatShape(inputs.shape)} is disposed. Pass a live tensor.`,
    );
  }
  if (Array.isArray(inputs) && isListOfInputs(inputs)) return inputs.map((item) => toTensors(label, item));
  const isData =
    Array.isArray(inputs) || isShapedArray(inputs) || isVariable(inputs) || typedArrayName(inputs) !== undefined;
  if (isData || typeof inputs === 'number' || typeof inputs === 'boolean') return toTensor(label, 'inputs', inputs);
  if (isPlainObject(inputs)) {
    const entries = Object.entries(inputs).map(([key, item]) => [key, toTensors(label, item as Nested<unknown>)]);
    return Object.fromEntries(entries) as Nested<tf.Tensor>;
  }
  throw new TypeError(
    `${label}: inputs must be tensors or nested arrays of numbers. Received: ${formatValue(inputs)}.`,
  );
}

/** The arguments of a call after the first: positional ones, and the options at the end. */
export function splitArguments<O extends object>(
  label: string,
  rest: readonly unknown[],
): [more: unknown[], options: O] {
  const last = rest.at(-1);
  const hasOptions = isPlainObject(last) || (last === undefined && rest.length > 0);
  const more = hasOptions ? rest.slice(0, -1) : [...rest];
  const wrong = more.find((value) => typeof value !== 'object' || isPlainObject(value));
  if (wrong === undefined) return [more, (last && hasOptions ? last : {}) as O];
  throw new TypeError(
    `${label}: the arguments of a call after the first must be tensors, and options at the end. ` +
      `Received: ${formatValue(wrong)}.`,
  );
}
