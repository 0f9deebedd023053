// A house is lived in at random, and after it everything that the server tells over its real API is compared with a plain model.
// `FC_RUNS=2000 FC_SEED=7 node --test e2e/server/whole-truth.test.ts` lives through as many lives; a failure prints its seed and the
// shortest life that shows it.
import { test } from 'node:test';
import fc from 'fast-check';
import { liveThrough } from '../lib/model-life.ts';
import { houseCuts, housePlan, houseSteps } from '../lib/model-steps.ts';

const RUNS = process.env['FC_RUNS'];
const SEED = process.env['FC_SEED'];
/** So many lives take some 35 s of a processor. */
const RUNS_DEFAULT = 20;
/** A shortest life is looked for no longer than this: then the shortest that was found is told. */
const SHRINK_MS_MAX = 200_000;

test('whatever happens in a house, every answer is that of the plain model', async () => {
  const life = fc.record({ plan: housePlan, steps: houseSteps, cuts: houseCuts });
  await fc.assert(fc.asyncProperty(life, liveThrough), {
    numRuns: Number(RUNS ?? RUNS_DEFAULT),
    ...(RUNS === undefined ? { interruptAfterTimeLimit: SHRINK_MS_MAX, markInterruptAsFailure: true } : {}),
    ...(SEED === undefined ? {} : { seed: Number(SEED) }),
  });
});
