import type { DType } from '../backend/variable';
import { formatShape, type Shape, ValueError } from '../base/errors';

/** What a layer asks of one input; checked before the layer is built or called. */
export interface InputSpec {
  /** Exact number of axes, the batch axis counted. */
  ndim?: number;
  minNdim?: number;
  maxNdim?: number;
  /** Sizes by axis; negative axes count from the end. */
  axes?: Readonly<Record<number, number>>;
  dtype?: DType;
}

/**
 * Checks inputs against what a layer asks of them.
 *
 * @param layer the layer's class and name, for messages: `Conv2D 'conv2d'`.
 * @throws ValueError naming the layer, the input, what was expected and the full shape received.
 */
export function checkInputs(
  layer: string,
  specs: readonly (InputSpec | undefined)[],
  inputs: readonly { shape: Shape; dtype: string }[],
): void {
  if (specs.length !== inputs.length) {
    throw new ValueError(`${layer}: expected ${specs.length} input(s). Received: ${inputs.length}.`);
  }
  specs.forEach((spec, i) => {
    const input = inputs[i];
    if (spec && input) checkInput(specs.length > 1 ? `${layer}, input ${i}` : layer, spec, input);
  });
}

/** How to mend an input that has one axis too few; begins with a space. */
export function missingAxis(ndim: number, shape: Shape): string {
  if (shape.length !== ndim - 1) return '';
  const batch = shape[0] === null ? '' : ' If the batch axis is missing, add it: expandDims(0).';
  return ndim < 4 ? batch : `${batch} If the channel axis is missing, add it: expandDims(-1).`;
}

function checkInput(who: string, spec: InputSpec, input: { shape: Shape; dtype: string }): void {
  const { shape } = input;
  const refuse = (expected: string, mend = ''): never => {
    throw new ValueError(`${who}: expected ${expected}. Received: an input of shape ${formatShape(shape)}.${mend}`);
  };
  if (spec.ndim !== undefined && shape.length !== spec.ndim)
    refuse(`ndim=${spec.ndim}, found ndim=${shape.length}`, missingAxis(spec.ndim, shape));
  if (spec.minNdim !== undefined && shape.length < spec.minNdim)
    refuse(`ndim of at least ${spec.minNdim}, found ${shape.length}`, missingAxis(spec.minNdim, shape));
  if (spec.maxNdim !== undefined && shape.length > spec.maxNdim)
    refuse(`ndim of at most ${spec.maxNdim}, found ${shape.length}`);
  if (spec.dtype !== undefined && input.dtype !== spec.dtype) {
    throw new ValueError(`${who}: expected dtype=${spec.dtype}. Received: dtype=${input.dtype}.`);
  }
  for (const [axis, size] of Object.entries(spec.axes ?? {})) {
    const found = shape.at(Number(axis));
    if (found !== null && found !== size) refuse(`axis ${axis} of the input to have size ${size}, found ${found}`);
  }
}
