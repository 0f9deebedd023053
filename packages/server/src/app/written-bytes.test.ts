import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readWrittenBytes, writtenBytesIn } from './written-bytes.ts';

/** The file system's type, in Linux's magic.h: tmpfs. */
const IN_MEMORY = 0x01021994;

test('bytes written are read from among the other counts', () => {
  const text =
    'rchar: 9\nwchar: 8\nsyscr: 7\nsyscw: 6\nread_bytes: 5\nwrite_bytes: 4096\ncancelled_write_bytes: 3\n';
  assert.equal(writtenBytesIn(text), 4_096);
  assert.equal(writtenBytesIn('rchar: 9\n'), null);
});

test('bytes written rise with what is written, where the system tells', (context) => {
  if (!existsSync('/proc/self/io')) return context.skip('no /proc/self/io here');
  if (statfsSync(tmpdir()).type === IN_MEMORY) return context.skip('the temporary folder is in memory');
  const before = readWrittenBytes() ?? Number.NaN;
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-written-'));
  try {
    const file = openSync(join(folder, 'file'), 'w');
    writeSync(file, Buffer.alloc(1_000_000, 1));
    fsyncSync(file);
    closeSync(file);
    assert.ok((readWrittenBytes() ?? 0) - before >= 1_000_000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
