/** How many numbers the weights of what is being made may have: a file must not ask for more memory than it has weights. */
import { ValueError } from './errors';

let left: number | undefined;
let areReplaced = false;

/**
 * Runs `body`, in which no more than so many numbers may be made weights.
 * @param willBeReplaced whether all weights get other values before anybody sees them, so that none need be drawn.
 */
export function withWeightBudget<T>(count: number, willBeReplaced: boolean, body: () => T): T {
  const outer = [left, areReplaced] as const;
  [left, areReplaced] = [count, willBeReplaced];
  try {
    return body();
  } finally {
    [left, areReplaced] = outer;
  }
}

/** Whether the values that weights begin with will never be seen. */
export function areWeightsReplaced(): boolean {
  return areReplaced;
}

/** Takes a weight's numbers from the budget, if there is one. */
export function takeFromBudget(who: string, name: string, count: number): void {
  if (left === undefined) return;
  left -= count;
  if (left >= 0) return;
  throw new ValueError(
    `${who}: weight '${name}' has more numbers than the file has weights for. Received: ${count} numbers to make.`,
  );
}
