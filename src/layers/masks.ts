/** Masks in calls of layers, as Keras passes them on: https://keras.io/guides/understanding_masking_and_padding/ */
import * as tf from '@tensorflow/tfjs-core';
import { maskOf, setMask } from '../backend/companions';
import { flatten, mapStructure, type Nested } from '../base/nest';

/** Which entries of a tensor count: true or 1 for those that do; nothing where all do. */
export type Mask = tf.Tensor | null | undefined;

/** The masks of a list of inputs; none where they have no list of masks. */
export function maskList(mask: Nested<Mask> | undefined): readonly Mask[] {
  return Array.isArray(mask) ? (mask as readonly Mask[]) : [];
}

/** The masks of tensors, in their structure; `undefined` where there is none at all. */
function masksOf(tensors: unknown): Nested<Mask> | undefined {
  const masks = mapStructure(tensors as Nested<unknown>, (leaf) =>
    leaf instanceof tf.Tensor ? (maskOf(leaf) ?? null) : null,
  ) as Nested<Mask>;
  return flatten(masks).some((mask) => mask !== null) ? masks : undefined;
}

const hasTensor = (value: unknown): boolean =>
  flatten(value as Nested<unknown>).some((leaf) => leaf instanceof tf.Tensor);

/**
 * The masks that a call gets without being told: that of its only tensor as `mask`, those of several by the names of the
 * arguments, as in `queryMask`. What the caller gives goes first.
 *
 * @param names of the positional arguments
 */
export function impliedMasks(
  names: readonly string[],
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): Record<string, Nested<Mask>> {
  const positional = args.map((value, i): [string, unknown] => [names[i] ?? `input_${i}`, value]);
  const named = [...positional, ...Object.entries(options)].filter(([, value]) => hasTensor(value));
  const several = named.length > 1;
  const masks = named.flatMap(([name, value]): [string, Nested<Mask>][] => {
    const key = several ? `${name}Mask` : 'mask';
    const mask = options[key] == null ? masksOf(value) : undefined;
    return mask === undefined ? [] : [[key, mask]];
  });
  return Object.fromEntries(masks);
}

/**
 * The options of a call with masks that it was not given. Those are not listed: a layer that hands its options on to
 * another one, with other inputs, does not hand on the masks of its own.
 */
export function withMasks<T extends object>(options: T, masks: Record<string, Nested<Mask>>): T {
  for (const [key, value] of Object.entries(masks)) Object.defineProperty(options, key, { value, enumerable: false });
  return options;
}

/** The mask a layer hands on: the one it was given, else that of its first argument. */
export function previousMask(inputs: unknown, options: Readonly<Record<string, unknown>>): Nested<Mask> | undefined {
  return (options['mask'] as Nested<Mask> | null | undefined) ?? masksOf(inputs);
}

/** Notes masks on those outputs that have none yet. */
export function maskOutputs(outputs: Nested<tf.Tensor>, masks: Nested<Mask> | undefined): void {
  if (masks === null || masks === undefined) return;
  const each = flatten(masks);
  flatten(outputs).forEach((y, i) => {
    const mask = each[i];
    if (mask && maskOf(y) === undefined) setMask(y, mask);
  });
}

/** Inputs with the mask that the caller gives, in copies that share their memory. */
export function withMask(inputs: Nested<tf.Tensor>, masks: Nested<Mask> | undefined): Nested<tf.Tensor> {
  if (masks === null || masks === undefined) return inputs;
  const each = flatten(masks);
  return mapStructure(inputs, (x, i) => {
    const mask = each[i];
    return mask ? setMask(x.clone(), mask) : x;
  });
}

/** Whether an output has no mask. */
export function lacksMask(outputs: Nested<tf.Tensor>): boolean {
  return flatten(outputs).some((y) => maskOf(y) === undefined);
}
