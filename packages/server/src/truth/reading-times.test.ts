// When a display was read, where the clock shows a time twice or never.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problem, readingAnswer, readingsAnswer } from '@kilowink/api';
import { HOUR_MS } from '@kilowink/core/time';
import { TruthSite } from './testing.ts';

/** The night of Paris on which the clock was set back from 03:00 to 02:00. */
const CHANGE = Date.UTC(2025, 9, 26, 1);

function putNight(site: TruthSite): number {
  const hours = new Array<number>(24).fill(600);
  return site.put({ source: 'optical/a' }, { startMs: CHANGE - 12 * HOUR_MS, durationMs: HOUR_MS }, hours);
}

test('a reading of a local time that came twice is refused with both; each with its offset is kept', async () => {
  await using site = await TruthSite.open();
  const path = `/series/${putNight(site)}/readings`;
  await site.login();
  for (const at of ['2025-10-26T02:00', '2025-10-26 02:30:00', '2025-10-26T02:59:59']) {
    const { code, detail, why, values } = problem.parse(await site.post(path, { at, index: '100' }));
    assert.deepEqual([code, why], ['reading/refused', 'twice']);
    assert.equal(Number(values?.['secondMs']) - Number(values?.['firstMs']), HOUR_MS);
    const time = at.slice(11, 16);
    assert.match(
      detail,
      new RegExp(
        `at: .*"${at}" came.*Europe/Paris showed twice: .*2025-10-26T${time}\\S*\\+02:00 .* 2025-10-26T${time}\\S*\\+01:00`,
      ),
    );
  }
  const kept = async (at: string | number, index: string) =>
    readingAnswer.parse(await site.post(path, { at, index })).reading.atMs - CHANGE;
  assert.equal(await kept('2025-10-26T02:30+02:00', '100.0'), -0.5 * HOUR_MS);
  assert.equal(await kept('2025-10-26T01:30Z', '100.6'), 0.5 * HOUR_MS);
  assert.equal(await kept(CHANGE, '100.3'), 0);
  assert.equal(await kept('2025-10-26T01:59', '99.4'), -HOUR_MS - 60_000);
  assert.equal(await kept('2025-10-26T03:00', '100.9'), HOUR_MS);
  assert.equal(readingsAnswer.parse(await site.get(path)).readings.length, 5);
});

test('a reading of a local time that never was is refused with the two that may be meant', async () => {
  await using site = await TruthSite.open();
  const path = `/series/${putNight(site)}/readings`;
  await site.login();
  const refused = problem.parse(await site.post(path, { at: '2025-03-30T02:30', index: '100' }));
  assert.equal(refused.why, 'never');
  assert.match(
    refused.detail,
    /"2025-03-30T02:30" came, .*never.*2025-03-30T01:30\S*\+01:00 .* 2025-03-30T03:30\S*\+02:00/,
  );
});

test('a reading that is still to come is refused with the time it is now', async () => {
  await using site = await TruthSite.open();
  const path = `/series/${putNight(site)}/readings`;
  await site.login();
  const { detail } = problem.parse(await site.post(path, { at: '2190-01-01T00:00Z', index: '100' }));
  assert.match(detail, /expected a time up to now \(20\S+Z\), 2190-01-01T00:00:00Z came/);
});
