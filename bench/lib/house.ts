import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Points } from '@kilowink/core/series';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';

const data = join(import.meta.dirname, '../../packages/sim/data');
const WINDOW_MS = 5_000;
const WINDOWS_A_MINUTE = MINUTE_MS / WINDOW_MS;
const MINUTES_AN_HOUR = 60;

/** How a house is rendered. */
export interface HouseOptions {
  readonly fromMs: EpochMs;
  readonly hours: number;
  /**
   * How much the power of each window strays from the minute's mean, as a share of it. The data knows no more than the
   * minute's mean; 0 repeats it, which compresses better than a real meter would.
   */
  readonly jitter: number;
}

/**
 * The measured house of Sceaux as the flashes of its meter, counted every 5 s. Its minutes (26 days) are repeated, each
 * hour of them scaled to the energy of that hour in its four measured years, and every whole Wh is a flash. A minute
 * that was not measured is a gap.
 */
export function renderHouse(options: HouseOptions): Points {
  const minutesW = readMinutesW();
  const hoursWh = readHoursWh();
  const count = options.hours * MINUTES_AN_HOUR * WINDOWS_A_MINUTE;
  const starts = new Float64Array(count);
  const values = new Float64Array(count);
  const random = randomFrom(1);
  const epochHour = Math.floor(options.fromMs / HOUR_MS);
  let length = 0;
  let rest = 0;
  for (let hour = 0; hour < options.hours; hour += 1) {
    const first = ((epochHour + hour) * MINUTES_AN_HOUR) % (minutesW.length - MINUTES_AN_HOUR);
    const profileW = minutesW.subarray(first, first + MINUTES_AN_HOUR);
    const scale = (hoursWh[(epochHour + hour) % hoursWh.length] as number) / meanOf(profileW);
    for (let window = 0; window < MINUTES_AN_HOUR * WINDOWS_A_MINUTE; window += 1) {
      const powerW = (profileW[Math.floor(window / WINDOWS_A_MINUTE)] as number) * scale;
      if (Number.isNaN(powerW)) continue;
      rest += (powerW * (1 + options.jitter * (2 * random() - 1)) * WINDOW_MS) / HOUR_MS;
      const flashes = Math.floor(rest);
      rest -= flashes;
      starts[length] = options.fromMs + hour * HOUR_MS + window * WINDOW_MS;
      values[length] = flashes;
      length += 1;
    }
  }
  return {
    starts: starts.subarray(0, length),
    durationsMs: new Float64Array(length).fill(WINDOW_MS),
    values: values.subarray(0, length),
    reports: null,
    disagreements: null,
  };
}

/** Active power by the minute, W; NaN where nothing was measured. */
function readMinutesW(): Float64Array {
  const rows = readRows('sceaux-minute.txt.gz');
  return Float64Array.from(rows, (row) => Number(row.split(';')[2] || Number.NaN) * 1_000);
}

function readHoursWh(): Float64Array {
  return Float64Array.from(readRows('sceaux-hour.csv.gz'), (row) => Number(row.split(',')[1]));
}

function readRows(name: string): string[] {
  const text = gunzipSync(readFileSync(join(data, name))).toString();
  return text.trim().split('\n').slice(1);
}

function meanOf(column: Float64Array): number {
  const measured = column.filter((value) => !Number.isNaN(value));
  return measured.reduce((sum, value) => sum + value, 0) / measured.length;
}

/** Numbers in [0, 1) that look random and repeat from the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
