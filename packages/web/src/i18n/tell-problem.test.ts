import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webError } from '../errors.ts';
import { createZone } from '../time/zone.ts';
import { createFormat } from './format.ts';
import { REFUSALS_EN } from './refusals/en.ts';
import { REFUSALS_FR } from './refusals/fr.ts';
import { tellProblem } from './tell-problem.ts';

const ZONE = createZone('Europe/Paris');
const FRENCH = createFormat(['fr-FR'], ZONE);
const refused = (why: string, values: Record<string, string | number>) =>
  webError('web/refused', {
    ...values,
    path: '/',
    status: 400,
    detail: 'told by the server',
    code: 'reading/refused',
    why,
  });

test('a refused reading is told in the reader’s words, in kWh and the site’s time', () => {
  const values = { readWh: 12_345_678, besideWh: 12_346_000, besideMs: Date.UTC(2026, 6, 1, 10, 30) };
  const told = tellProblem(refused('below', values), FRENCH);
  assert.match(told, /^12345,678\u202fkWh est sous les 12346\u202fkWh du 2026-07-01 12:30 : /);
  assert.equal(tellProblem(refused('index', { index: 'abc' }), FRENCH).includes('« abc »'), true);
});

test('what has no words of its own is told as the server told it', () => {
  assert.equal(tellProblem(refused('a cause of tomorrow', {}), FRENCH), 'told by the server');
  assert.match(tellProblem(webError('web/unreachable', { path: '/' }), FRENCH), /ne répond pas/);
});

test('both languages have words for the same causes, with the same values', () => {
  const placesOf = (strings: Readonly<Record<string, string>>) =>
    Object.entries(strings)
      .map(([cause, sentence]) => [cause, ...(sentence.match(/\{\w+\}/g) ?? []).toSorted()].join(' '))
      .toSorted();
  assert.deepEqual(placesOf(REFUSALS_FR), placesOf(REFUSALS_EN));
});
