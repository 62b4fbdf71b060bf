/** What a layer is called with besides its inputs. */
import type { TensorOrArray } from '../backend/toTensor';
import type { Nested } from '../base/nest';
import type { Mask } from './masks';
import type { SymbolicTensor } from './operation';

/** How a layer is called, besides its inputs. */
export interface CallOptions {
  /** Training behaviour (dropout drops, batch statistics are used). Default: the calling layer's, else false. */
  training?: boolean;
  /** Which entries of the inputs count, in their structure. Default: what goes with the inputs. */
  mask?: Nested<Mask>;
}

/** Further arguments of a call: tensors, and options at the end; those of a layer's own are tensors, too. */
export type MoreArguments = readonly (
  | Nested<Exclude<TensorOrArray, number | boolean> | SymbolicTensor>
  | CallOptions
  | undefined
)[];
