/** States of random generators, which Keras's files do not have: in a group of their own, which Keras does not look at. */

import { SeedGenerator } from '../../backend/random';
import { ValueError } from '../../base/errors';
import type { Model } from '../../models';
import type { H5Dataset, H5Group } from '../hdf5';
import { Plan } from './plan';
import { groupIn } from './read';
import { datasetOf, groupAt } from './write';

const GROUP = 'keras_ts/seed_generators';

/** The generators of a model and its layers, from the outside in. */
function generatorsOf(model: Model): SeedGenerator[] {
  const held = model.flattenLayers().flatMap(({ children }) => children.map(({ value }) => value as object));
  return [...new Set(held.filter((value): value is SeedGenerator => value instanceof SeedGenerator))];
}

/** Notes the states, so that dropout goes on where it was. */
export function writeSeeds(model: Model, root: H5Group): void {
  const generators = generatorsOf(model);
  if (generators.length === 0) return;
  const group = groupAt(root, GROUP);
  generators.forEach(({ state }, i) => {
    group.children.set(String(i), datasetOf(state, 'int32'));
  });
}

/** Sets the states that a file of ours has; those of Keras have none, and generators start anew. */
export function readSeeds(who: string, model: Model, root: H5Group): void {
  const group = groupIn(root, GROUP);
  if (!group) return;
  const generators = generatorsOf(model);
  if (group.children.size !== generators.length) {
    throw new ValueError(
      `${who}: the model has ${generators.length} random generators. Received: ${group.children.size} in '${GROUP}'.`,
    );
  }
  const plan = new Plan(who);
  generators.forEach(({ state }, i) => {
    const dataset = group.children.get(String(i));
    if (dataset?.kind !== 'dataset') throw new ValueError(`${who}: expected an array '${GROUP}/${i}'. Received: none.`);
    plan.add(state, dataset as H5Dataset, `random generator ${i}`);
  });
  plan.run();
}
