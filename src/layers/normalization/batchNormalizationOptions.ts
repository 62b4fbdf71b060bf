import { formatValue, ValueError } from '../../base/errors';
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
};

/** Refuses options of the wrong kind, and batch renormalization, which is not here. */
export function checkOptions({ axis, momentum, epsilon, renorm, renormClipping }: BatchNormalizationOptions): void {
  const refuse = (expected: string, name: string, value: unknown): never => {
    throw new ValueError(`BatchNormalization: ${expected}. Received: ${name}=${formatValue(value)}.`);
  };
  if (!Number.isInteger(axis)) refuse('axis must be a whole number', 'axis', axis);
  if (!Number.isFinite(momentum)) refuse('momentum must be a number', 'momentum', momentum);
  if (!Number.isFinite(epsilon)) refuse('epsilon must be a number', 'epsilon', epsilon);
  if (renorm !== false) refuse('batch renormalization is not supported; renorm must be false', 'renorm', renorm);
  if (renormClipping !== null) refuse('renormClipping must be null', 'renormClipping', renormClipping);
}
