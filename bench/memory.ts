// Resident memory of the store while sensors report for days, and what taking a window in costs: one sensor and a thousand,
// windows of 5 s, each put as sensors report them (three new ones every 15 s). Each case is a process of its own, beside
// one that does nothing but run. `memory.ts [days]`.
import './lib/help.ts';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../packages/store/src/index.ts';
import { printTable } from './lib/figures.ts';
import { SERVER_ENV, SERVER_FLAGS } from './lib/server-process.ts';

const START = Date.UTC(2026, 0, 10);
const DAY_MS = 86_400_000;
const REPORT_MS = 15_000;
const GROUP_MS = 420_000;
const SEAL_EVERY_MS = 60_000;
const SEAL_AFTER_MS = 21_600_000;

interface Figures {
  readonly residentMb: number;
  readonly peakMb: number;
  readonly usPerWindow: number;
  readonly hotCount: number;
  readonly blockCount: number;
}

function feed(sensors: number, days: number): Figures {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-memory-'));
  let nowMs = START;
  const store = openSqliteStore({
    folder,
    clock: { wallMs: () => nowMs, monotonicMs: () => nowMs - START },
    groupMs: GROUP_MS,
  });
  const timeline = [{ fromNumber: 0, startMs: START, intervalMs: 5_000 }];
  const runs = Array.from({ length: sensors }, (_, index) => {
    const source = `optical/${index}`;
    const series = store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name: source });
    return store.createRun({ series, timeline });
  });
  const startedMs = performance.now();
  let windows = 0;
  for (let first = 0; nowMs < START + days * DAY_MS; first += 3) {
    nowMs += REPORT_MS;
    for (const run of runs) {
      const numbers = [first, first + 1, first + 2];
      store.putWindows(
        run,
        numbers.map((number) => ({
          number,
          value: (Math.imul(number + 1, 2_654_435_761 + run * 40_503) >>> 28) % 4,
          reports: 10,
          disagreements: 0,
        })),
      );
      windows += 3;
    }
    if (nowMs % SEAL_EVERY_MS === 0) store.seal(nowMs - SEAL_AFTER_MS, 100);
  }
  const usPerWindow = ((performance.now() - startedMs) * 1_000) / windows;
  store.flush();
  const { hotCount, blockCount } = store.health();
  globalThis.gc?.();
  const residentMb = process.memoryUsage.rss() / 1e6;
  const peakMb = process.resourceUsage().maxRSS / 1e3;
  store.close();
  rmSync(folder, { recursive: true });
  return { residentMb, peakMb, usPerWindow, hotCount, blockCount };
}

const [kind, count, length] = process.argv.slice(2);
if (kind === 'feed') console.log(JSON.stringify(feed(Number(count), Number(length))));
else {
  const rows = [['', 'resident, MB', 'peak, MB', 'µs a window', 'hot', 'blocks']];
  const days = Number(kind ?? 2);
  for (const sensors of [0, 1, 20, 1_000]) {
    const flags = ['--expose-gc', ...SERVER_FLAGS, import.meta.filename];
    const { stdout } = spawnSync(process.execPath, [...flags, 'feed', String(sensors), String(days)], {
      encoding: 'utf8',
      env: { ...process.env, ...SERVER_ENV },
    });
    const { residentMb, peakMb, usPerWindow, hotCount, blockCount } = JSON.parse(stdout) as Figures;
    rows.push([
      `${sensors} sensors, ${days} days`,
      residentMb.toFixed(0),
      peakMb.toFixed(0),
      sensors === 0 ? '' : usPerWindow.toFixed(2),
      String(hotCount),
      String(blockCount),
    ]);
  }
  printTable(rows);
}
