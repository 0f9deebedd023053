import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesOf, readVectors } from '../../../../vectors/read-vectors.ts';
import { toHex } from '../bytes/index.ts';
import { CoreDumpCollector } from './collect.ts';
import { failedThread, likelyReturns } from './describe.ts';
import { type CoreDump, parseCoreDump } from './parse.ts';

interface Vector {
  name: string;
  hex: string;
  value?: object;
  error?: string;
}

const vectors = readVectors<Vector>('vectors/coredump/dumps.jsonl');

function toPlain(dump: CoreDump) {
  const hex = (value: number | bigint | undefined) => value?.toString(16).padStart(8, '0') ?? null;
  const thread = failedThread(dump);
  const { registers } = dump;
  return {
    ...{ target: dump.target, reason: dump.reasonText, checksum: dump.checksum },
    ...{
      pc: hex(registers?.programCounter),
      lr: hex(registers?.returnAddress),
      sp: hex(registers?.stackPointer),
    },
    cause: registers?.cause ?? null,
    thread: thread === null ? null : { ...thread, address: hex(thread.address) },
    returns: likelyReturns(dump).map(hex),
  };
}

for (const vector of vectors) {
  test(`core dump vector: ${vector.name}`, () => {
    const parsed = parseCoreDump(bytesOf(vector.hex));
    if (vector.value === undefined) {
      assert.equal(parsed.ok ? 'a dump' : parsed.fault.code, vector.error);
      assert.match(parsed.ok ? '' : parsed.fault.message, /^core dump: expected/);
    } else {
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.fault.message);
      assert.deepEqual(toPlain(parsed.value), vector.value);
    }
  });
}

test('all registers of a Cortex-M', () => {
  const vector = vectors.find(({ name }) => name.startsWith('Cortex-M with all'));
  const parsed = parseCoreDump(bytesOf(vector?.hex ?? ''));
  assert.ok(parsed.ok);
  assert.equal(parsed.value.registers?.values.size, 17);
  assert.equal(parsed.value.registers?.values.get('r11'), 0x47);
});

test('any bytes are a dump or a fault', () => {
  const start = [0x5a, 0x45, 1, 0, 3, 0, 5, 0, 0, 0, 0, 0];
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom([], [0x41], [0x4d, 1, 0]),
      (bytes, head) => {
        const parsed = parseCoreDump(Uint8Array.from([...start, ...head, ...bytes]));
        assert.ok(parsed.ok || parsed.fault.message.startsWith('core dump: expected'));
      },
    ),
    { numRuns: 3_000 },
  );
});

/** The lines of a log that carries a dump, as Zephyr's logging back end prints them. */
function logOf(hex: string, before = '[00:00:01.000,000] <err> coredump: ', after = ''): string[] {
  const pieces = hex.match(/.{1,64}/g) ?? [];
  return ['BEGIN#', ...pieces, 'END#'].map((each) => `${before}#CD:${each}${after}`);
}

function collect(lines: readonly string[]) {
  const collector = new CoreDumpCollector();
  return lines.flatMap((line) => collector.push(line));
}

test('a dump in a log comes out as it went in, whatever is around it', () => {
  const hex = vectors[0]?.hex ?? '';
  for (const [before, after] of [
    ['', ''],
    ['[00:00:01.000,000] <err> coredump: ', ''],
    ['\u001b[1;31mE: ', '\u001b[0m'],
    ['', '\r'],
  ] as const) {
    const lines = logOf(hex, before, after).flatMap((line) => [line, '<inf> other: talk', '']);
    const items = collect(['uart:~$ ', ...lines]);
    assert.deepEqual(
      items.map((item) => (item.kind === 'dump' ? toHex(item.bytes) : item.reason)),
      [hex],
    );
  }
});

test('a dump that is broken in the log is told', () => {
  const lines = logOf(vectors[0]?.hex ?? '');
  const reasons = (changed: readonly string[]) =>
    collect(changed).map((item) => (item.kind === 'dump' ? 'a dump' : item.reason));
  assert.match(reasons([lines[0] ?? '', '#CD:12x4', ...lines.slice(2)])[0] ?? '', /expected hex digits/);
  assert.match(reasons([lines[0] ?? '', '#CD:123'])[0] ?? '', /expected hex digits/);
  assert.deepEqual(reasons([...lines.slice(0, 2), ...lines]), ['another one began before its end', 'a dump']);
  assert.deepEqual(reasons(['#CD:BEGIN#', '#CD:ERROR CANNOT DUMP#']), ['the device could not make its dump']);
  assert.deepEqual(reasons(lines.slice(1)), []);
});

test('a line lost within a dump shows when it is parsed', () => {
  const lines = logOf(vectors[0]?.hex ?? '');
  const items = collect(lines.toSpliced(2, 1));
  const [item] = items;
  assert.ok(item?.kind === 'dump');
  assert.equal(parseCoreDump(item.bytes).ok, false);
});
