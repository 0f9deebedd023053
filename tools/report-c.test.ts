// The C codec of version 2 against the golden vectors, and against its TypeScript twin on random and damaged reports.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '../packages/core/src/bytes/index.ts';
import { hmacSha256 } from '../packages/core/src/hash/index.ts';
import { checkTagV2, decodeReportV2, encodeReportV2 } from '../packages/core/src/report/index.ts';
import { anyReportV2 } from '../packages/core/src/report/testing.ts';
import { readVectors } from '../vectors/read-vectors.ts';
import { askReportC, buildReportC, C_ERRORS } from './lib/report-c.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-report-c-'));
after(() => rmSync(folder, { recursive: true }));
const program = join(folder, 'report_host');
const compiler = process.env['CC'] ?? 'gcc';
const problem = buildReportC(program, { main: 'report_host.c', compiler, sanitize: 'address,undefined' });

interface Vector {
  name: string;
  hex: string;
  key?: string;
  digest?: string;
  mac?: string;
  sensorId?: string;
  reportTag?: string;
  error?: string;
}

/** Asks the C program line by line and compares each answer. */
function compare(cases: readonly { name: string; line: string; expected: string }[]): void {
  assert.equal(problem, null);
  const answers = askReportC(
    program,
    cases.map(({ line }) => line),
  );
  assert.equal(answers.length, cases.length, answers.at(-1) ?? 'no answer');
  for (const [index, { name, expected }] of cases.entries()) assert.equal(answers[index], expected, name);
}

function field(hex: string | undefined): string {
  return hex === undefined ? '-' : hex;
}

test('C, vectors/hash: SHA-256 and HMAC', () => {
  const digests = readVectors<Vector>('vectors/hash/sha256.jsonl').map(({ name, hex, digest = '' }) => ({
    name,
    line: `sha256 ${hex}`,
    expected: digest,
  }));
  compare(digests);
  const vectors = readVectors<Vector>('vectors/hash/hmac-sha256.jsonl').filter(
    ({ key, hex }) => key !== '' && hex !== '',
  );
  const answers = askReportC(
    program,
    vectors.map(({ key, hex }) => `hmac ${key} ${hex}`),
  );
  for (const [index, { name, mac = '' }] of vectors.entries()) {
    assert.equal(answers[index]?.slice(0, mac.length), mac, name);
  }
});

test('C, vectors/report/v2.jsonl: decoded and encoded again, or the same reason', () => {
  compare(
    readVectors<Vector>('vectors/report/v2.jsonl').map(({ name, hex, key, error }) => ({
      name,
      line: `report ${field(key)} ${hex}`,
      expected: error === undefined ? hex : (C_ERRORS[error] ?? error),
    })),
  );
});

test('C, vectors/report/v2-short.jsonl: decoded and encoded again, or the same reason', () => {
  compare(
    readVectors<Vector>('vectors/report/v2-short.jsonl').map(({ name, hex, key, sensorId, error }) => ({
      name,
      line: `short ${field(key)} ${field(sensorId)} ${hex}`,
      expected: error === undefined ? hex : (C_ERRORS[error] ?? error),
    })),
  );
});

test('C, vectors/report/v2-answer.jsonl: decoded and encoded again, or the same reason', () => {
  compare(
    readVectors<Vector>('vectors/report/v2-answer.jsonl').map(({ name, hex, key, reportTag, error }) => ({
      name,
      line: `answer ${field(key)} ${field(reportTag)} ${hex}`,
      expected: error === undefined ? hex : (C_ERRORS[error] ?? error),
    })),
  );
});

/** What TypeScript makes of a report, as the C program says it. */
function twinSays(bytes: Uint8Array, key: Uint8Array): string {
  const sign = (message: Uint8Array) => hmacSha256(key, message);
  const decoded = decodeReportV2(bytes);
  if (!decoded.ok) return C_ERRORS[decoded.fault.code] ?? decoded.fault.code;
  const checked = checkTagV2(bytes, decoded.value, sign);
  return checked.ok ? toHex(bytes) : (C_ERRORS[checked.fault.code] ?? checked.fault.code);
}

test('C and TypeScript say the same of any report, whole, cut and damaged', () => {
  assert.equal(problem, null);
  const damage = fc.record({
    cut: fc.option(fc.nat(200)),
    bytes: fc.array(fc.tuple(fc.nat(140), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
    isSignedAfterwards: fc.boolean(),
  });
  const key = Uint8Array.from({ length: 16 }, (_, index) => 7 * index);
  const made = fc
    .sample(fc.tuple(anyReportV2, damage), { numRuns: 3_000, seed: 20_261 })
    .map(([report, of]) => {
      const sign = (message: Uint8Array) => hmacSha256(key, message);
      const bytes = encodeReportV2(report, sign);
      for (const [at, byte] of of.bytes) if (at < bytes.length) bytes[at] = byte;
      if (of.isSignedAfterwards) bytes.set(sign(bytes.subarray(0, -8)).subarray(0, 8), bytes.length - 8);
      return of.cut === null ? bytes : bytes.slice(0, Math.max(1, bytes.length - of.cut));
    });
  compare(
    made.map((bytes, index) => ({
      name: `report ${index}: ${toHex(bytes)}`,
      line: `report ${toHex(key)} ${toHex(bytes)}`,
      expected: twinSays(bytes, key),
    })),
  );
});
