import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeReportV1, type ReportV1 } from '@kilowink/core/report';
import fc from 'fast-check';
import { constantLoad, createMeter, steppedLoad } from '../load/index.ts';
import { createBlinkSensor } from './blink-sensor.ts';
import { createFaultyNetwork, type Delivery, type NetworkFaults } from './faulty-network.ts';
import type { BlinkOptions, SensorEvent } from './sensor.ts';

interface Came {
  readonly boot: number;
  readonly atMs: number;
  readonly report: ReportV1;
}

interface Sent {
  readonly boot: number;
  /** Null for an `up`. */
  readonly bytes: Uint8Array | null;
}

/** Runs a sensor to `endMs` over a network, each `up` answered that gets through, and gives what arrived. */
function run(options: BlinkOptions, endMs: number, faults: NetworkFaults = {}) {
  const sensor = createBlinkSensor({ ...options, remember: true });
  const network = createFaultyNetwork<Sent>(options.seed + 1, faults);
  const came: Came[] = [];
  const ups: number[] = [];
  let boot = 0;
  const arrive = ({ message, atMs }: Delivery<Sent>) => {
    if (message.bytes !== null) came.push({ boot: message.boot, atMs, report: decode(message.bytes) });
    else if (message.boot === boot) sensor.answered(atMs);
  };
  const act = (event: SensorEvent) => {
    if (event.kind === 'boot') boot += 1;
    if (event.kind === 'up') ups.push(event.atMs);
    if (event.kind === 'up') network.send(event.atMs, { boot, bytes: null });
    if (event.kind === 'report') network.send(event.atMs, { boot, bytes: event.bytes });
  };
  while (Math.min(sensor.nextMs, network.nextMs) <= endMs) {
    const delivery = network.nextMs <= sensor.nextMs ? network.take() : undefined;
    if (delivery !== undefined) arrive(delivery);
    else act(sensor.take());
  }
  // What is still under way comes in after the sensor has stopped: late is not lost.
  for (let left = network.take(); left !== undefined; left = network.take()) arrive(left);
  return { sensor, came, ups };
}

function decode(bytes: Uint8Array): ReportV1 {
  const decoded = decodeReportV1(bytes);
  ok(decoded.ok);
  return decoded.value;
}

const LOAD = constantLoad(2_345);
const HOUR_MS = 3_600_000;

describe('blink sensor', () => {
  it('reports three new windows every 15 s, the first ones filled up with no measurement', () => {
    const { came } = run({ load: LOAD, startMs: 0, seed: 1 }, 120_000);
    const steps = came.slice(1).map((each, i) => each.atMs - (came[i]?.atMs ?? 0));
    ok(steps.length >= 5 && steps.every((each) => each === 15_000));
    const nulls = came.map(({ report }) => report.counts.filter((each) => each === null).length);
    deepEqual(nulls.slice(0, 5), [7, 4, 1, 0, 0]);
    deepEqual(came[0]?.report.counts.slice(3), new Array(7).fill(null));
    deepEqual(came[4]?.report.counts.slice(3), came[3]?.report.counts.slice(0, 7));
    deepEqual(
      came.slice(1).map((each, i) => each.report.uptimeS - (came[i]?.report.uptimeS ?? 0)),
      steps.map(() => 15),
    );
  });

  it('says up every 500 ms until it is answered, and measures nothing before', () => {
    const { ups, sensor, came } = run({ load: LOAD, startMs: 0, seed: 3 }, 60_000, { drop: 1 });
    ok(ups.length > 100);
    ok(ups.every((each, i) => i === 0 || each - (ups[i - 1] ?? 0) === 500));
    equal(sensor.windows.length, 0);
    equal(came.length, 0);
  });

  it('type and number of windows are as asked', () => {
    const { came } = run({ load: LOAD, startMs: 0, seed: 4, sensorType: 0x2a, windowsKept: 1 }, 60_000);
    equal(came[0]?.report.sensorType, 0x2a);
    equal(came[0]?.report.counts.length, 1);
  });

  it('windows follow each other without gap, and hold every flash', () => {
    const { sensor } = run({ load: LOAD, startMs: 0, seed: 5, driftPpm: 20 }, 6 * HOUR_MS);
    const { windows } = sensor;
    const first = windows[0];
    const last = windows.at(-1);
    ok(first && last);
    ok(windows.every((each, i) => i === 0 || each.startMs === windows[i - 1]?.endMs));
    const spanWh = (2_345 * (last.endMs - first.startMs)) / HOUR_MS;
    const sum = windows.reduce((total, each) => total + (each.count ?? 0), 0);
    ok(Math.abs(sum - spanWh) <= 1, `${sum} flashes, ${spanWh} Wh`);
    ok(Math.abs(last.endMs - first.startMs - windows.length * 5_000 * 1.00002) < 2);
  });

  it('the same seed gives the same run', () => {
    const faults = { drop: 0.1, duplicate: 0.1, reorder: 0.1, delayMsMax: 900 };
    const options = { load: LOAD, startMs: 0, seed: 6, rebootEveryMs: HOUR_MS / 4, blindChance: 0.05 };
    deepEqual(run(options, HOUR_MS, faults).came, run(options, HOUR_MS, faults).came);
    const other = run({ ...options, seed: 7 }, HOUR_MS, faults).came;
    ok(JSON.stringify(other) !== JSON.stringify(run(options, HOUR_MS, faults).came));
  });

  it('unique windows of what arrives add up to the flashes, whatever the network does', () => {
    const chance = fc.double({ min: 0, max: 0.3, noNaN: true });
    const powers = fc.array(fc.integer({ min: 0, max: 9_000_000 }), { minLength: 1, maxLength: 20 });
    const delayMsMax = fc.nat(30_000);
    fc.assert(
      fc.property(
        fc.nat(),
        powers,
        fc.record({ duplicate: chance, reorder: chance, delayMsMax }),
        (seed, mw, faults) => {
          const load = steppedLoad({ startMs: 0, stepMs: 60_000, powersMw: Float64Array.from(mw) });
          const options = { load, startMs: 0, seed, rebootEveryMs: HOUR_MS / 4 };
          const { sensor, came } = run(options, HOUR_MS, faults);
          const unique = uniqueWindows(came);
          for (const window of sensor.windows) {
            const got = unique.get(`${window.boot} ${window.number}`);
            if (got !== undefined) equal(got, window.count);
          }
          const arrived = new Set([...unique.keys()].map((key) => key.split(' ')[0]));
          for (const boot of arrived) checkBoot(Number(boot), sensor.windows, { unique, load });
        },
      ),
      // This one held four reports in a row until after the end.
      {
        numRuns: 40,
        examples: [[4, [0], { duplicate: 0, reorder: 0.19357108557596805, delayMsMax: 17_236 }]],
      },
    );
  });
});

/** Identity of a window is (boot, number); the number of a report's newest follows from its uptime. */
function uniqueWindows(came: readonly Came[]): Map<string, number> {
  const unique = new Map<string, number>();
  const newestOf = newestNumbers(came);
  for (const each of came) {
    const newest = newestOf(each);
    for (const [back, count] of each.report.counts.entries()) {
      if (count !== null) unique.set(`${each.boot} ${newest - back}`, count);
    }
  }
  return unique;
}

/** A boot's first report is told by its seven missing windows; from it on, the number grows by one every 5 s of uptime. */
function newestNumbers(came: readonly Came[]): (each: Came) => number {
  const phases = new Map<number, number>();
  for (const { boot, report } of came) {
    const filled = report.counts.filter((each) => each !== null).length;
    if (filled < report.counts.length) phases.set(boot, report.uptimeS - filled * 5);
  }
  return ({ boot, report }) => Math.round((report.uptimeS - (phases.get(boot) ?? 0)) / 5) - 1;
}

function checkBoot(
  boot: number,
  windows: ReturnType<typeof createBlinkSensor>['windows'],
  { unique, load }: { unique: Map<string, number>; load: ReturnType<typeof steppedLoad> },
): void {
  const reported = windows.filter((each) => each.boot === boot && unique.has(`${boot} ${each.number}`));
  const first = reported[0];
  const last = reported.at(-1);
  ok(first && last);
  const sum = reported.reduce((total, each) => total + (each.count ?? 0), 0);
  // The part of a Wh that the meter had used before is not known, so that both ends may differ by one flash.
  const span = createMeter(load, first.startMs).advance(last.endMs);
  equal(reported.length, last.number - first.number + 1);
  ok(sum === span || sum === span + 1, `${sum} in windows, ${span} flashes`);
}
