import { show, valueError } from './errors';
import { checkOptions, flag, type PerAxis, positive, positivePair } from './options';

/** One layer of a stack: a convolution, or for `receptiveField` also a pooling. */
export interface StackLayer {
  /** A number for a square kernel, or [rows, columns]. */
  kernel: PerAxis;
  /** Default 1. */
  stride?: PerAxis;
  /** Default 1. */
  dilation?: PerAxis;
  /** Default: the outputChannels of the layer before, 1 for the first. */
  inputChannels?: number;
  /** Default 1. */
  outputChannels?: number;
  /** Default 1. */
  groups?: number;
  /** Whether every output channel has a bias. Default false. */
  bias?: boolean;
}

const LAYER_KEYS = ['kernel', 'stride', 'dilation', 'inputChannels', 'outputChannels', 'groups', 'bias'] as const;

/**
 * How many input pixels, along each axis, one output of a stack of layers depends on.
 *
 * 1 + sum over layers of (kernel - 1) * dilation * (the product of the strides of the layers before).
 *
 * All numbers -> a number; with a pair [rows, columns] among them -> a pair. Throws a ValueError for bad layers.
 *
 * @example
 * receptiveField([{ kernel: 3 }, { kernel: 3 }, { kernel: 3 }]); // 7
 */
export function receptiveField(stack: readonly StackLayer[]): number | [number, number] {
  const who = 'receptiveField';
  checkStack(who, stack);
  const field: [number, number] = [1, 1];
  const jump: [number, number] = [1, 1];
  for (const layer of stack) {
    const kernel = positivePair(who, 'kernel', layer.kernel);
    const stride = positivePair(who, 'stride', layer.stride ?? 1);
    const dilation = positivePair(who, 'dilation', layer.dilation ?? 1);
    for (const axis of [0, 1] as const) {
      field[axis] += (kernel[axis] - 1) * dilation[axis] * jump[axis];
      jump[axis] *= stride[axis];
    }
  }
  const pairs = stack.some(({ kernel, stride, dilation }) => [kernel, stride, dilation].some(Array.isArray));
  return pairs ? field : field[0];
}

/**
 * How many weights a stack of convolutions has. Strides and dilation cost none.
 *
 * Sum over layers of rows * columns * (inputChannels / groups) * outputChannels, and outputChannels more with bias.
 *
 * Throws a ValueError for bad layers, groups that do not divide, or a layer that takes other channels than it is given.
 *
 * @example
 * parameterCount([{ kernel: 3 }, { kernel: 3 }, { kernel: 3 }]); // 27
 * parameterCount([{ kernel: 3, inputChannels: 1, outputChannels: 10, bias: true }]); // 100
 */
export function parameterCount(stack: readonly StackLayer[]): number {
  const who = 'parameterCount';
  checkStack(who, stack);
  let count = 0;
  let given: number | undefined;
  for (const layer of stack) {
    const [rows, columns] = positivePair(who, 'kernel', layer.kernel);
    const inputs = positive(who, 'inputChannels', layer.inputChannels ?? given ?? 1);
    const outputs = positive(who, 'outputChannels', layer.outputChannels ?? 1);
    const groups = positive(who, 'groups', layer.groups ?? 1);
    if (given !== undefined && inputs !== given) {
      const expected = `inputChannels must be ${given}, the outputChannels of the layer before`;
      throw valueError(who, expected, `inputChannels=${inputs}`);
    }
    if (inputs % groups !== 0 || outputs % groups !== 0) {
      const received = `groups=${groups}, inputChannels=${inputs}, outputChannels=${outputs}`;
      throw valueError(who, 'groups must divide inputChannels and outputChannels', received);
    }
    count += rows * columns * (inputs / groups) * outputs + (flag(who, 'bias', layer.bias ?? false) ? outputs : 0);
    given = outputs;
  }
  return count;
}

function checkStack(who: string, stack: readonly StackLayer[]): void {
  if (!Array.isArray(stack)) throw valueError(who, 'stack must be a list of layers', `stack=${show(stack)}`);
  for (const [i, layer] of stack.entries()) checkOptions(who, layer, LAYER_KEYS, `stack[${i}]`);
}
