import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createZone } from '../time/zone.ts';
import { decodeView, defaultView, encodeView, PRESETS, resolveView, type View } from './view.ts';

const HOUR_MS = 3_600_000;
const PARIS = createZone('Europe/Paris');
const atMs = fc.integer({ min: 0, max: 4e12 });
const view = fc.oneof(
  fc.integer({ min: 1, max: 1e8 }).map((seconds): View => ({ kind: 'last', spanMs: seconds * 1_000 })),
  fc.constantFrom<View>({ kind: 'today' }, { kind: 'yesterday' }, { kind: 'all' }),
  fc
    .tuple(atMs, fc.integer({ min: 1, max: 1e11 }))
    .map(([fromMs, span]): View => ({ kind: 'range', fromMs, toMs: fromMs + span })),
);

test('a view comes back from its address', () => {
  fc.assert(fc.property(view, (any) => assert.deepEqual(decodeView(`?series=3&${encodeView(any)}`), any)));
});

test('addresses are short and say what they mean', () => {
  assert.deepEqual(
    PRESETS.map((preset) => encodeView(preset.view)),
    [
      'last=15min',
      'last=1h',
      'last=6h',
      'day=today',
      'day=yesterday',
      'last=1d',
      'last=7d',
      'last=30d',
      'last=365d',
      'all',
    ],
  );
  const range: View = { kind: 'range', fromMs: Date.UTC(2026, 2, 1), toMs: Date.UTC(2026, 2, 1, 6) + 5 };
  assert.equal(encodeView(range), 'from=2026-03-01T00:00:00Z&to=2026-03-01T06:00:00.005Z');
});

test('what names no view that can be is none', () => {
  for (const query of [
    '',
    '?last=0h',
    '?last=x',
    '?last=3y',
    '?day=tomorrow',
    '?from=now&to=then',
    '?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z',
  ]) {
    assert.equal(decodeView(query), null, query);
  }
});

test('no address, however odd, is an error', () => {
  fc.assert(fc.property(fc.string(), (query) => void decodeView(query)));
});

test('today and yesterday are days of the site, 23 and 25 hours long when the clock changes', () => {
  const hours = (kind: 'today' | 'yesterday', now: string): number => {
    const nowMs = Date.parse(now);
    const context = { nowMs, zone: PARIS, extent: { fromMs: 0, toMs: nowMs } };
    const { fromMs, toMs } = resolveView({ kind }, context);
    return (toMs - fromMs) / HOUR_MS;
  };
  assert.equal(hours('today', '2026-03-29T12:00Z'), 23);
  assert.equal(hours('yesterday', '2026-03-30T12:00Z'), 23);
  assert.equal(hours('today', '2026-10-25T12:00Z'), 25);
  assert.equal(hours('today', '2026-10-26T12:00Z'), 24);
});

test('a new server opens on the live view, an old one on a day', () => {
  assert.deepEqual(defaultView({ fromMs: 0, toMs: HOUR_MS }), { kind: 'last', spanMs: HOUR_MS / 4 });
  assert.deepEqual(defaultView({ fromMs: 0, toMs: 30 * HOUR_MS }), { kind: 'last', spanMs: 24 * HOUR_MS });
});
