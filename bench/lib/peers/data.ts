import { closeSync, openSync, writeSync } from 'node:fs';
import type { Points } from '@kilowink/core/series';
import { toZoned } from '@kilowink/core/time';
import { renderHouse } from '../house.ts';
import type { Stretch } from './peer.ts';

const CHUNK_CHARS = 1 << 22;
const QUARTER_MS = 900_000;

/** The house's flashes in that stretch, as the other benchmarks render them. */
export function pointsOf(stretch: Stretch): Points {
  return renderHouse({ ...stretch, jitter: 0.02 });
}

/** Lines of `UNIX SECONDS,FLASHES`. */
export function* plainCsv(points: Points): Iterable<string> {
  let text = '';
  for (const [index, startMs] of points.starts.entries()) {
    text += `${startMs / 1_000},${points.values[index]}\n`;
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
