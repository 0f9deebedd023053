import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventsAnswer, lightAnswer } from '@kilowink/api';
import { startCare, TestSensor } from '../firmware/testing.ts';
import { LIGHT_STEP_MS, LightRing } from './light-ring.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-sensors-'));
after(() => rmSync(root, { recursive: true }));

test('the worst light of every two minutes is kept, for a day', () => {
  const ring = new LightRing();
  const good = { amplitudeMv: 600, noise100Uv: 10, state: 'good' } as const;
  for (let minute = 0; minute < 3_000; minute += 1) ring.note(minute * 60_000, good);
  ring.note(2_999 * 60_000 + 1, { amplitudeMv: 80, noise100Uv: 40, state: 'weak' });
  ring.note(2_999 * 60_000 + 2, { ...good, amplitudeMv: 500 });
  const all = ring.columns(0);
  assert.equal(all.start.length, 720);
  assert.deepEqual(
    all.start.map((start, index) => start - (all.start[index - 1] ?? start - LIGHT_STEP_MS)),
    Array.from({ length: 720 }, () => LIGHT_STEP_MS),
  );
  assert.deepEqual([all.amplitudeMv.at(-1), all.noise100Uv.at(-1), all.state.at(-1)], [80, 40, 'good']);
  assert.equal(ring.columns(2_990 * 60_000).start.length, 5);
});

test('a clock that goes back loses no light', () => {
  const ring = new LightRing();
  ring.note(10 * LIGHT_STEP_MS, { amplitudeMv: 600, noise100Uv: 10, state: 'good' });
  ring.note(2 * LIGHT_STEP_MS, { amplitudeMv: 500, noise100Uv: 10, state: 'weak' });
  assert.deepEqual(ring.columns(0), {
    ...{ start: [10 * LIGHT_STEP_MS], amplitudeMv: [500] },
    ...{ noise100Uv: [10], state: ['weak'] },
  });
});

test('a sensor’s light and its starts are told', async (t) => {
  const sensor = await TestSensor.open('house');
  const server = await startCare(root, [sensor]);
  t.after(async () => {
    await sensor.close();
    await server.close();
  });
  await sensor.reportTo(server.url);
  while ((await server.ask('GET', '/health')).answer['sources'] === undefined) await Promise.resolve();
  const path = `/sensors/${encodeURIComponent('optical/house')}/light`;
  const read = async () => lightAnswer.parse((await server.ask('GET', path)).answer);
  let light = await read();
  while (light.columns.start.length === 0) light = await read();
  assert.deepEqual([light.columns.amplitudeMv, light.columns.state], [[650], ['good']]);
  const { events } = eventsAnswer.parse((await server.ask('GET', '/events?kind=sensorBoot')).answer);
  assert.deepEqual(
    events.map(({ source, data }) => [source, data['firmware']]),
    [['optical/house', '1.0.0']],
  );
  const none = await server.ask('GET', `/sensors/${encodeURIComponent('optical/none')}/light`);
  assert.deepEqual(lightAnswer.parse(none.answer).columns.start, []);
});
