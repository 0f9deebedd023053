import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE_MS } from './epoch.ts';
import { meaningOf } from './local.ts';

const of = (text: string, zone = 'Europe/Paris') => {
  const { shown, moments } = meaningOf(Temporal.PlainDateTime.from(text), zone);
  return [shown, ...moments.map((each) => each.toString({ timeZoneName: 'never', smallestUnit: 'minute' }))];
};

test('a time is shown once, twice when the clock is set back, never when it is set forward', () => {
  const noon = '2026-10-25T12:00+01:00';
  assert.deepEqual(of('2026-10-25T12:00'), ['once', noon, noon]);
  const twice = ['twice', '2026-10-25T02:00+02:00', '2026-10-25T02:00+01:00'];
  assert.deepEqual(of('2026-10-25T02:00'), twice);
  assert.equal(of('2026-10-25T02:59')[0], 'twice');
  assert.equal(of('2026-10-25T03:00')[0], 'once');
  assert.equal(of('2026-10-25T01:59')[0], 'once');
  assert.deepEqual(of('2026-03-29T02:30'), ['never', '2026-03-29T01:30+01:00', '2026-03-29T03:30+02:00']);
  assert.equal(of('2026-03-29T03:00')[0], 'once');
});

test('a zone whose summer is half an hour has half an hour twice', () => {
  const { shown, moments } = meaningOf(
    Temporal.PlainDateTime.from('2026-04-05T01:45'),
    'Australia/Lord_Howe',
  );
  assert.equal(shown, 'twice');
  assert.equal(moments[1].epochMilliseconds - moments[0].epochMilliseconds, 30 * MINUTE_MS);
});
