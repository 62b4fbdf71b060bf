/** Sums of slices that share a number, on WebAssembly: the gradient of `gather`. */
import * as tf from '@tensorflow/tfjs-core';
import type { WasmMemory } from './geometry';

interface SegmentSum {
  inputs: { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
  attrs: { numSegments: number };
  backend: WasmMemory;
}

/** out[s, ...] = sum of x[i, ...] over the i with segmentIds[i] = s; numbers outside of the range are left out. */
export function unsortedSegmentSum({ inputs, attrs, backend }: SegmentSum): tf.TensorInfo {
  const { x, segmentIds } = inputs;
  const shape = [attrs.numSegments, ...x.shape.slice(segmentIds.shape.length)];
  const out = backend.makeOutput(shape, x.dtype as 'float32' | 'int32');
  const size = tf.util.sizeFromShape(shape.slice(1));
  const [from, ids, sums] = [x, segmentIds, out].map((tensor) => backend.typedArrayFromHeap(tensor)) as [
    Float32Array,
    Int32Array,
    Float32Array,
  ];
  sums.fill(0);
  ids.forEach((id, i) => {
    if (id < 0 || id >= attrs.numSegments) return;
    for (let j = 0; j < size; j++)
      sums[id * size + j] = (sums[id * size + j] as number) + (from[i * size + j] as number);
  });
  return out;
}
