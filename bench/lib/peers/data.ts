import { closeSync, openSync, writeSync } from 'node:fs';
import type { Points } from '@kilowink/core/series';
import { DAY_MS, toZoned } from '@kilowink/core/time';
import { pointsOfAll, type SensorPoints, type Stock } from '../growth-data.ts';
import { renderHouse } from '../house.ts';

const CHUNK_CHARS = 1 << 22;
const QUARTER_MS = 900_000;
const YEAR_DAYS = 365;

/**
 * What is given to each program: of one sensor the measured house, a year at a time; of many the days that
 * `pointsOfAll` gives each of them.
 */
export function* piecesOf(stock: Stock): Iterable<SensorPoints> {
  if (stock.sensors > 1) {
    yield* pointsOfAll(stock);
    return;
  }
  for (let day = 0; day < stock.days; day += YEAR_DAYS) {
    const hours = Math.min(YEAR_DAYS, stock.days - day) * 24;
    yield { sensor: 0, points: renderHouse({ fromMs: stock.startMs + day * DAY_MS, hours, jitter: 0.02 }) };
  }
}

/** Lines of `UNIX SECONDS,FLASHES`, each after `prefix`. */
export function* plainCsv(points: Points, prefix = ''): Iterable<string> {
  let text = '';
  for (const [index, startMs] of points.starts.entries()) {
    text += `${prefix}${startMs / 1_000},${points.values[index]}\n`;
    if (text.length < CHUNK_CHARS) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** As the old server writes its file: naive local time, both passes of the autumn hour in order. */
export function* oldServerCsv(points: Points): Iterable<string> {
  let text = 'date,pulses,reports,err\n';
  let quarter = Number.NaN;
  let hourText = '';
  let hourMs = 0;
  for (const [index, startMs] of points.starts.entries()) {
    if (Math.floor(startMs / QUARTER_MS) !== quarter) {
      quarter = Math.floor(startMs / QUARTER_MS);
      const localMs = startMs + toZoned(startMs, 'Europe/Paris').offsetNanoseconds / 1e6;
      hourMs = startMs - (localMs % 3_600_000);
      hourText = new Date(localMs).toISOString().slice(0, 13).replace('T', ' ');
    }
    const seconds = (startMs - hourMs) / 1_000;
    text += `${hourText}:${twoDigits(Math.floor(seconds / 60))}:${twoDigits(seconds % 60)},${points.values[index]},4,0\n`;
    if (text.length < CHUNK_CHARS) continue;
    yield text;
    text = '';
  }
  yield text;
}

export function writeFile(path: string, chunks: Iterable<string>): void {
  const descriptor = openSync(path, 'w');
  for (const chunk of chunks) writeSync(descriptor, chunk);
  closeSync(descriptor);
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
