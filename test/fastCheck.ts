/** fast-check, trying the same cases in each run. `FC_SEED=7 npm test` tries others. */
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });

export * from 'fast-check';
