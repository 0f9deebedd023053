import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hmacSha256 } from '@kilowink/core/hash';
import { checkTagV2, decodeReportV2, encodeAnswerV2, type ReportV2, TAG_BYTES } from '@kilowink/core/report';
import { constantLoad, createMeter } from '../load/index.ts';
import { createBlinkSensor } from './blink-sensor.ts';
import type { BlinkSensor, SensorEvent } from './sensor.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
const sign = (message: Uint8Array) => hmacSha256(KEY, message);
const LOAD = constantLoad(2_345);
const HOUR_MS = 3_600_000;

/** A server that takes windows in while `isThere`, and acknowledges as the real one does. */
function run(
  endMs: number,
  given: { isThere?: (atMs: number) => boolean; held?: number; blind?: number } = {},
) {
  const { isThere = () => true, held = 17_280, blind = 0 } = given;
  const numbered = { sensorId: '00112233aabbccdd', key: KEY, windowsHeld: held };
  const options = { load: LOAD, startMs: 0, seed: 5, remember: true, blindChance: blind, numbered };
  const sensor = createBlinkSensor(options);
  const windows = new Map<number, number | null>();
  const reports: { atMs: number; report: ReportV2 }[] = [];
  while (sensor.nextMs <= endMs) {
    const event = sensor.take();
    if (event.kind !== 'report') continue;
    const decoded = decodeReportV2(event.bytes);
    ok(decoded.ok && checkTagV2(event.bytes, decoded.value, sign).ok);
    if (!isThere(event.atMs)) continue;
    const { report } = decoded.value;
    reports.push({ atMs: event.atMs, report });
    for (const [back, window] of report.windows.entries()) {
      windows.set(report.newestNumber - back, 'count' in window ? window.count : null);
    }
    let acknowledged = report.oldestNumber - 1;
    while (windows.has(acknowledged + 1)) acknowledged += 1;
    const { bootId } = report;
    const answer = encodeAnswerV2(
      {
        status: 'stored',
        bootId,
        acknowledged: acknowledged < 0 ? null : acknowledged,
        serverMs: event.atMs,
      },
      { sign, reportTag: event.bytes.subarray(-TAG_BYTES) },
    );
    sensor.replied(event.atMs + 5, { report: event.bytes, answer });
  }
  return { sensor, windows, reports };
}

function inOrder(windows: ReadonlyMap<number, number | null>): (number | null)[] {
  return [...windows].sort(([a], [b]) => a - b).map(([, count]) => count);
}

describe('blink sensor that numbers its windows', () => {
  it('reports every window once where everything is acknowledged', () => {
    const { sensor, windows, reports } = run(HOUR_MS, { blind: 0.05 });
    ok(reports.length >= 235);
    const counted = sensor.windows.slice(0, windows.size).map(({ count }) => count);
    deepEqual(inOrder(windows), counted);
    equal(Math.max(...reports.map(({ report }) => report.windows.length)), 3);
  });

  it('its cumulative count is that of the meter', () => {
    const { sensor, reports } = run(HOUR_MS);
    const last = reports.at(-1)?.report;
    const first = sensor.windows[0];
    ok(last && first);
    const endMs = sensor.windows[last.newestNumber]?.endMs ?? 0;
    const flashes = createMeter(LOAD, first.startMs).advance(endMs);
    ok(Math.abs(last.cumulativeCount - flashes) <= 1);
  });

  it('after an outage it sends what was missed, oldest first, and the newest windows on time', () => {
    const away = (atMs: number) => atMs < HOUR_MS || atMs > 4 * HOUR_MS;
    const { sensor, windows, reports } = run(5 * HOUR_MS, { isThere: away });
    deepEqual(
      inOrder(windows),
      sensor.windows.slice(0, windows.size).map(({ count }) => count),
    );
    const after = reports.filter(({ atMs }) => atMs > 4 * HOUR_MS);
    const backlog = after
      .filter(({ report }) => report.ageMs > 60_000)
      .map(({ report }) => report.newestNumber);
    ok(backlog.length >= 3);
    deepEqual(
      backlog,
      backlog.toSorted((a, b) => a - b),
    );
    const late = after.filter(({ atMs, report }) => report.ageMs < 1_000 && atMs > 4 * HOUR_MS + 60_000);
    ok(late.length > 230);
  });

  it('what its memory does not hold is lost, and its energy is in the cumulative count', () => {
    const away = (atMs: number) => atMs < HOUR_MS || atMs > 4 * HOUR_MS;
    const { sensor, windows, reports } = run(5 * HOUR_MS, { isThere: away, held: 720 });
    const last = reports.at(-1)?.report;
    ok(last);
    const all = sensor.windows.slice(0, last.newestNumber + 1);
    const total = all.reduce((sum, { count }) => sum + (count ?? 0), 0);
    equal(last.cumulativeCount, total);
    ok(windows.size < all.length - 1_000);
  });

  it('an answer without the right tag, or to another report, acknowledges nothing', () => {
    const numbered = { sensorId: '00112233aabbccdd', key: KEY };
    const sensor = createBlinkSensor({ load: LOAD, startMs: 0, seed: 5, numbered });
    const lengths: number[] = [];
    while (lengths.length < 10) {
      const event = sensor.take();
      if (event.kind !== 'report') continue;
      const decoded = decodeReportV2(event.bytes);
      ok(decoded.ok);
      const { bootId, newestNumber, windows } = decoded.value.report;
      equal(windows.length, newestNumber + 1);
      lengths.push(windows.length);
      const value = { status: 'stored', bootId, acknowledged: newestNumber, serverMs: 0 } as const;
      const other = { sign, reportTag: new Uint8Array(TAG_BYTES) };
      const proof = lengths.length % 2 === 0 ? other : undefined;
      sensor.replied(event.atMs, { report: event.bytes, answer: encodeAnswerV2(value, proof) });
    }
    ok((lengths.at(-1) ?? 0) > 12, `${lengths}`);
  });

  it('waits longer after each failure, up to a minute, and reports every 15 s again once it is answered', () => {
    const numbered = { sensorId: '00112233aabbccdd', key: KEY };
    const sensor = createBlinkSensor({ load: LOAD, startMs: 0, seed: 5, numbered });
    const failedMs: number[] = [];
    const answeredMs: number[] = [];
    while (answeredMs.length < 10) {
      const event = sensor.take();
      if (event.kind !== 'report') continue;
      if (failedMs.length < 12) {
        failedMs.push(event.atMs);
        sensor.failed(event.atMs);
      } else {
        answeredMs.push(event.atMs);
        answer(sensor, event, null);
      }
    }
    const waitsMs = failedMs.slice(1).map((atMs, at) => atMs - (failedMs[at] ?? 0));
    for (const [at, waitMs] of waitsMs.entries()) {
      const longestMs = Math.min(1_000 * 2 ** at, 60_000);
      ok(waitMs >= longestMs / 2 && waitMs <= longestMs + 1, `wait ${at}: ${waitMs} ms`);
    }
    // Without anything acknowledged, each live report is followed by one of the backlog.
    const last = answeredMs.slice(-7);
    ok((last.at(-1) ?? 0) - (last[0] ?? 0) >= 30_000, `${last}`);
  });

  it('a backlog that is not taken in goes on with the next live report only', () => {
    const numbered = { sensorId: '00112233aabbccdd', key: KEY };
    const sensor = createBlinkSensor({ load: LOAD, startMs: 0, seed: 5, numbered });
    let reports = 0;
    while (sensor.nextMs <= HOUR_MS && reports < 2_000) {
      const event = sensor.take();
      if (event.kind !== 'report') continue;
      reports += 1;
      answer(sensor, event, null);
    }
    // 240 live ones an hour, and a backlog report beside each.
    ok(reports > 400 && reports <= 480, `${reports} reports`);
  });
});

/** The server has it, and no more in its file than up to `acknowledged`. */
function answer(sensor: BlinkSensor, event: SensorEvent, acknowledged: number | null): void {
  ok(event.kind === 'report');
  const decoded = decodeReportV2(event.bytes);
  ok(decoded.ok);
  const { bootId } = decoded.value.report;
  const value = { status: 'stored', bootId, acknowledged, serverMs: 0 } as const;
  const proof = { sign, reportTag: event.bytes.subarray(-TAG_BYTES) };
  sensor.replied(event.atMs, { report: event.bytes, answer: encodeAnswerV2(value, proof) });
}
