/** `keras-ts convert IN OUT`: a model from one format of Keras into another. */
import { loadModel } from '../saving';

/** Reads a model and writes it in the format that the ending of `target` names; gives the exit code. */
export async function convert(source: string, target: string): Promise<number> {
  const model = await loadModel(source);
  if (target.endsWith('.weights.h5')) await model.saveWeights(target);
  else await model.save(target);
  process.stdout.write(`${target}: ${model.countParams().toLocaleString('en')} parameters\n`);
  return 0;
}
