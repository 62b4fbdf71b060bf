import type * as tf from '@tensorflow/tfjs-core';
import { formatShape, type Shape, ValueError } from '../../base/errors';
import { flatten, type Nested } from '../../base/nest';
import type { SymbolicTensor } from '../../layers/operation';
import { knownLoss } from '../../losses';
import type { CompileLoss } from '../compile/compileLoss';
import { dataPerOutput, outputsOf, perOutput } from '../compile/outputs';
import type { StepData } from './data';
import { areClassWeights, labelMapError } from './sampleWeights';

/**
 * Checks that labels and weights go with the outputs axis by axis. Arithmetic would go on where an axis of the samples
 * happens to be as long as one of the entries, and give a loss of no meaning.
 *
 * @throws ValueError naming the shapes
 */
export function checkShapes(who: string, loss: CompileLoss, data: StepData, outputs: Nested<SymbolicTensor>): void {
  const all = outputsOf(outputs, loss.outputNames);
  const identifiers = perOutput('compile', 'loss', loss.loss, all);
  const has = identifiers.map((identifier) => identifier !== null && identifier !== undefined);
  const labels = dataPerOutput('y', data.y as Nested<tf.Tensor>, all, has);
  const weights = data.sampleWeight === undefined ? [] : flatten(data.sampleWeight);
  flatten(outputs).forEach(({ shape }, i) => {
    const known = knownLoss(identifiers[i]);
    const y = labels[i];
    if (known?.labelKind === 'numbers' && y) checkLabels(who, y.shape, shape);
    const weight = weights.length === 1 ? weights[0] : weights[i];
    if (weight) checkWeights(who, weight, shape, known !== undefined, y?.shape ?? []);
  });
}

/** Two shapes with the same number of axes, where an axis of size 1 at the end makes the difference. */
function alignRanks(a: Shape, b: Shape): [Shape, Shape] {
  if (a.length === b.length + 1 && a.at(-1) === 1) return b.length === 1 ? [a, [...b, 1]] : [a.slice(0, -1), b];
  if (b.length === a.length + 1 && b.at(-1) === 1) return a.length === 1 ? [[...a, 1], b] : [a, b.slice(0, -1)];
  return [a, b];
}

/** Whether shapes broadcast with each axis of the one on the same axis of the other. */
function fitAxes(given: Shape, expected: Shape): boolean {
  const [a, b] = alignRanks(given, expected);
  const fits = (x: number | null, y: number | null): boolean => x === y || x === 1 || y === 1 || y === null;
  return a.length === b.length && a.every((dim, axis) => fits(dim, b[axis] as number | null));
}

function checkLabels(who: string, labels: Shape, output: Shape): void {
  if (fitAxes(labels, output)) return;
  throw new ValueError(
    `${who}: labels and the output must have the same shape, or an axis of size 1 where they differ. ` +
      `Received: labels of shape ${formatShape(labels)}, output of shape ${formatShape(output)}.`,
  );
}

/**
 * Weights must be one for each sample or for each value of the loss, which has the shape of the output without its last
 * axis. A loss of one's own may give one value a sample.
 */
function checkWeights(who: string, weight: tf.Tensor, output: Shape, isKnown: boolean, labels: number[]): void {
  const values = output.slice(0, -1);
  if (values.length === 0 || fitAxes(weight.shape, values)) return;
  if (!isKnown && fitAxes(weight.shape, values.slice(0, 1))) return;
  if (areClassWeights(weight)) throw labelMapError(who, labels);
  const samples = weight.shape[0] as number;
  const shapes = [
    [samples, ...values.slice(1).map(() => 1)],
    [samples, ...values.slice(1)],
  ].map(formatShape);
  throw new ValueError(
    `${who}: sampleWeight must have one weight for each sample or value of the loss. Received: sampleWeight of shape ` +
      `${formatShape(weight.shape)}, output of shape ${formatShape(output)}. Give shape ${[...new Set(shapes)].join(' or ')}.`,
  );
}
