import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type KeptReport, ReportGuard } from './report-guard.ts';

const memory = mkdtempSync(join(tmpdir(), 'kilowink-guard-'));
after(() => rmSync(memory, { recursive: true }));

const report = (number: number) => ({
  bytes: number % 3 === 2 ? null : Uint8Array.of(25, 1, number),
  address: number % 2 === 0 ? '192.168.1.20' : 'fe80::1%eth0',
  wallMs: 1_000 + number,
  uptimeMs: 50 + number,
});

/** Without what tells them apart. */
const plain = (left: readonly KeptReport[]) => left.map(({ id: _, ...rest }) => rest);

function open(folder: string, groups = { written: 0 }) {
  return { groups, guard: new ReportGuard(folder, () => groups.written, memory) };
}

test('what was noted is there for the next process, in order', () => {
  const { guard } = open('/data/a');
  assert.deepEqual(guard.left(), []);
  for (let number = 0; number < 5; number += 1) {
    guard.note(report(number));
    guard.taken(1);
  }
  const next = open('/data/a').guard;
  assert.deepEqual(plain(next.left()), [0, 1, 2, 3, 4].map(report));
  assert.deepEqual(open('/data/b').guard.left(), []);
  next.clear();
  assert.deepEqual(open('/data/a').guard.left(), []);
});

test('what came in one turn is kept before the first of it is taken, and each has its name then', () => {
  const { guard, groups } = open('/data/ahead');
  guard.note(report(0));
  guard.taken(1);
  const came = [1, 2, 3].map(report);
  guard.noteAhead(came);
  const kept = guard.left();
  assert.deepEqual(plain(kept), [report(0), ...came]);
  for (const [at, each] of came.entries()) assert.equal(guard.note(each), kept[at + 1]?.id);
  guard.note(report(4));
  assert.deepEqual(plain(guard.left()), [report(0), ...came, report(4)], 'each once');
  guard.taken(1);
  groups.written = 1;
  guard.noteAhead([report(5), report(6)]);
  assert.deepEqual(plain(guard.left()), [report(5), report(6)], 'what is in the file is let go');
  assert.throws(() => guard.note(report(6)), /in its order/);
});

test('what is kept has a name of its own, in this process and in the next', () => {
  const { guard } = open('/data/f');
  const ids = [0, 1].map((number) => guard.note(report(number)));
  const next = open('/data/f').guard;
  ids.push(next.note(report(2)));
  // Nothing is held for a group in the second process, so what the first one kept is let go.
  assert.deepEqual(
    next.left().map(({ id }) => id),
    ids.slice(2),
  );
  assert.equal(new Set(ids).size, 3);
});

test('what an older server kept is read, though it has no name', () => {
  const { guard } = open('/data/g');
  guard.note(report(0));
  const [folder = ''] = readdirSync(memory);
  const newest = readdirSync(join(memory, folder))
    .map((name) => join(memory, folder, name))
    .find((path) => readFileSync(path, 'utf8').startsWith(guard.left()[0]?.id ?? '-'));
  assert.ok(newest !== undefined);
  writeFileSync(newest, '1000 50 192.168.1.20 190100.\n1001 51 fe80%3A%3A1%25eth0 up.\n1002 52 192.');
  assert.deepEqual(guard.left(), [
    { id: null, bytes: Uint8Array.of(25, 1, 0), address: '192.168.1.20', wallMs: 1_000, uptimeMs: 50 },
    { id: null, bytes: null, address: 'fe80::1%eth0', wallMs: 1_001, uptimeMs: 51 },
  ]);
});

test('once its group is written a report is let go, and nothing is left after a clean end', () => {
  const { guard, groups } = open('/data/c');
  for (const number of [0, 1]) {
    guard.note(report(number));
    guard.taken(groups.written + 1);
  }
  assert.deepEqual(plain(guard.left()), [report(0), report(1)]);
  groups.written += 1;
  guard.note(report(2));
  assert.deepEqual(plain(guard.left()), [report(2)]);
  const [folder = ''] = readdirSync(memory);
  assert.equal(statSync(join(memory, folder)).mode & 0o777, 0o700);
  const count = readdirSync(join(memory, folder)).length;
  guard.close();
  assert.equal(readdirSync(join(memory, folder)).length, count - 1);
});

test('a group that is written while a report is taken does not let that report go', () => {
  const { guard, groups } = open('/data/d');
  for (const number of [0, 1]) {
    guard.note(report(number));
    if (number === 0) groups.written += 1;
    guard.taken(groups.written + 1);
  }
  assert.deepEqual(plain(guard.left()), [report(0), report(1)]);
  groups.written += 1;
  guard.note(report(2));
  assert.deepEqual(plain(guard.left()), [report(2)]);
});

test('a report whose group is written while it is taken is let go with the next one', () => {
  const { guard, groups } = open('/data/e');
  for (const number of [0, 1, 2]) {
    guard.note(report(number));
    assert.deepEqual(plain(guard.left()), [report(number)]);
    groups.written += 1;
    guard.taken(groups.written);
  }
});

test('a machine without such a memory does without', () => {
  const guard = new ReportGuard('/data', () => 0, join(memory, 'none'));
  assert.equal(guard.isOpen, false);
  guard.note(report(0));
  assert.deepEqual(guard.left(), []);
  guard.clear();
  guard.close();
});

test('where there is no room, what was kept stays whole, and there is a place again once it is let go', () => {
  const script = `
    import { ReportGuard } from ${JSON.stringify(join(import.meta.dirname, 'report-guard.ts'))};
    const groups = { written: 0 };
    const guard = new ReportGuard('/data/full', () => groups.written, ${JSON.stringify(memory)});
    const report = (number) => ({ bytes: Uint8Array.of(25, 1, number), address: '192.168.1.20', wallMs: number, uptimeMs: 7 });
    const ids = [];
    for (let number = 0; number < 100; number += 1) {
      ids.push(guard.note(report(number)));
      guard.taken(1);
    }
    guard.noteAhead([report(100), report(101)]);
    ids.push(guard.note(report(100)), guard.note(report(101)));
    const left = guard.left();
    groups.written = 1;
    const again = guard.note(report(102));
    console.log(JSON.stringify({ ids, left: left.map(({ id }) => id), again, after: guard.left().map(({ id }) => id) }));
  `;
  // No file of that process may get longer than some kilobyte, as on a full file system.
  const command = 'ulimit -f 1; exec "$0" --input-type=module-typescript --eval "$1"';
  const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  const { ids, left, again, after: later } = JSON.parse(stdout);
  const kept = ids.filter((id: string | null) => id !== null);
  assert.ok(kept.length > 3 && kept.length < ids.length, `${kept.length} kept`);
  assert.deepEqual(left, kept);
  assert.deepEqual(later, [again]);
});
