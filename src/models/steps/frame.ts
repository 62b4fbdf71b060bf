import type * as tf from '@tensorflow/tfjs-core';
import { holdsBytes } from '../../backend/bytes';
import { mapStructure, type Nested } from '../../base/nest';
import type { Batch } from '../data/data';
import { leavesOf } from './recordStep';
import type { StepKind } from './stepKinds';

/** What decides which graph a batch needs. */
export interface Frame {
  /** All of it but the batch size. */
  readonly signature: string;
  /** Kind of step, structure, dtypes and ranks. */
  readonly family: string;
  /** Sizes of all axes but the first ones. */
  readonly sizes: readonly number[];
}

/** @param isFixed whether the model is made for batches of one size, so that the size counts. */
export function frameOf(kind: StepKind, { data, rows, size }: Batch, isFixed: boolean): Frame {
  const dtypeOf = (tensor: tf.Tensor): string => (rows && holdsBytes(tensor) ? 'uint8' : tensor.dtype);
  const describe = (part: Nested<tf.Tensor> | undefined): string =>
    part === undefined
      ? '-'
      : JSON.stringify(mapStructure(part, (tensor) => `${dtypeOf(tensor)}:${tensor.rank}` as never));
  const parts = [data.x, data.y, data.sampleWeight].map(describe);
  const family = [kind, rows ? 'rows' : 'batch', ...parts, ...(isFixed ? [`of ${size}`] : [])].join(' ');
  const sizes = leavesOf(data).flatMap(({ shape }) => shape.slice(1));
  return { family, sizes, signature: `${family} ${sizes.join()}` };
}
