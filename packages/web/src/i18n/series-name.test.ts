import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeriesInfo } from '@kilowink/api';
import { EN } from './en.ts';
import { FR } from './fr.ts';
import { nameSeries } from './series-name.ts';

const NAMES = [
  ['tic/main', 'Linky: energy drawn', 'Linky : énergie soutirée'],
  ['tic/main/EASF01', 'Linky: energy drawn, EASF01', 'Linky : énergie soutirée, EASF01'],
  [
    'tic/main/estimate',
    'A: b: apparent power injected, estimated',
    'A: b : puissance apparente injectée, estimée',
  ],
  ['tic/main/phase2', 'Linky: phase 2 voltage', 'Linky : phase 2, tension'],
  ['tic/main', 'My meter: whatever', 'My meter: whatever'],
  ['optical/cellar', 'Cellar: current', 'Cellar: current'],
] as const;

test('the series of a meter are named in the reader’s words, and as somebody named them', () => {
  const list = NAMES.map(([source, name]) => ({ source, name }) as SeriesInfo);
  const named = (strings: typeof EN): string[] => nameSeries(list, strings).map(({ name }) => name);
  assert.deepEqual(
    named(FR),
    NAMES.map(([, , french]) => french),
  );
  assert.deepEqual(
    named(EN),
    NAMES.map(([, name]) => name),
  );
});
