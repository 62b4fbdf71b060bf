import { atLeast, between, flag, whole } from '../../base/checks';
import type { Signature } from '../../base/options';
import type { ConstraintIdentifier } from '../../constraints';
import type { InitializerIdentifier } from '../../initializers';
import type { RegularizerIdentifier } from '../../regularizers';
import { LAYER_OPTIONS, type LayerOptions } from '../layer';

/** Options of `BatchNormalization`. */
export interface BatchNormalizationOptions extends LayerOptions {
  /** The axis whose entries are normalized each by itself: the channels. Default: -1. */
  axis?: number;
  /** How much of the moving averages stays at each step. Default: 0.99. */
  momentum?: number;
  /** Added to the variance. Default: 0.001. */
  epsilon?: number;
  /** Whether to add the weight `beta`. Default: true. */
  center?: boolean;
  /** Whether to multiply by the weight `gamma`. Default: true. */
  scale?: boolean;
  /** Default: `'zeros'`. */
  betaInitializer?: InitializerIdentifier | null;
  /** Default: `'ones'`. */
  gammaInitializer?: InitializerIdentifier | null;
  /** Default: `'zeros'`. */
  movingMeanInitializer?: InitializerIdentifier | null;
  /** Default: `'ones'`. */
  movingVarianceInitializer?: InitializerIdentifier | null;
  betaRegularizer?: RegularizerIdentifier;
  gammaRegularizer?: RegularizerIdentifier;
  betaConstraint?: ConstraintIdentifier;
  gammaConstraint?: ConstraintIdentifier;
  /** Kept for Keras's sake: there is one device. */
  synchronized?: boolean;
  /** Only `false`: batch renormalization is not here. */
  renorm?: boolean;
  renormClipping?: Readonly<Record<string, number>> | null;
  renormMomentum?: number;
}

/** The arguments of `BatchNormalization`, with Keras's defaults. */
export const SIGNATURE: Signature<BatchNormalizationOptions> = {
  who: 'BatchNormalization',
  positional: [],
  defaults: {
    axis: -1,
    momentum: 0.99,
    epsilon: 1e-3,
    center: true,
    scale: true,
    betaInitializer: 'zeros',
    gammaInitializer: 'ones',
    movingMeanInitializer: 'zeros',
    movingVarianceInitializer: 'ones',
    betaRegularizer: null,
    gammaRegularizer: null,
    betaConstraint: null,
    gammaConstraint: null,
    synchronized: false,
    renorm: false,
    renormClipping: null,
    renormMomentum: 0.99,
  },
  inherited: LAYER_OPTIONS,
  checks: {
    axis: whole,
    momentum: between(0, 1),
    epsilon: atLeast(0),
    center: flag,
    scale: flag,
    synchronized: flag,
    renorm: { expected: 'false: there is no batch renormalization here', accepts: (value) => value === false },
    renormClipping: { expected: 'null: there is no batch renormalization here', accepts: (value) => value === null },
  },
};
