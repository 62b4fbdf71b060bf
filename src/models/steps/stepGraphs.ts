import {
  GraphSession,
  generalize,
  isSameGraph,
  type Recording,
  type SessionFunction,
  Unrecordable,
} from '../../backend/graph';
import type { Frame } from './frame';
import type { Watch } from './watch';

/** A graph for any batch size, and what it was recorded from. */
interface Known {
  readonly frame: Frame;
  readonly recording: Recording;
  /** The options that it was recorded with. */
  readonly watch: Watch;
}

/** A graph for any length of some axes. */
interface Relaxed {
  /** The graph of one length that it was made from. */
  readonly base: Known;
  readonly free: readonly boolean[];
  readonly recording: Recording;
  readonly fn: SessionFunction;
}

/**
 * The graphs of a model's steps, in one session. Where data come in several lengths (sequences, or pictures of several
 * sizes), the graphs of two lengths make one for any length, in the way in which two batch sizes make one for any batch. A
 * length not seen yet is recorded all the same, and must give that graph at its own length; so padding that depends on an
 * odd length, or a branch on it, is no silent fault: such lengths get graphs of their own.
 */
export class StepGraphs {
  readonly session = new GraphSession();
  readonly #known: Known[] = [];
  readonly #relaxed: Relaxed[] = [];

  /** Number of graphs in the session. */
  get size(): number {
    return this.session.size;
  }

  /** Whether a graph for any length may be one for such batches. */
  mayFit(frame: Frame): boolean {
    return this.#relaxed.some(({ base, free }) => isFreeIn(base, frame, free));
  }

  /** The function for batches like the one that `recording` was made from: one that is there, or a new one. */
  functionFor(known: Known): SessionFunction {
    const there = this.#relaxed.find((graph) => holdsFor(graph, known));
    if (there) return there.fn;
    for (const other of this.#known) {
      const free = freeAxes(other, known.frame);
      const recording = free && relax(other, known, free);
      if (!recording) continue;
      const fn = this.session.add(recording);
      this.#relaxed.push({ base: other, free, recording, fn });
      return fn;
    }
    const fn = this.session.add(known.recording);
    this.#known.push(known);
    return fn;
  }
}

/** Which axes differ, if the two are alike otherwise, and all of those axes have one length in each. */
function freeAxes(a: Known, b: Frame): boolean[] | undefined {
  if (a.frame.family !== b.family || a.watch.changed) return undefined;
  const free = a.frame.sizes.map((size, i) => size !== b.sizes[i]);
  const areOne = [a.frame, b].every(({ sizes }) => new Set(sizes.filter((_, i) => free[i])).size === 1);
  return areOne ? free : undefined;
}

function isFreeIn(base: Known, frame: Frame, free: readonly boolean[]): boolean {
  return freeAxes(base, frame)?.join() === free.join();
}

/** One graph for any length of the free axes; nothing where there is none. */
function relax(a: Known, b: Known, free: readonly boolean[]): Recording | undefined {
  const axis = free.indexOf(true);
  const lengths = [a, b].map(({ frame }) => frame.sizes[axis]) as [number, number];
  try {
    return generalize(a.recording, b.recording, lengths, 'length');
  } catch (error) {
    if (error instanceof Unrecordable) return undefined;
    throw error;
  }
}

/** Whether a graph for any length is, at another length, the graph that was recorded there. */
function holdsFor({ base, free, recording }: Relaxed, known: Known): boolean {
  if (!isFreeIn(base, known.frame, free)) return false;
  const own = relax(base, known, free);
  return own !== undefined && isSameGraph(own, recording);
}
