// One life of a house from its plan to its last look.
import assert from 'node:assert/strict';
import { compareExports, compareHouse, correctedAnswers, rawAnswers } from './model-compare.ts';
import { ModelHouse } from './model-house.ts';
import type { HousePlan, HouseStep } from './model-steps.ts';

/** One life in so many is held against `kilowink export` too. */
const EXPORTS_EVERY = 4;

export interface HouseLife {
  readonly plan: HousePlan;
  readonly steps: readonly HouseStep[];
  /** Where answers are looked at: shares of the time from the first measurement to the last. */
  readonly cuts: readonly (readonly [number, number])[];
}

/** Lives it, and compares what the server says with the model: as it runs, started anew, and with every correction taken back. */
export async function liveThrough({ plan, steps, cuts }: HouseLife): Promise<void> {
  const house = await ModelHouse.open(plan);
  try {
    for (const step of steps) await house.take(step);
    await compareHouse(house, cuts);
    await house.take({ kind: 'restart' });
    await compareHouse(house, cuts.slice(0, 1));
    if (plan.seed % EXPORTS_EVERY === 0) await compareExports(house);
    const before = await rawAnswers(house);
    await house.undoAll();
    assert.deepEqual(await rawAnswers(house), before);
    assert.deepEqual(await correctedAnswers(house), before);
  } finally {
    await house.close();
  }
}
