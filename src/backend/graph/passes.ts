import { poolBeforeRelu } from './poolBeforeRelu';
import type { Recording } from './recording';

/** A graph that computes the same, faster. */
type Pass = (recording: Recording) => Recording;

/** In the order in which they are applied to each graph that goes into a session. */
const PASSES: readonly Pass[] = [poolBeforeRelu];

export function rewrite(recording: Recording): Recording {
  return PASSES.reduce((graph, pass) => pass(graph), recording);
}
