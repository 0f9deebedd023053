import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADVERT_BYTES_MAX, readAdvert } from '@kilowink/core/advert';
import { constantLoad } from '../load/index.ts';
import { Broadcaster, type BroadcastForm } from './broadcaster.ts';
import { hearBroadcasts } from './hear.ts';
import { windowLossChance, windowsLostPerDay } from './loss.ts';

const START_MS = Date.UTC(2026, 2, 28);
const FORMS: readonly BroadcastForm[] = ['version1', 'version2', 'short'];

function broadcaster(form: BroadcastForm, intervalMs: number): Broadcaster {
  return new Broadcaster({
    ...{ form, intervalMs, startMs: START_MS, seed: 7 },
    load: constantLoad(1_700),
    address: 'c0:de:00:00:00:01',
    sensorId: '00112233aabbccdd',
    key: new Uint8Array(16).fill(5),
  });
}

for (const form of FORMS) {
  test(`${form}: with 30 % of the advertisements of a day lost no window is`, () => {
    const from = broadcaster(form, 1_000);
    const heard = hearBroadcasts(from, { untilMs: START_MS + 86_400_000, lossChance: 0.3, seed: 11 });
    assert.ok(heard.heard < 0.72 * heard.sent && heard.heard > 0.68 * heard.sent);
    assert.equal(heard.windows, heard.measured);
    const energyWh = (1_700 * heard.measured) / 720;
    assert.ok(Math.abs(heard.flashes - energyWh) <= 1, `${heard.flashes} Wh of ${energyWh}`);
  });

  test(`${form}: an advertisement fits on air and is understood`, () => {
    const from = broadcaster(form, 1_000);
    const untilMs = START_MS + 600_000;
    const last = () => from.take().advert.data;
    while (from.nextMs < untilMs) last();
    const data = last();
    assert.ok(data.length <= (form === 'short' ? ADVERT_BYTES_MAX.legacy : ADVERT_BYTES_MAX.extended));
    assert.match(readAdvert(data).content.kind, /^report/);
  });
}

test('what cannot be heard is missed: the receiver does not invent windows', () => {
  const from = broadcaster('version1', 1_000);
  const heard = hearBroadcasts(from, { untilMs: START_MS + 7_200_000, lossChance: 0.97, seed: 3 });
  const expected = windowLossChance({
    lossChance: 0.97,
    intervalMs: 1_000,
    windowMs: 5_000,
    windowsOnAir: 10,
  });
  const lost = 1 - heard.windows / heard.measured;
  assert.ok(expected > 0.2 && Math.abs(lost - expected) < 0.12, `${lost} lost, ${expected} expected`);
});

test('at 30 % loss a window is lost less than once in a million years', () => {
  for (const intervalMs of [100, 1_000]) {
    const of = { lossChance: 0.3, intervalMs, windowMs: 5_000, windowsOnAir: 10 };
    assert.ok(windowsLostPerDay(of) * 365 * 1e6 < 1);
  }
});
