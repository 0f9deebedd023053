import { test } from 'node:test';
import { changeCases } from './changes.ts';
import { correctionCases } from './corrections.ts';
import { gaugeCases } from './gauges.ts';
import { keepingCases } from './keeping.ts';
import { meterCases } from './meters.ts';
import { numberedCases } from './numbered.ts';
import { packedCases } from './packed.ts';
import { type MakePlace, withStore } from './place.ts';
import { pointCases } from './points.ts';
import { describeProperties } from './properties.ts';
import { windowCases } from './windows.ts';

export { type MakePlace, StillClock, type StorePlace } from './place.ts';

/** Runs the whole contract over one implementation, as tests of `node:test`. */
export function describeStoreContract(name: string, make: MakePlace): void {
  for (const cases of [
    keepingCases,
    windowCases,
    numberedCases,
    pointCases,
    packedCases,
    gaugeCases,
    meterCases,
    changeCases,
    correctionCases,
  ]) {
    for (const [fact, body] of Object.entries(cases)) {
      test(`${name}: ${fact}`, () => {
        withStore(make, body);
      });
    }
  }
  describeProperties(name, make);
}
