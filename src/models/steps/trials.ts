/**
 * How it is found out that code of a user may become a graph. It is run for steps that count, and the graphs of two such
 * steps are compared; so what it counts, draws or reads in JavaScript shows, wherever it keeps it, and the step stays
 * uncompiled. Only then it is run for recordings at two batch sizes, after which fields are put back. At a new batch size,
 * and at the first step of a run (or of an epoch, where code of the user may have run since) it is compared again. What
 * shows in no step compared is not noticed: a hidden counter that makes every tenth step another one, or that something
 * outside of the steps reads.
 */
import { generalize, isSameGraph, type Recording, Unrecordable } from '../../backend/graph';
import { type ResultShape, type Sample, withRowCount } from './recordStep';
import type { StepKind } from './stepKinds';
import type { Watch } from './watch';

/** The two samples that a step is recorded at. */
export type Samples = readonly [Sample, Sample];
/** Those for any batch size; neither sizes nor row counts nor both have the same ratio. */
const SAMPLES: Samples = [
  { size: 7, rowCount: 12 },
  { size: 4, rowCount: 11 },
];

/** What a step is recorded at: two batch sizes, or where the model is made for one size only, twice that. */
export function samplesOf(size: number, isFixed: boolean): Samples {
  if (!isFixed) return SAMPLES;
  return [
    { size, rowCount: size + SAMPLES[0].rowCount },
    { size, rowCount: size + SAMPLES[1].rowCount },
  ];
}

/** Batch sizes at which a step with code of a user is compared with its graph. */
const MOST_CHECKS = 4;
/** A number of rows that no sample has. */
const OTHER_ROW_COUNT = 13;

/** A step that was done and recorded. */
export interface Trial {
  readonly kind: StepKind;
  readonly signature: string;
  /** The batch size, and whether the batch was read from rows of whole arrays. */
  readonly size: number;
  readonly hasRows: boolean;
  /** The options before the step. */
  readonly watch: Watch;
  readonly recording: Recording;
  readonly shape: ResultShape;
  /** Whether code of a user may have come to do something else since. */
  doubted: boolean;
}

/** What the graph of a step with code of a user was made of, and what is known of it. */
export interface Proof {
  readonly graph: Recording;
  /** The recording at the first sample's size. */
  readonly first: Recording;
  readonly description: string;
  readonly samples: Samples;
  /** Batch sizes that the graph is known to be right for. */
  readonly sizes: Set<number>;
  /** Whether code of a user may have come to do something else since the graph was made. */
  doubted: boolean;
}

/** Whether the graph may be used for batches of a size. */
export function covers(proof: Proof, size: number): boolean {
  return !proof.doubted && (proof.sizes.has(size) || proof.sizes.size >= SAMPLES.length + MOST_CHECKS);
}

/**
 * Whether two steps on batches of one size did the same. They may not have where there was reason to doubt.
 * @throws Unrecordable that names what differs.
 */
export function didSame(a: Trial, b: Trial): boolean {
  try {
    if (a.shape.description !== b.shape.description) throw otherResults();
    generalize(a.recording, b.recording, [a.size, b.size]);
    if (!isSameGraph(a.recording, b.recording)) throw new Unrecordable('it computes otherwise from call to call');
    return true;
  } catch (error) {
    if (!a.doubted) throw error;
    return false;
  }
}

/**
 * Expects a step to have done what a graph does.
 * @throws Unrecordable that names what differs.
 */
export function expectLike(proof: Proof, { recording, size, hasRows, shape }: Trial): void {
  if (shape.description !== proof.description) throw otherResults();
  const [{ size: sampleSize, rowCount }] = proof.samples;
  const isSampleSize = size === sampleSize;
  const own = hasRows ? withRowCount(recording, isSampleSize ? rowCount : OTHER_ROW_COUNT) : recording;
  const isSame = isSampleSize
    ? isSameGraph(own, proof.first)
    : isSameGraph(generalize(proof.first, own, [sampleSize, size]), proof.graph);
  if (!isSame) throw new Unrecordable(`it computes otherwise for a batch of ${size}`);
}

export function otherResults(): Unrecordable {
  return new Unrecordable('it returns other names from call to call');
}
