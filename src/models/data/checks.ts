import type * as tf from '@tensorflow/tfjs-core';
import { fetchValues } from '../../backend/values';
import { type Shape, ValueError } from '../../base/errors';
import { flatten, type Nested } from '../../base/nest';
import { mapShapes, SymbolicTensor, shapesOf } from '../../layers/operation';
import type { StepKind } from '../steps/stepKinds';
import type { Trainable } from '../trainable';
import type { StepData } from './data';
import { fitShape, orderInputs } from './inputs';
import { checkShapes } from './shapes';

/** Output shapes of models whose `call` must run to tell them, by the shapes of the inputs. */
const probed = new WeakMap<Trainable, Map<string, Nested<Shape> | undefined>>();

/**
 * Checks data against a model before anything of the model changes: the shapes of the inputs, the shapes of targets
 * against the outputs, and the values of class labels. A step that a user wrote takes what it likes.
 *
 * @throws ValueError naming the argument, the shape expected and the shape received.
 */
export function checkData(model: Trainable, who: string, kind: StepKind, data: StepData): void {
  labelChecks(model, who, kind, data)?.check();
}

/** `checkData` that waits for the values of labels instead of holding the device up. */
export async function checkDataLater(model: Trainable, who: string, kind: StepKind, data: StepData): Promise<void> {
  const checks = labelChecks(model, who, kind, data);
  if (!checks) return;
  await fetchValues(checks.labels);
  checks.check();
}

/** What is left to check once the inputs are checked: labels to be read, and the check that reads them. */
function labelChecks(
  model: Trainable,
  who: string,
  kind: StepKind,
  data: StepData,
): { labels: tf.Tensor[]; check(): void } | undefined {
  if (model.hasOwnStep(kind)) return undefined;
  const shapes = outputShapes(model, who, data);
  const { y } = data;
  if (!shapes || !model.compiled || y === undefined) return undefined;
  const { compileLoss } = model.compilation;
  if (!compileLoss) return undefined;
  // Whole data are checked, which are of no batch size.
  const outputs = mapShapes(shapes, ([, ...dims]) => new SymbolicTensor([null, ...dims], { name: 'output' }));
  return {
    labels: compileLoss.labelsToRead(y, outputs),
    check: () => {
      compileLoss.checkLabels(who, y, outputs);
      checkShapes(who, compileLoss, data, outputs);
    },
  };
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
    shapes = inputs.map((input, i) => {
      const shape = given[i]?.shape ?? [];
      return fitShape(who, input, [null, ...shape.slice(1)], shape);
    }) as never;
    if (inputs.length === 1) shapes = (shapes as never[])[0] as never;
  }
  if (inputStructure) return model.computeOutputShape(shapes as never);
  const known = probed.get(model) ?? new Map<string, Nested<Shape> | undefined>();
  probed.set(model, known);
  const key = JSON.stringify(shapes);
  if (!known.has(key)) known.set(key, probeOutputShapes(model, shapes, shapesOf(x)));
  return known.get(key);
}

/** @param whole the shapes with the batch size, which messages tell: without a batch axis it would be another one. */
function probeOutputShapes(model: Trainable, shapes: Nested<Shape>, whole: Nested<Shape>): Nested<Shape> | undefined {
  try {
    return model.computeOutputShape(shapes as never);
  } catch (error) {
    // A custom layer that has not been built may not know; everything else is an error of the data.
    if ((error as Error).name === 'ValueError') model.computeOutputShape(whole as never);
    if (model.built || (error as Error).name === 'ValueError') throw error;
    return undefined;
  }
}
