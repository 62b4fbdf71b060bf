import type { OpAttr } from '../binding';
import { type Attribute, int, type } from './node';

const ATTRIBUTE_KINDS = ['string', 'int', 'float', 'bool', 'type', 'shape'] as const;
/** Operations whose list of inputs needs its length as attribute `N`, and how many inputs do not count. */
const LIST_INPUTS: Readonly<Record<string, number>> = { Concat: 1, ConcatV2: 1, Pack: 0, AddN: 0 };
/** Operations that tfjs-node calls without their attribute `T`. */
const LACKING_T: readonly string[] = [
  'ExpandDims',
  'Conv3D',
  'Conv3DBackpropFilterV2',
  'Conv3DBackpropInputV2',
  'MaxPool3D',
  'MaxPool3DGrad',
  'AvgPool3D',
];

/** The attributes of an operation as a graph has them, with those that tfjs-node leaves out. */
export function attributesOf(
  op: string,
  given: readonly OpAttr[],
  inputs: readonly { readonly dtype: number }[],
): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {};
  for (const { name, type: kind, value } of given) {
    attributes[name] = { kind: ATTRIBUTE_KINDS[kind], value } as Attribute;
  }
  if (op in LIST_INPUTS) attributes['N'] ??= int(inputs.length - (LIST_INPUTS[op] as number));
  if (LACKING_T.includes(op)) attributes['T'] ??= type(inputs[0]?.dtype as number);
  return attributes;
}
