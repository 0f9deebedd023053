// A year of the old server's file, 6.3 million rows, imported by the command as a user runs it, against node:readline with
// parseInt, which only reads, and against plain SQLite inserts. Every run is a process of its own. Prints rows a second and peak memory.
import './lib/help.ts';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toZoned } from '@kilowink/core/time';
import { printTable } from './lib/figures.ts';
import { renderHouse } from './lib/house.ts';

const FROM_MS = Date.UTC(2024, 2, 1);
const HOURS = 8_784;
const QUARTER_MS = 900_000;
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));
const file = join(folder, 'old-server.csv');

/** Writes the file as the old server does: naive local time, both passes of the autumn hour in order. */
function writeOldFile(): number {
  const { starts, values } = renderHouse({ fromMs: FROM_MS, hours: HOURS, jitter: 0.1 });
  const descriptor = openSync(file, 'w');
  let text = 'date,pulses,reports,err\n';
  let quarter = Number.NaN;
  let offsetMs = 0;
  for (const [i, startMs] of starts.entries()) {
    if (Math.floor(startMs / QUARTER_MS) !== quarter) {
      quarter = Math.floor(startMs / QUARTER_MS);
      offsetMs = toZoned(startMs, 'Europe/Paris').offsetNanoseconds / 1e6;
    }
    const date = new Date(startMs + offsetMs).toISOString();
    text += `${date.slice(0, 10)} ${date.slice(11, 19)},${values[i]},4,0\n`;
    if (text.length > 1 << 20) {
      writeSync(descriptor, text);
      text = '';
    }
  }
  writeSync(descriptor, text);
  closeSync(descriptor);
  return starts.length;
}

function run(script: string, args: readonly string[]): { seconds: number; peakMb: number; out: string } {
  const preload = join(root, 'bench/lib/peak-memory.ts');
  const started = performance.now();
  const child = spawnSync(process.execPath, ['--import', preload, join(root, script), ...args], {
    encoding: 'utf8',
  });
  const seconds = (performance.now() - started) / 1_000;
  if (child.status !== 0) throw new Error(`${script} ended with ${child.status}: ${child.stderr}`);
  const peakKb = Number(/peak-memory (\d+)/.exec(child.stderr)?.[1]);
  return { seconds, peakMb: peakKb / 1_024, out: child.stdout };
}

const rows = writeOldFile();
console.log(`${rows} rows, ${(statSync(file).size / 1e6).toFixed(0)} MB\n`);
const data = join(folder, 'data');
const plain = 'bench/lib/plain-import.ts';
const cli = 'packages/cli/src/main.ts';
const runs = {
  'node:readline + parseInt, reading only': run(plain, ['read', file]),
  'plain SQLite inserts, one transaction': run(plain, ['insert', file, join(folder, 'plain.db')]),
  'kilowink import --dry-run': run(cli, ['import', file, '-d', data, '--dry-run']),
  'kilowink import --yes': run(cli, ['import', file, '-d', data, '--yes']),
  'kilowink import --yes, once more': run(cli, ['import', file, '-d', data, '--yes']),
};
const inserts = runs['plain SQLite inserts, one transaction'].seconds;
const table = [['', 's', 'M rows/s', 'peak MB', 'times inserts']];
for (const [name, { seconds, peakMb }] of Object.entries(runs)) {
  const speed = (rows / seconds / 1e6).toFixed(2);
  table.push([name, seconds.toFixed(2), speed, peakMb.toFixed(0), (inserts / seconds).toFixed(2)]);
}
printTable(table);
console.log(`\n${runs['kilowink import --yes'].out}`);
console.log(`store ${(statSync(join(data, 'kilowink.db')).size / 1e6).toFixed(2)} MB`);
rmSync(folder, { recursive: true });
