import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseTicks } from '../chart/ticks.ts';
import { createZone } from '../time/zone.ts';
import { EN } from './en.ts';
import { createFormat, fill, toText } from './format.ts';
import { FR } from './fr.ts';

const PARIS = createZone('Europe/Paris');
const fr = createFormat(['fr-FR'], PARIS);
const en = createFormat(['de-DE', 'en-US'], PARIS);
const at = (text: string): number => Date.parse(text);

/** Every sentence of a language file by its path. */
function sentences(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]];
  return Object.entries(node as object).flatMap(([name, value]) => sentences(value, `${path}/${name}`));
}

test('both languages say everything, with the same places to fill in', () => {
  const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  // What goes wrong with firmware the server says in English itself.
  const own = ([path]: [string, string]) => !path.startsWith('/care/firmware/errors/');
  const english = new Map(sentences(EN).filter(own));
  const french = new Map(sentences(FR).filter(own));
  assert.deepEqual([...french.keys()], [...english.keys()]);
  for (const [path, text] of french) {
    assert.notEqual(text.trim(), '', path);
    assert.deepEqual(places(text), places(english.get(path) ?? ''), path);
    // A word is chosen by a number that is said.
    for (const [, name] of text.matchAll(/\{(\w+)\|/g)) assert.ok(places(text).includes(`{${name}}`), path);
  }
});

test('the first language that there are words for is taken, else English', () => {
  assert.equal(fr.strings, FR);
  assert.equal(en.locale, 'en-US');
  assert.equal(createFormat(['ja'], PARIS).strings, EN);
});

test('power and energy in the unit that reads best', () => {
  assert.equal(toText(en.power(1_234.4)), '1,234\u202fW');
  assert.equal(toText(fr.power(12_345)), '12,3\u202fkW');
  assert.equal(toText(fr.energy(640)), '640\u202fWh');
  assert.equal(toText(en.energy(8_421)), '8.42\u202fkWh');
});

test('a short gap is not rounded away', () => {
  assert.equal(en.percent(0.9999), '99.9\u202f%');
  assert.equal(en.percent(1), '100\u202f%');
  assert.equal(en.percent(0.42), '42\u202f%');
});

test('times are the site’s, with their offset only on days of another length', () => {
  assert.equal(fr.instant(at('2026-06-01T10:00:05Z'), true), '2026-06-01 12:00:05');
  assert.equal(fr.instant(at('2026-10-25T00:30Z')), '2026-10-25 02:30 +02:00');
  assert.equal(fr.instant(at('2026-10-25T01:30Z')), '2026-10-25 02:30 +01:00');
});

test('stretches are said as short as they can be', () => {
  const stretch = (from: string, to: string): string => fr.stretch({ fromMs: at(from), toMs: at(to) });
  assert.equal(stretch('2026-06-01T10:00:00Z', '2026-06-01T10:00:05Z'), '2026-06-01 12:00:00–12:00:05');
  assert.equal(stretch('2026-06-01T10:00:00Z', '2026-06-01T10:15:00Z'), '2026-06-01 12:00–12:15');
  assert.equal(stretch('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'), '2026-03-29');
  assert.equal(stretch('2026-05-31T22:00:00Z', '2026-06-30T22:00:00Z'), '2026-06-01 – 2026-06-30');
});

test('from when to when is said exactly: the day once, seconds where there are any', () => {
  const fromTo = (from: string, to: string): string => fr.fromTo({ fromMs: at(from), toMs: at(to) });
  assert.equal(fromTo('2026-06-01T10:00:00Z', '2026-06-01T10:15:00Z'), '2026-06-01 12:00–12:15');
  assert.equal(fromTo('2026-06-01T10:00:05Z', '2026-06-01T10:15:00Z'), '2026-06-01 12:00:05–12:15:00');
  assert.equal(fromTo('2026-06-01T10:00:00Z', '2026-06-01T22:00:00Z'), '2026-06-01 12:00 – 2026-06-02 00:00');
  assert.equal(
    fromTo('2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'),
    '2026-10-25 02:30 +02:00 – 2026-10-25 02:30 +01:00',
  );
});

test('ages count in the unit that is still told apart', () => {
  assert.deepEqual(
    [-5, 14_000, 200_000, 3 * 3.6e6, 9e8].map((ms) => en.ago(ms)),
    ['0 s ago', '14 s ago', '3 min ago', '3 h ago', '10 d ago'],
  );
});

test('the day stands under the first tick and under each midnight', () => {
  const range = { fromMs: at('2026-06-01T18:00Z'), toMs: at('2026-06-02T04:00Z') };
  const labels = fr.tickLabels(chooseTicks(range, 6, PARIS));
  assert.deepEqual(labels, ['20:00\nlun. 1 juin', '22:00', '00:00\nmar. 2 juin', '02:00', '04:00']);
});

test('places that nothing fills stay visible', () => {
  assert.equal(fill('{a} and {b}', { a: 1 }), '1 and {b}');
  assert.equal(fill('{b|one|more}', { a: 1 }), '{b|one|more}');
});

test('a word goes with its count', () => {
  const told = (count: number): string =>
    fill('{count} {count|measure|measures}', { count: en.count(count) });
  assert.deepEqual([0, 1, 2, 1_000].map(told), ['0 measures', '1 measure', '2 measures', '1,000 measures']);
  const dit = (count: number): string => fill('{count} {count||mesure|mesures}', { count: fr.count(count) });
  assert.deepEqual([0, 1, 2].map(dit), ['0 mesure', '1 mesure', '2 mesures']);
});

test('data is measured in the reader’s unit', () => {
  assert.deepEqual([98_304, 1_400_000, 250e6].map(en.bytes), ['98\u202fkB', '1.4\u202fMB', '250\u202fMB']);
  assert.deepEqual([98_304, 1_400_000, 250e6].map(fr.bytes), ['98\u202fko', '1,4\u202fMo', '250\u202fMo']);
});
