/** The state of a model as the tree of a weights file. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../../backend/variable';
import type { Layer } from '../../layers/layer';
import type { Model } from '../../models';
import type { H5Data, H5Dataset, H5Dtype, H5Group } from '../hdf5';
import { type Saveable, saveablesOf } from './walk';

/** Float types that a layer's policy may have weights kept in. */
const FLOATS: ReadonlySet<string> = new Set(['float16', 'bfloat16', 'float64']);

export function emptyGroup(): H5Group {
  return { kind: 'group', attributes: new Map(), children: new Map() };
}

/** The group at a path, made with all above it where it is missing. */
export function groupAt(root: H5Group, path: string): H5Group {
  let group = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    const child = group.children.get(name) ?? emptyGroup();
    group.children.set(name, child);
    group = child as H5Group;
  }
  return group;
}

/** What `.weights.h5` files, and those in `.keras` archives, hold of a model: weights and the optimizer's state. */
export function weightsTree(model: Model): H5Group {
  const root = emptyGroup();
  for (const saveable of saveablesOf(model)) {
    const group = groupAt(root, `${saveable.path}/vars`);
    group.attributes.set('name', saveable.name);
    saveable.variables.forEach((variable, i) => {
      group.children.set(String(i), datasetOf(variable, dtypeIn(saveable, variable)));
    });
  }
  return root;
}

/** The type that a variable has in files. */
function dtypeIn({ kind, object }: Saveable, variable: Variable): H5Dtype {
  if (kind === 'optimizer') return variable.dtype === 'int32' ? 'int64' : (variable.dtype as H5Dtype);
  return dtypeOfWeight(object as Layer, variable);
}

/** The type that a weight of a layer has in files: that of the layer's policy. */
export function dtypeOfWeight({ dtypePolicy }: Layer, { dtype }: Variable): H5Dtype {
  return (dtype === 'float32' && FLOATS.has(dtypePolicy.name) ? dtypePolicy.name : dtype) as H5Dtype;
}

/** A variable as an array of a file; its value is read when it is written. */
export function datasetOf(variable: Variable, dtype: H5Dtype): H5Dataset {
  const data = (): H5Data => toData(variable.value.dataSync(), dtype);
  return { kind: 'dataset', dtype, shape: [...variable.shape], attributes: new Map(), data };
}

function toData(values: tf.TypedArray, dtype: H5Dtype): H5Data {
  if (dtype === 'int64') return BigInt64Array.from(values as Int32Array, (value) => BigInt(value));
  if (dtype === 'float64') return Float64Array.from(values);
  return values as Float32Array;
}
