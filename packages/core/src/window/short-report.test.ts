import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReportV2, ShortReportV2, WindowV2 } from '../report/index.ts';
import { MemoryRuns, START_MS, WINDOW_MS } from './testing.ts';

const BOOT_ID = 0xdeadbeef;

/** What one boot measured; null is a window without measurement. */
type Measured = readonly (number | null)[];

function shortOf(measured: Measured, newestNumber: number, bootId = BOOT_ID): ShortReportV2 {
  const counts = Array.from({ length: 8 }, (_, back) => {
    if (newestNumber - back < 0) return 'unfilled' as const;
    return measured[newestNumber - back] ?? ('blinded' as const);
  });
  return { newestNumber, bootIdLow: bootId & 0xffff, counts };
}

function fullOf(measured: Measured, newestNumber: number, length: number): ReportV2 {
  const count = Math.min(length, newestNumber + 1);
  const windows = Array.from({ length: count }, (_, back): WindowV2 => {
    const value = measured[newestNumber - back];
    return typeof value === 'number' ? { count: value, lastFlashMs: null } : { absent: 'blinded' };
  });
  return {
    ...{ sensorId: '00112233aabbccdd', bootId: BOOT_ID, newestNumber, oldestNumber: 0, windows },
    cumulativeCount: sum(measured.slice(0, newestNumber + 1)),
    ageMs: 0,
    windowMs: WINDOW_MS,
    batteryMv: null,
    firmware: { major: 2, minor: 0, patch: 0 },
    light: { baselineMv: 0, amplitudeMv: 0, noise100Uv: 0, state: 'good' },
  };
}

function sum(values: Measured): number {
  return values.reduce((total: number, value) => total + (value ?? 0), 0);
}

function receptionOf(number: number) {
  const monotonicMs = WINDOW_MS * (number + 1) + 30;
  return { wallMs: START_MS + monotonicMs, monotonicMs };
}

const measuredWindows = fc.array(fc.option(fc.nat(12), { freq: 8 }), { minLength: 1, maxLength: 200 });

test('windows of short reports are stored once, whatever is lost, repeated or out of order', () => {
  const came = fc.array(fc.tuple(fc.nat(199), fc.boolean()), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(measuredWindows, came, (measured, order) => {
      const port = new MemoryRuns();
      let source = port.source();
      for (const [at, isRestarted] of order) {
        const number = at % measured.length;
        const taken = source.shortReport(shortOf(measured, number), receptionOf(number));
        assert.ok(taken.ok, taken.ok ? '' : taken.fault.message);
        if (isRestarted) source = port.source();
      }
      assert.equal(port.runs.length, 1);
      for (const { number, value } of port.at(0).windows.values()) assert.equal(value, measured[number]);
      const last = Math.max(...order.map(([at]) => at % measured.length));
      const stored = [...port.at(0).windows.values()].map(({ value }) => value);
      const recovered = port.at(0).recovered.map(({ value }) => value);
      assert.ok(sum(stored) + sum(recovered) <= sum(measured.slice(0, last + 1)));
    }),
    { numRuns: 300 },
  );
});

test('short and full reports of one boot make one run, and the backlog makes it whole', () => {
  const came = fc.array(fc.tuple(fc.nat(199), fc.constantFrom('short', 'full')), { maxLength: 40 });
  fc.assert(
    fc.property(measuredWindows, came, (measured, order) => {
      const port = new MemoryRuns();
      const source = port.source();
      for (const [at, form] of order) {
        const number = at % measured.length;
        const taken =
          form === 'short'
            ? source.shortReport(shortOf(measured, number), receptionOf(number))
            : source.report(fullOf(measured, number, 12), receptionOf(number));
        assert.ok(taken.ok, taken.ok ? '' : taken.fault.message);
        const { windows, recovered } = port.at(0);
        const known = sum([...windows.values()].map(({ value }) => value));
        const topNumber = Math.max(
          ...windows.keys(),
          ...recovered.map(({ toNumber }) => toNumber - 1),
          number,
        );
        assert.ok(known + sum(recovered.map(({ value }) => value)) <= sum(measured.slice(0, topNumber + 1)));
      }
      const last = measured.length - 1;
      assert.ok(source.report(fullOf(measured, last, measured.length), receptionOf(last)).ok);
      assert.equal(port.runs.length, 1);
      const stored = port.readWindows(0, 0, measured.length);
      assert.deepEqual(
        stored.map(({ number, value }) => [number, value]),
        [...measured.entries()].filter(([, value]) => value !== null),
      );
      assert.deepEqual(port.at(0).recovered, []);
    }),
    { numRuns: 300 },
  );
});

test('a gap filled by short and full reports in any order, late flashes in it, is exact to the Wh', () => {
  const measuredLong = fc.array(fc.option(fc.nat(12), { freq: 8 }), { minLength: 30, maxLength: 120 });
  const came = fc.array(fc.tuple(fc.nat(119), fc.constantFrom('short', 'full'), fc.boolean()), {
    maxLength: 40,
  });
  const lateAt = fc.array(fc.nat(119), { maxLength: 5 });
  fc.assert(
    fc.property(measuredLong, came, lateAt, (measured, order, late) => {
      const port = new MemoryRuns();
      let source = port.source();
      const last = measured.length - 1;
      const full = (number: number, length: number): ReportV2 => {
        const report = fullOf(measured, number, length);
        return { ...report, cumulativeCount: lateCount(number) + report.cumulativeCount };
      };
      const lateCount = (number: number) => 2 * late.filter((at) => at <= number).length;
      const take = (number: number, form: string) => {
        const taken =
          form === 'short'
            ? source.shortReport(shortOf(measured, number), receptionOf(number))
            : source.report(full(number, 5), receptionOf(number));
        assert.ok(taken.ok, taken.ok ? '' : taken.fault.message);
      };
      take(0, 'full');
      take(last, 'full');
      for (const [at, form, isRestarted] of order) {
        take(at % measured.length, form);
        if (isRestarted) source = port.source();
        const { windows, recovered } = port.at(0);
        const known = sum([...windows.values()].filter(({ number }) => number > 0).map(({ value }) => value));
        const counted = full(last, 5).cumulativeCount - full(0, 1).cumulativeCount;
        assert.equal(known + sum(recovered.map(({ value }) => value)), counted);
      }
    }),
    { numRuns: 400 },
  );
});

test('short reports in sequence lose nothing, and a repeated one writes nothing', () => {
  const measured = Array.from({ length: 60 }, (_, index) => (index * 7) % 11);
  const port = new MemoryRuns();
  const source = port.source();
  for (let number = 3; number < measured.length; number += 7) {
    const taken = source.shortReport(shortOf(measured, number), receptionOf(number));
    assert.equal(taken.ok && taken.value.missed, 0);
    const again = source.shortReport(shortOf(measured, number), receptionOf(number));
    assert.equal(again.ok && again.value.added, 0);
  }
  assert.equal(port.at(0).windows.size, measured.length);
});

test('another boot is another run', () => {
  const port = new MemoryRuns();
  const source = port.source();
  source.shortReport(shortOf([1, 2, 3], 2), receptionOf(2));
  source.shortReport(shortOf([4, 5], 1, 0x1234), receptionOf(9));
  assert.deepEqual(
    port.runs.map(({ windows }) => [...windows.values()].map(({ value }) => value)),
    [
      [1, 2, 3],
      [4, 5],
    ],
  );
});

test('a report of lost windows alone brings nothing and breaks nothing', () => {
  const port = new MemoryRuns();
  const lost = { newestNumber: 20, bootIdLow: 7, counts: Array.from({ length: 8 }, () => 'lost' as const) };
  const taken = port.source().shortReport(lost, receptionOf(20));
  assert.equal(taken.ok && taken.value.added, 0);
  assert.deepEqual(port.runs, []);
});
