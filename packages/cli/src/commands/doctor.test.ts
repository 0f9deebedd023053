import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, SECOND_MS } from '@kilowink/core/time';
import { openSqliteStore, STORE_FILE } from '@kilowink/store';
import { asPlain } from '../../../../tools/lib/as-plain.ts';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';

const STEP_MS = 30 * SECOND_MS;
const DAYS = 20;
/** Nothing listens there. */
const NO_PORT = ['-p', '9'];

/** A sensor's last twenty days, with two hours missing on the third of them, of which 750 Wh are known; sealed but for the end. */
function fill(folder: string): { startMs: number; gapMs: number } {
  const nowMs = machineClock.wallMs();
  const startMs = Math.floor(nowMs / DAY_MS) * DAY_MS - DAYS * DAY_MS;
  const store = openSqliteStore({ folder, clock: machineClock });
  const series = store.ensureSeries({ source: 'optical/a', quantity: 'energy', unit: 'Wh', name: 'House' });
  const run = store.createRun({
    series,
    timeline: [{ fromNumber: 0, startMs, intervalMs: STEP_MS }],
    boot: 1,
  });
  const gap = { fromNumber: (2 * DAY_MS) / STEP_MS + 600, toNumber: (2 * DAY_MS) / STEP_MS + 840 };
  const numbers = Array.from({ length: Math.floor((nowMs - startMs) / STEP_MS) }, (_, at) => at).filter(
    (at) => at < gap.fromNumber || at >= gap.toNumber,
  );
  store.putWindows(
    run,
    numbers.map((number) => ({
      number,
      value: (Math.imul(number, 2_654_435_761) >>> 24) % 17,
      reports: 1,
      disagreements: 0,
    })),
  );
  store.replaceRecovered(run, [], [{ ...gap, value: 750 }]);
  store.flush();
  store.seal(nowMs - 2 * DAY_MS);
  store.close();
  return { startMs, gapMs: startMs + gap.fromNumber * STEP_MS };
}

/** What the command says as JSON, as far as these tests look. */
interface Told {
  readonly verdict: string;
  readonly code?: string;
  readonly reason?: string;
  readonly notices: readonly { level: string; about: string; text: string }[];
  readonly fileBytes: number;
  readonly space: { readonly raw: { count: number }; readonly pending: { rows: number } };
  readonly growth: { readonly weekBytesPerDay: number; readonly yearBytes: number };
  readonly disk: { readonly daysLeft: number };
  readonly series: readonly { lastMs: number; wholeness: { oldestGap: unknown; largestGap: unknown } }[];
  readonly server: { readonly state: string };
  readonly writing: { readonly writtenBytes: number; readonly sinceMs: number } | null;
}

async function doctor(place: Workplace, ...args: string[]): Promise<{ told: Told; exitCode: number | null }> {
  const { stdout, stderr, exitCode } = await place.run('doctor', '--json', '-d', place.data, ...args);
  assert.equal(stderr, '');
  return { told: JSON.parse(stdout) as Told, exitCode };
}

test('a sound store is fine, with its room, growth, gap and last measurement', async () => {
  using place = new Workplace();
  const { gapMs } = fill(place.data);
  const before = readFileSync(join(place.data, STORE_FILE));
  const { told, exitCode } = await doctor(place, ...NO_PORT, '--thorough');
  assert.equal(exitCode, 0, JSON.stringify(told.notices));
  assert.equal(told.verdict, 'fine');
  assert.equal(told.fileBytes, before.length);
  assert.equal(told.space.raw.count, DAYS - 2);
  assert.ok(told.space.pending.rows >= DAY_MS / STEP_MS);
  assert.ok(told.growth.weekBytesPerDay > 0);
  assert.ok(told.disk.daysLeft > 0);
  const gap = { fromMs: gapMs, toMs: gapMs + 2 * HOUR_MS, recovered: 750 };
  assert.deepEqual(told.series[0]?.wholeness.oldestGap, gap);
  assert.deepEqual(told.series[0]?.wholeness.largestGap, gap);
  assert.deepEqual(
    told.notices.map(({ about }) => about),
    ['server'],
  );
  assert.deepEqual(readFileSync(join(place.data, STORE_FILE)), before);
  const { stdout } = await place.run('doctor', '-d', place.data, ...NO_PORT);
  assert.match(stdout, /largest gap .* 2 h, 0\.750 kWh of it recovered\n/);
  assert.match(stdout, /\nFine\.\n$/);
});

test('damage is told whatever it hit, and nothing is mended', async () => {
  using place = new Workplace();
  fill(place.data);
  const path = join(place.data, STORE_FILE);
  const whole = readFileSync(path);
  for (const [from, to] of [
    [100, 900],
    [3_000, 20_000],
    [whole.length - 30_000, whole.length - 29_000],
  ] as const) {
    const broken = Buffer.from(whole);
    broken.fill(0x5a, from, to);
    writeFileSync(path, broken);
    const { told, exitCode } = await doctor(place, ...NO_PORT);
    assert.equal(exitCode, 1);
    assert.equal(told.verdict, 'attention');
    assert.ok(told.notices.some(({ about, level }) => about === 'integrity' && level === 'attention'));
    assert.deepEqual(readFileSync(path), broken);
  }
});

test('a sum that is not that of its points is found by a thorough look only', async () => {
  using place = new Workplace();
  fill(place.data);
  const database = new DatabaseSync(join(place.data, STORE_FILE));
  database.exec(`UPDATE block SET data = (SELECT data FROM block WHERE level = 1 ORDER BY period DESC LIMIT 1)
    WHERE id = (SELECT id FROM block WHERE level = 1 ORDER BY period LIMIT 1)`);
  database.close();
  assert.equal((await doctor(place, ...NO_PORT)).exitCode, 0);
  const { told, exitCode } = await doctor(place, ...NO_PORT, '--thorough');
  assert.equal(exitCode, 1);
  assert.match(told.notices[0]?.text ?? '', /minutes of series 1 on .*: other sums than its points have/);
});

test('a folder that can not be written is looked at all the same', async () => {
  using place = new Workplace();
  fill(place.data);
  chmodSync(place.data, 0o555);
  chmodSync(join(place.data, STORE_FILE), 0o444);
  const { told, exitCode } = await doctorOfAnother(place);
  chmodSync(place.data, 0o755);
  assert.equal(exitCode, 0, JSON.stringify(told));
  assert.equal(told.space.raw.count, DAYS - 2);
});

test('what waits in a log is not left out: where it can not be read, the reason is said', async () => {
  using place = new Workplace();
  fill(place.path('served'));
  const store = openSqliteStore({ folder: place.path('served'), clock: machineClock });
  store.ensureSeries({ source: 'optical/b', quantity: 'energy', unit: 'Wh', name: 'B' });
  mkdirSync(place.data);
  for (const name of [STORE_FILE, `${STORE_FILE}-wal`])
    copyFileSync(join(place.path('served'), name), join(place.data, name));
  store.close();
  chmodSync(place.data, 0o555);
  const waiting = await doctorOfAnother(place);
  assert.equal(waiting.exitCode, 2);
  assert.match(waiting.told.reason ?? '', /can not be written, and \d+ bytes wait in .*-wal/);
  chmodSync(place.data, 0o000);
  const closed = await doctorOfAnother(place);
  chmodSync(place.data, 0o755);
  assert.equal(closed.exitCode, 2);
  assert.match(closed.told.reason ?? '', /cannot be used: .*EACCES/);
  // Who may write beside the file sees what waits.
  assert.equal((await doctor(place, ...NO_PORT)).told.series.length, 2);
});

/** The same as somebody who may not do everything: root is refused nothing. */
async function doctorOfAnother(place: Workplace): Promise<{ told: Told; exitCode: unknown }> {
  const main = join(import.meta.dirname, '../main.ts');
  const command = asPlain(process.execPath, [main, 'doctor', '--json', '-d', place.data, ...NO_PORT]);
  const child = spawn(...command, {
    env: { ...process.env, XDG_CONFIG_HOME: place.folder, XDG_DATA_HOME: place.folder },
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  const [exitCode] = await ended;
  assert.equal(stderr.join(''), '');
  return { told: JSON.parse(stdout.join('')) as Told, exitCode };
}

test('where nothing can be looked at, the reason is said', async () => {
  using place = new Workplace();
  const none = await place.run('doctor', '-d', place.data, ...NO_PORT);
  assert.equal(none.exitCode, 2);
  assert.match(none.stderr, /^kilowink: could not look: expected a store at .*, found none/);
  mkdirSync(place.data);
  const theirs = new DatabaseSync(join(place.data, STORE_FILE));
  theirs.exec('CREATE TABLE theirs (a)');
  theirs.close();
  const { told, exitCode } = await doctor(place, ...NO_PORT);
  assert.equal(exitCode, 2);
  assert.equal(told.verdict, 'unknown');
  assert.equal(told.code, 'store/foreign');
});

test('a running server is asked what it wrote, and one of another folder is told from it', async () => {
  using place = new Workplace();
  fill(place.data);
  const server = place.start(['serve', '-d', place.data, '-p', '0', '--host', '127.0.0.1']);
  const ended = once(server, 'exit');
  try {
    let said = '';
    for await (const text of server.stdout) {
      said += String(text);
      if (/sensors .*port/.test(said)) break;
    }
    const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? '';
    const { told, exitCode } = await doctor(place, '-p', port);
    assert.equal(exitCode, 0, JSON.stringify(told.notices));
    assert.equal(told.server.state, 'running');
    assert.ok((told.writing?.sinceMs ?? 0) > 0);
    assert.ok((told.writing?.writtenBytes ?? -1) >= 0);
    const unreachable = await doctor(place, ...NO_PORT);
    assert.equal(unreachable.told.server.state, 'unreachable');
    assert.match(unreachable.told.notices[0]?.text ?? '', new RegExp(`process ${server.pid} serves`));
    fill(place.path('other'));
    const other = await place.run('doctor', '--json', '-d', place.path('other'), '-p', port);
    assert.equal((JSON.parse(other.stdout) as Told).server.state, 'other');
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
});
