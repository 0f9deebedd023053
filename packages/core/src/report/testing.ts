// For tests of this package only.
import fc from 'fast-check';
import { toHex } from '../bytes/index.ts';
import { hmacSha256 } from '../hash/index.ts';
import { ABSENCES, LIGHT_STATES } from './layouts-v2.ts';
import { type ReportV2, type Sign, tickMsOf, type WindowV2 } from './report-v2.ts';

/** Signs with one key. */
export function signWith(key: Uint8Array): Sign {
  return (message) => hmacSha256(key, message);
}

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u8 = fc.integer({ min: 0, max: 0xff });

function windowsOf(windowMs: number): fc.Arbitrary<WindowV2[]> {
  const tickMs = tickMsOf(windowMs);
  const window: fc.Arbitrary<WindowV2> = fc.oneof(
    fc.constantFrom(...ABSENCES).map((absent) => ({ absent })),
    fc.constant({ count: 0, lastFlashMs: null }),
    fc
      .tuple(fc.integer({ min: 1, max: 250 }), fc.integer({ min: 0, max: Math.ceil(windowMs / tickMs) - 1 }))
      .map(([count, ticks]) => ({ count, lastFlashMs: ticks * tickMs })),
  );
  return fc.array(window, { minLength: 1, maxLength: 60 }).map((windows) => {
    // What lies before a lost window is lost too.
    const lost = windows.findIndex((each) => 'absent' in each && each.absent === 'lost');
    return windows.map((each, index) => (lost < 0 || index < lost ? each : { absent: 'lost' as const }));
  });
}

/** Any legal full report. */
export const anyReportV2: fc.Arbitrary<ReportV2> = fc
  .integer({ min: 1_000, max: 60_000 })
  .chain((windowMs) => fc.tuple(fc.constant(windowMs), windowsOf(windowMs)))
  .chain(([windowMs, windows]) => {
    const total = windows.reduce((sum, window) => sum + ('count' in window ? window.count : 0), 0);
    return fc
      .record({
        sensorId: fc.uint8Array({ minLength: 8, maxLength: 8 }).map(toHex),
        bootId: u32,
        newestNumber: fc.integer({ min: windows.length - 1, max: 0xffffffff }),
        held: u32,
        cumulativeCount: fc.integer({ min: total, max: 0xffffffff }),
        ageMs: fc.integer({ min: 0, max: 2_678_400_000 }),
        batteryMv: fc.option(fc.integer({ min: 1, max: 0xffff })),
        firmware: fc.record({ major: u8, minor: u8, patch: u8 }, { noNullPrototype: true }),
        light: fc.record(
          {
            baselineMv: u16,
            amplitudeMv: u16,
            noise100Uv: u16,
            state: fc.constantFrom(...LIGHT_STATES),
          },
          { noNullPrototype: true },
        ),
      })
      .map(({ held, ...rest }) => {
        const first = rest.newestNumber - windows.length + 1;
        return { ...rest, oldestNumber: Math.max(0, first - held), windowMs, windows };
      });
  });
