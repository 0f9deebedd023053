// A house is lived in at random, and after it everything that the server tells over its real API is compared with a plain model.
// `FC_RUNS=2000 FC_SEED=7 node --test e2e/server/whole-truth.test.ts` lives through as many lives; a failure prints its seed and the
// shortest life that shows it.
import { test } from 'node:test';
import fc from 'fast-check';
import { liveThrough } from '../lib/model-life.ts';
import { houseCuts, housePlan, houseSteps } from '../lib/model-steps.ts';

const RUNS = Number(process.env['FC_RUNS'] ?? 24);
const SEED = process.env['FC_SEED'];

test('whatever happens in a house, every answer is that of the plain model', async () => {
  const life = fc.record({ plan: housePlan, steps: houseSteps, cuts: houseCuts });
  await fc.assert(fc.asyncProperty(life, liveThrough), {
    numRuns: RUNS,
    ...(SEED === undefined ? {} : { seed: Number(SEED) }),
  });
});
