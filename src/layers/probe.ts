import * as tf from '@tensorflow/tfjs-core';
import { maskOf, setMask } from '../backend/companions';
import { dryRun } from '../backend/dryRun';
import type { DType } from '../base/dtypes';
import type { Dim, Shape } from '../base/errors';
import { flatten, mapStructure, type Nested } from '../base/nest';
import { whileProbing } from './callContext';
import type { TensorSpec } from './operation';

/**
 * What a call on tensors gives, found by calling on zeros of two sizes: axes that follow the size are free. Nothing
 * changes: no variable, no generator.
 *
 * @param call gives the tensors for a function that makes a tensor of zeros for a spec, with a mask where the spec has one
 * @returns the specs, in the structure of the result; `undefined` in the place of what is no tensor
 */
export function probeSpecs(
  call: (zeros: (spec: TensorSpec) => tf.Tensor) => Nested<unknown>,
): Nested<TensorSpec | undefined> {
  const probe = (free: number): Nested<TensorSpec | undefined> => {
    const fill = (shape: Shape): number[] => shape.map((dim) => dim ?? free);
    const zeros = ({ shape, dtype, mask }: TensorSpec): tf.Tensor => {
      const tensor = tf.zeros(fill(shape), dtype);
      return mask ? setMask(tensor, tf.ones(fill(mask.shape), 'bool')) : tensor;
    };
    return mapStructure(
      whileProbing(() => call(zeros)),
      specOf,
    );
  };
  let specs: Nested<TensorSpec | undefined>;
  dryRun(() => {
    const [two, three] = [probe(2), flatten(probe(3))];
    specs = mapStructure(two, (spec, i) => spec && free(spec, three[i] as TensorSpec));
  });
  return specs;
}

/** A spec that structures take for a leaf. */
export class Spec implements TensorSpec {
  constructor(
    readonly shape: Shape,
    readonly dtype: DType,
    readonly mask?: TensorSpec | undefined,
  ) {}
}

function specOf(value: unknown): Spec | undefined {
  if (!(value instanceof tf.Tensor)) return undefined;
  return new Spec(value.shape, value.dtype as DType, specOf(maskOf(value)));
}

/** A spec whose axes are free where another one differs. */
function free({ shape, dtype, mask }: TensorSpec, other: TensorSpec): TensorSpec {
  return new Spec(
    shape.map((dim, axis): Dim => (dim === other.shape[axis] ? dim : null)),
    dtype,
    mask && free(mask, other.mask as TensorSpec),
  );
}
