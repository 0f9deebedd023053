import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ReportGuard } from './report-guard.ts';

const memory = mkdtempSync(join(tmpdir(), 'kilowink-guard-'));
after(() => rmSync(memory, { recursive: true }));

const report = (number: number) => ({
  bytes: number % 3 === 2 ? null : Uint8Array.of(25, 1, number),
  address: number % 2 === 0 ? '192.168.1.20' : 'fe80::1%eth0',
  wallMs: 1_000 + number,
  uptimeMs: 50 + number,
});

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
  assert.deepEqual(next.left(), [0, 1, 2, 3, 4].map(report));
  assert.deepEqual(open('/data/b').guard.left(), []);
  next.clear();
  assert.deepEqual(open('/data/a').guard.left(), []);
});

test('once its group is written a report is let go, and nothing is left after a clean end', () => {
  const { guard, groups } = open('/data/c');
  for (const number of [0, 1]) {
    guard.note(report(number));
    guard.taken(groups.written + 1);
  }
  assert.deepEqual(guard.left(), [report(0), report(1)]);
  groups.written += 1;
  guard.note(report(2));
  assert.deepEqual(guard.left(), [report(2)]);
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
  assert.deepEqual(guard.left(), [report(0), report(1)]);
  groups.written += 1;
  guard.note(report(2));
  assert.deepEqual(guard.left(), [report(2)]);
});

test('a report whose group is written while it is taken is let go with the next one', () => {
  const { guard, groups } = open('/data/e');
  for (const number of [0, 1, 2]) {
    guard.note(report(number));
    assert.deepEqual(guard.left(), [report(number)]);
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
