import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readText, wallText } from './testing.ts';
import { createZoneSpans } from './zone-spans.ts';

const HEADER = 'date,pulses,reports,err\n';
const HOUR_MS = 3_600_000;
/** The autumn night of 2024 in Paris: 03:00 becomes 02:00. */
const BACK_MS = Date.parse('2024-10-27T01:00:00Z');
/** The spring night: 02:00 becomes 03:00. */
const FORTH_MS = Date.parse('2024-03-31T01:00:00Z');

/** Starts of windows in [`fromMs`, `toMs`), 5 s apart, off by a second at times as the old server's are. */
function windows(fromMs: number, toMs: number): number[] {
  const starts: number[] = [];
  for (let at = fromMs, i = 0; at < toMs; at += 5_000, i++) starts.push(at + (i % 7 === 3 ? 1_000 : 0));
  return starts;
}

/** A file with these windows in this order, each with another count so that a swap shows. */
function read(starts: readonly number[]) {
  const rows = starts.map((ms) => `${wallText(ms)},${(ms / 1_000) % 251},4,0\n`);
  const text = readText(HEADER + rows.join(''), 1_000);
  equal(text.bad.length, 0);
  return { ...text, pairs: text.starts.map((ms, i) => [ms, text.values[i]]) };
}

/** As a sort by the file's dates: within these hours the clock shows the second pass an hour earlier. */
function byWallTime(a: number, b: number): number {
  const wall = (ms: number) => ms - (ms >= BACK_MS ? HOUR_MS : 0);
  return wall(a) - wall(b) || a - b;
}

function pairsOf(starts: readonly number[]): unknown[] {
  return starts.map((ms) => [ms, (ms / 1_000) % 251]);
}

describe('the autumn night', () => {
  const before = windows(BACK_MS - 2 * HOUR_MS, BACK_MS - HOUR_MS);
  const first = windows(BACK_MS - HOUR_MS, BACK_MS);
  const second = windows(BACK_MS, BACK_MS + HOUR_MS);
  const after = windows(BACK_MS + HOUR_MS, BACK_MS + 2 * HOUR_MS);

  it('both passes in order', () => {
    const all = [...before, ...first, ...second, ...after];
    const result = read(all);
    deepEqual(result.pairs, pairsOf(all));
    deepEqual(result.summary?.nights, [
      { changeMs: BACK_MS, kind: 'twice', rows: 1_440, secondRows: 720, interleaved: false },
    ]);
    equal(result.summary?.gaps, 0);
  });

  it('both passes in order with holes on both sides of the change', () => {
    const all = [...before, ...first.slice(0, 300), ...second.slice(200), ...after];
    deepEqual(read(all).pairs, pairsOf(all));
  });

  it('a file that begins in the first pass or ends in the second', () => {
    const all = [...first.slice(500), ...second.slice(0, 300)];
    deepEqual(read(all).pairs, pairsOf(all));
  });

  it('the first pass alone', () => {
    const all = [...before, ...first];
    deepEqual(read(all).pairs, pairsOf(all));
  });

  it('one pass that joins both sides is the first', () => {
    const all = [...before, ...first, ...after];
    const result = read(all);
    deepEqual(result.pairs, pairsOf(all));
    equal(result.summary?.longestGapMs, HOUR_MS);
  });

  it('one pass that joins only what follows is the second', () => {
    const all = [...second.slice(120), ...after];
    deepEqual(read(all).pairs, pairsOf(all));
    const late = [...before.slice(0, 100), ...second.slice(120), ...after];
    deepEqual(read(late).pairs, pairsOf(late));
  });

  it('passes interleaved, as a sort by date leaves them', () => {
    for (const phaseMs of [2_000, 3_000]) {
      const shifted = [...second, ...after].map((ms) => ms + phaseMs);
      const passes = [...first, ...shifted.slice(0, 720)];
      passes.sort(byWallTime);
      const result = read([...before, ...passes, ...shifted.slice(720)]);
      deepEqual(
        result.pairs.toSorted((a, b) => Number(a[0]) - Number(b[0])),
        pairsOf([...before, ...first, ...shifted]),
      );
      equal(result.summary?.nights[0]?.interleaved, true);
      equal(result.summary?.nights[0]?.secondRows, 720);
    }
  });

  it('passes interleaved are told apart across lost windows', () => {
    const lost = (ms: number, i: number) => (ms / 5_000) % 37 !== i && (ms / 5_000) % 53 !== i;
    const steady = (fromMs: number, toMs: number) =>
      Array.from({ length: (toMs - fromMs) / 5_000 }, (_, i) => fromMs + i * 5_000).filter((ms) =>
        lost(ms, 11),
      );
    const shifted = steady(BACK_MS, BACK_MS + 2 * HOUR_MS).map((ms) => ms + 2_000);
    const early = steady(BACK_MS - 2 * HOUR_MS, BACK_MS);
    const all = [...early, ...shifted];
    const inHour = (ms: number) => ms >= BACK_MS - HOUR_MS && ms < BACK_MS + HOUR_MS;
    const passes = all.filter(inHour).sort(byWallTime);
    const result = read([
      ...all.filter((ms) => ms < BACK_MS && !inHour(ms)),
      ...passes,
      ...all.filter((ms) => ms >= BACK_MS && !inHour(ms)),
    ]);
    deepEqual(
      result.pairs.toSorted((a, b) => Number(a[0]) - Number(b[0])),
      pairsOf(all),
    );
  });

  it('passes interleaved with equal dates keep every window', () => {
    const passes = [...first, ...second];
    passes.sort(byWallTime);
    const result = read([...before, ...passes, ...after]);
    equal(result.summary?.repeated, 0);
    deepEqual(
      result.starts.toSorted((a, b) => a - b),
      [...before, ...first, ...second, ...after],
    );
  });

  it('the hourly file with both hours, and with one', () => {
    const hours = (list: string[]) =>
      readText(`local_hour,energy_wh\n${list.map((each, i) => `2024-10-27 ${each}:00:00,${i}\n`).join('')}`);
    deepEqual(
      hours(['01', '02', '02', '03']).starts.map((ms) => (ms - BACK_MS) / HOUR_MS),
      [-2, -1, 0, 1],
    );
    deepEqual(
      hours(['01', '02', '03']).starts.map((ms) => (ms - BACK_MS) / HOUR_MS),
      [-2, -1, 1],
    );
  });

  it('no window is lost, whatever is missing', () => {
    const all = [...before.slice(-60), ...first, ...second, ...after.slice(0, 60)];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(all.length), fc.nat(200)), { maxLength: 6 }), (holes) => {
        const kept = all.filter((_, i) => !holes.some(([from, count]) => i >= from && i < from + count));
        const result = read(kept);
        equal(result.summary?.repeated, 0);
        equal(result.starts.length, kept.length);
        deepEqual(
          result.starts.map((ms) => wallText(ms)),
          kept.map((ms) => wallText(ms)),
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe('the spring night', () => {
  it('the hour that never was lies before the change', () => {
    const rows = ['01:59:50', '02:59:55', '03:00:00', '03:00:05'];
    const result = readText(HEADER + rows.map((time) => `2024-03-31 ${time},1,1,0\n`).join(''));
    deepEqual(
      result.starts.map((ms) => (ms - FORTH_MS) / 1_000),
      [-10, -5, 0, 5],
    );
    deepEqual(result.summary?.nights, [
      { changeMs: FORTH_MS, kind: 'never', rows: 1, secondRows: 0, interleaved: false },
    ]);
  });
});

describe('zone spans', () => {
  it('a fixed offset has no special readings', () => {
    const span = createZoneSpans('+01:00').find(BACK_MS + HOUR_MS);
    deepEqual([span.kind, span.offsetMs], ['plain', HOUR_MS]);
  });

  it('hold from end to end, whichever hour around a change is asked for first', () => {
    for (const zone of ['Europe/Paris', 'Asia/Beirut', 'Atlantic/Azores', 'Australia/Lord_Howe']) {
      const change = Temporal.ZonedDateTime.from(`2023-02-01T00:00[${zone}]`).getTimeZoneTransition('next');
      const changeMs = change?.epochMilliseconds ?? 0;
      for (let hours = -48; hours <= 48; hours += 0.5) {
        const localMs = changeMs + hours * HOUR_MS;
        const { fromLocalMs, toLocalMs, kind, offsetMs } = createZoneSpans(zone).find(localMs);
        if (kind !== 'plain') continue;
        for (const ms of [fromLocalMs, toLocalMs - 1_000]) {
          const wall = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('UTC').toPlainDateTime();
          const instants = ['earlier', 'later'] as const;
          const possible = instants.map(
            (d) => wall.toZonedDateTime(zone, { disambiguation: d }).epochMilliseconds,
          );
          equal(possible.includes(ms - offsetMs), true, `${zone}, ${hours} h: ${wall}`);
        }
      }
    }
  });

  it('agree with Temporal in every zone asked', () => {
    const zones = fc.constantFrom(
      'Europe/Paris',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'Africa/Casablanca',
      'UTC',
    );
    const seconds = fc.integer({ min: 0, max: Date.UTC(2040, 0) / 1_000 });
    fc.assert(
      fc.property(zones, seconds, (zone, atS) => {
        const localMs = atS * 1_000;
        const span = createZoneSpans(zone).find(localMs);
        const wall = Temporal.Instant.fromEpochMilliseconds(localMs)
          .toZonedDateTimeISO('UTC')
          .toPlainDateTime();
        // In a gap "earlier" is the instant before the change; in an overlap the first pass.
        const expected = wall.toZonedDateTime(zone, { disambiguation: 'earlier' }).epochMilliseconds;
        equal(localMs - span.offsetMs, expected);
        if (span.kind === 'twice') {
          const later = wall.toZonedDateTime(zone, { disambiguation: 'later' }).epochMilliseconds;
          equal(localMs - span.laterOffsetMs, later);
        }
      }),
      { numRuns: 500 },
    );
  });
});
