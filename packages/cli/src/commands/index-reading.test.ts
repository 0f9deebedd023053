import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE_MS } from '@kilowink/core/time';
import { openSqliteStore } from '@kilowink/store';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';

const START = Date.UTC(2026, 0, 11, 23);

function fill(place: Workplace): void {
  const store = openSqliteStore({ folder: place.data, clock: machineClock });
  const series = store.ensureSeries({ source: 'optical/a', quantity: 'energy', unit: 'Wh', name: 'Meter' });
  store.addPoints(series, {
    starts: Float64Array.from({ length: 1_440 }, (_, at) => START + at * MINUTE_MS),
    durationsMs: new Float64Array(1_440).fill(MINUTE_MS),
    values: new Float64Array(1_440).fill(10),
    reports: null,
    disagreements: null,
  });
  store.close();
}

test('readings are kept, listed, compared; the command that is offered makes the drift nothing', async () => {
  using place = new Workplace();
  fill(place);
  const at = ['-d', place.data];
  const add = (index: string, when: string) =>
    place.run('index', 'add', index, '--at', `2026-01-12T${when}`, ...at, '-y');
  assert.match((await add('12 345,00', '04:00')).stdout, /index +12 345\.000 kWh, to 10 Wh\n[\s\S]*Kept\./);
  const second = await add('12351.60', '14:00');
  assert.match(second.stdout, /since +6\.600 kWh in 10 h, 660 W on average/);
  assert.match(second.stdout, /drift +-600 Wh \(-9\.1 %\): flashes missed/);
  const wrong = await add('12000', '20:00');
  assert.match(wrong.stderr, /below the 12351\.6 kWh/);
  assert.equal(wrong.exitCode, 1);
  const listed = await place.run('index', 'list', ...at);
  assert.match(listed.stdout, /2026-01-12 14:00:00 \+01:00 +12 351\.600 kWh +10 Wh +person/);
  const compared = await place.run('index', 'compare', ...at);
  assert.match(compared.stdout, /6\.600 kWh +6\.000 kWh +100 % +-600 Wh/);
  const offered = /kilowink (correct add .*)/.exec(compared.stdout)?.[1] ?? '';
  await place.run(...offered.split(' '), '-y', ...at);
  const after = await place.run('index', 'compare', ...at);
  assert.match(after.stdout, /0 Wh \(0 %\): agrees/);
  assert.doesNotMatch(after.stdout, /correct add/);
  assert.match((await place.run('index', 'compare', '--uncorrected', ...at)).stdout, /-600 Wh/);
  const removed = await place.run('index', 'remove', '2026-01-12 14:00:00 +01:00', ...at);
  assert.match(removed.stdout, /Took away 12 351\.600 kWh/);
  assert.match((await place.run('index', 'compare', ...at)).stdout, /it takes two readings/);
});

test('without a store, or with a wrong index, nothing is made', async () => {
  using place = new Workplace();
  const none = await place.run('index', 'add', '123', '-d', place.data, '-y');
  assert.match(none.stderr, /expected a store/);
  fill(place);
  const wrong = await place.run('index', 'add', 'twelve', '-d', place.data, '-y');
  assert.match(wrong.stderr, /index: expected digits such as 12345/);
});

test('a reading of now, seconds after what was measured last, is of now', async () => {
  using place = new Workplace();
  fill(place);
  const add = (index: string, when: string) =>
    place.run('index', 'add', index, '--at', when, '-d', place.data, '-y');
  await add('12345', '2026-01-12T12:00');
  const now = await add('12352', '2026-01-13T00:00:20');
  assert.match(now.stdout, /drift +.*agrees/);
  assert.doesNotMatch(now.stdout, /is the time right/);
});

test('an index that no home draws is a wrong digit, and one past the last number of its display is told what to give', async () => {
  using place = new Workplace();
  fill(place);
  const add = (index: string, when: string, ...more: string[]) =>
    place.run('index', 'add', index, '--at', `2026-01-12T${when}`, '-d', place.data, '-y', ...more);
  await add('99998', '02:00');
  const fast = await add('108998', '14:00');
  assert.equal(fast.exitCode, 1);
  assert.match(
    fast.stderr,
    /since the 99998 kWh of 2026-01-12T01:00Z more than any home draws: .*a wrong digit/,
  );
  const low = await add('9000', '14:00');
  assert.match(low.stderr, /or a wrong digit\.$/m);
  const carried = await add('5', '14:00');
  assert.match(carried.stderr, /or a wrong digit; if it began anew at 0, give 100005 kWh/);
  assert.match((await add('100005', '14:00')).stdout, /since +7\.000 kWh in 12 h/);
  const before = await add('50000', '01:00');
  assert.match(before.stderr, /up to the 99998 kWh .* more than any home draws/);
  assert.equal((await add('50000', '01:00', '--replaced')).exitCode, 0);
});

test('a reading of the hour that came twice is asked for with its offset, as the list has it', async () => {
  using place = new Workplace();
  fill(place);
  const add = (index: string, when: string) =>
    place.run('index', 'add', index, '--at', when, '-d', place.data, '-y');
  const refused = await add('12300', '2025-10-26 02:30');
  assert.equal(refused.exitCode, 1);
  assert.match(
    refused.stderr,
    /"2025-10-26 02:30" came, .*2025-10-26T02:30:00\+02:00 or 2025-10-26T02:30:00\+01:00/,
  );
  assert.match(
    (await add('12300', '2025-10-26 02:30:00 +01:00')).stdout,
    /when +2025-10-26 02:30:00 \+01:00/,
  );
  assert.match((await add('12299', '2025-10-26T02:30+02:00')).stdout, /when +2025-10-26 02:30:00 \+02:00/);
  const removed = await place.run('index', 'remove', '2025-10-26 02:30:00 +01:00', '-d', place.data);
  assert.match(removed.stdout, /Took away 12 300\.000 kWh/);
});
