import type * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations';
import type { Variable } from '../../backend/variable';
import { type AnySignature, argumentNames } from '../../base/options';
import type { Config } from '../../base/registry';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import { biasAdd } from '../../ops/biasAdd';
import type { DataFormat } from '../../ops/window';
import * as regularizers from '../../regularizers';
import { Layer, type LayerOptions, type WeightOptions } from '../layer';

/** Type of the field that an option becomes: names become objects. */
type SettledField<K, V> = K extends `${string}Initializer`
  ? initializers.Initializer | null
  : K extends `${string}Regularizer`
    ? regularizers.Regularizer | null
    : K extends `${string}Constraint`
      ? constraints.Constraint | null
      : K extends 'activation'
        ? activations.ActivationFunction
        : Exclude<V, undefined>;

/** The fields that a layer's own options become. They may be changed, as in Keras; those that shape weights count when these are made. */
export type Settled<O extends LayerOptions> = {
  [K in Exclude<keyof O, keyof LayerOptions>]-?: SettledField<K, O[K]>;
};

function settle(name: string, value: unknown): unknown {
  if (name.endsWith('Initializer')) return initializers.get(value as initializers.InitializerIdentifier | null);
  if (name.endsWith('Regularizer')) return regularizers.get(value as regularizers.RegularizerIdentifier);
  if (name.endsWith('Constraint')) return constraints.get(value as constraints.ConstraintIdentifier);
  return name === 'activation' ? activations.get(value as activations.ActivationIdentifier) : value;
}

/** A layer with options for its weights. Each option becomes a field: see `Settled`. */
export abstract class WeightedLayer extends Layer {
  constructor(signature: AnySignature, options: LayerOptions) {
    super(options);
    for (const name of argumentNames(signature)) {
      if (name !== 'activityRegularizer') Reflect.set(this, name, settle(name, Reflect.get(options, name)));
    }
  }

  /** Makes a weight by the options of its role: `kernelInitializer`, `kernelRegularizer`, `kernelConstraint`. */
  protected addWeightOf(role: string, options: WeightOptions): Variable {
    const of = (what: string): never => Reflect.get(this, `${role}${what}`) as never;
    const initializer = of('Initializer') ?? undefined;
    return this.addWeight({ ...options, initializer, regularizer: of('Regularizer'), constraint: of('Constraint') });
  }
}

/** Options of layers that multiply by a kernel, add a bias and apply an activation. */
export interface AffineOptions extends LayerOptions {
  /** Applied to the output. Default: none. */
  activation?: activations.ActivationIdentifier;
  /** Whether to add a number to each channel of the output. Default: true. */
  useBias?: boolean;
  /** Default: `'zeros'`. */
  biasInitializer?: initializers.InitializerIdentifier | null;
  biasRegularizer?: regularizers.RegularizerIdentifier;
  biasConstraint?: constraints.ConstraintIdentifier;
}

/** Options of the weight `kernel`. */
export interface KernelOptions {
  /** Default: `'glorot_uniform'`. */
  kernelInitializer?: initializers.InitializerIdentifier | null;
  kernelRegularizer?: regularizers.RegularizerIdentifier;
  kernelConstraint?: constraints.ConstraintIdentifier;
}

/** What layers share that multiply by a kernel, add a bias and apply an activation. */
export abstract class AffineLayer extends WeightedLayer {
  declare activation: activations.ActivationFunction;
  declare useBias: boolean;
  kernel: Variable | undefined;
  /** One number for each channel of the output. */
  bias: Variable | undefined;

  /** Makes both weights; `role` is the kernel's in the names of its options. */
  protected addKernelAndBias(role: 'kernel' | 'depthwise', kernelShape: readonly number[], outputs: number): void {
    this.kernel = this.addWeightOf(role, { name: 'kernel', shape: kernelShape });
    if (this.useBias) this.bias = this.addWeightOf('bias', { name: 'bias', shape: [outputs] });
  }

  /** Adds the bias and applies the activation. */
  protected finish(y: tf.Tensor, dataFormat?: DataFormat): tf.Tensor {
    return this.activation(this.bias ? biasAdd(y, this.bias.value, dataFormat) : y);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: activations.serialize(this.activation) };
  }
}
