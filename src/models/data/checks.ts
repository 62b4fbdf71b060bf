import type * as tf from '@tensorflow/tfjs';
import { formatShape, type Shape, ValueError } from '../../base/errors';
import { flatten, type Nested } from '../../base/nest';
import { mapShapes, SymbolicTensor, shapesOf } from '../../layers/symbolic';
import type { Trainable } from '../trainable';
import type { StepData } from './data';
import { fitShape, orderInputs } from './inputs';

/**
 * Checks data against a model before anything of the model changes: the shapes of the inputs, the shapes of targets
 * against the outputs, and the values of class labels.
 *
 * @throws ValueError naming the argument, the shape expected and the shape received.
 */
export function checkData(model: Trainable, who: string, data: StepData): void {
  const shapes = outputShapes(model, who, data);
  if (!shapes || !model.compiled || data.y === undefined) return;
  const outputs = mapShapes(shapes, (shape) => new SymbolicTensor(shape, { name: 'output' }));
  model.compilation.compileLoss?.checkLabels(who, data.y, outputs);
  if (data.sampleWeight !== undefined) checkSampleWeights(who, flatten(data.sampleWeight), flatten(outputs));
}

/** Weights must be one for each sample, or for each entry of the loss: the shape of the output without its last axis. */
function checkSampleWeights(who: string, weights: readonly tf.Tensor[], outputs: readonly SymbolicTensor[]): void {
  weights.forEach(({ shape }, i) => {
    const output = outputs[weights.length === 1 ? 0 : i]?.shape;
    if (!output) return;
    const own = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(1, -1) : shape.slice(1);
    const entries = output.slice(1, -1);
    if (own.length <= entries.length && own.every((dim, axis) => entries[axis] === null || dim === entries[axis]))
      return;
    throw new ValueError(
      `${who}: sampleWeight must have one weight for each sample. Received: sampleWeight of shape ${formatShape(shape)}, ` +
        `output of shape ${formatShape(output)}.`,
    );
  });
}

/** The shapes of the outputs for data, or `undefined` where only running the model tells. */
function outputShapes(model: Trainable, who: string, { x }: StepData): Nested<Shape> | undefined {
  const { inputStructure } = model;
  let shapes: Nested<Shape> = mapShapes(shapesOf(x), (shape): never => [null, ...shape.slice(1)] as never);
  if (inputStructure) {
    const inputs = flatten(inputStructure);
    const given = orderInputs(who, inputStructure, x);
    if (given.length !== inputs.length) {
      const expected = inputs.map(({ name }) => name).join(', ');
      throw new ValueError(
        `${who}: the model has ${inputs.length} input(s) (${expected}). Received: ${given.length} in x.`,
      );
    }
    shapes = inputs.map((input, i) => fitShape(who, input, [null, ...(given[i]?.shape.slice(1) ?? [])])) as never;
    if (inputs.length === 1) shapes = (shapes as never[])[0] as never;
  }
  try {
    return model.computeOutputShape(shapes as never);
  } catch (error) {
    // A custom layer that has not been built may not know; everything else is an error of the data.
    if (model.built || (error as Error).name === 'ValueError') throw error;
    return undefined;
  }
}
