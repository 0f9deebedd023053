// What the C core of a sensor writes besides version 2, against golden vectors and against what others make of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { encodeSerialFrame, SerialFrameParser } from '@kilowink/core/serial-frame';
import { readVectors } from '../vectors/read-vectors.ts';
import { C_WARNINGS } from './lib/core-c.ts';

const root = join(import.meta.dirname, '..');
const core = join(root, 'firmware/core');
const folder = mkdtempSync(join(tmpdir(), 'kilowink-sensor-c-'));
after(() => rmSync(folder, { recursive: true }));
const program = join(folder, 'sensor_host');
const PARTS = 'src/{advert_payload,backlog,mdns,report,serial_frame,sha256,v1_report,window_buffer}.c';
const sources = [...globSync(join(core, PARTS)), join(core, 'test/sensor_host.c')];
const sanitizers = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const include = ['-D_POSIX_C_SOURCE=200809L', `-I${join(core, 'include')}`];
const built = spawnSync('gcc', [...C_WARNINGS, ...sanitizers, ...include, ...sources, '-o', program]);

/** What the C program says to each line. */
function ask(lines: readonly string[]): string[] {
  assert.equal(built.status, 0, String(built.error ?? built.stderr));
  const { status, stdout, stderr } = spawnSync(program, { input: `${lines.join('\n')}\n` });
  assert.equal(status, 0, String(stderr));
  return String(stdout).split('\n').slice(0, -1);
}

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly error?: string;
  readonly kind?: string;
  readonly value?: {
    readonly sensorType: number;
    readonly uptimeS: number;
    readonly counts: readonly (number | null)[];
  };
}

test('C, vectors/report/v1.jsonl: the same bytes', () => {
  const vectors = readVectors<Vector>('vectors/report/v1.jsonl').flatMap(({ name, hex, value }) =>
    value !== undefined && value.counts.length <= 255 ? [{ name, hex, value }] : [],
  );
  assert.ok(vectors.length >= 3);
  const answers = ask(
    vectors.map(({ value }) => {
      const counts = value.counts.map((count) => count ?? 255);
      return `v1 ${value.sensorType} ${value.uptimeS} ${counts.join(' ')}`;
    }),
  );
  for (const [index, { name, hex }] of vectors.entries())
    assert.equal(answers[index], hex.replaceAll(' ', ''), name);
});

test('C, vectors/advert/report.jsonl: the same payload around a report', () => {
  const payloads = readVectors<Vector>('vectors/advert/report.jsonl').filter(
    ({ error, hex }) =>
      error === undefined &&
      hex.startsWith('020106') &&
      hex.slice(8, 10) === 'ff' &&
      Number.parseInt(hex.slice(6, 8), 16) === hex.length / 2 - 4,
  );
  assert.ok(payloads.length >= 3);
  const answers = ask(payloads.map(({ hex }) => `advert ${hex.slice(10)}`));
  for (const [index, { name, hex }] of payloads.entries()) assert.equal(answers[index], hex, name);
});

test('C: a serial frame has its size, the message and the usual CRC-32', () => {
  const messages = [1, 2, 49, 256, 1_337].map((size) => randomBytes(size));
  const answers = ask(messages.map((message) => `frame ${message.toString('hex')}`));
  for (const [index, message] of messages.entries()) {
    const inside = Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(inside));
    assert.equal(answers[index], Buffer.concat([Buffer.from('KW'), inside, sum]).toString('hex'));
  }
});

interface StreamVector {
  readonly name: string;
  readonly hex: string;
  readonly messageBytesMax?: number;
  readonly messages: readonly string[];
  readonly skippedBytes: number;
}

test('C, vectors/serial-frame/stream.jsonl: the same messages, the same bytes skipped', () => {
  const vectors = readVectors<StreamVector>('vectors/serial-frame/stream.jsonl');
  const answers = ask(vectors.map(({ hex, messageBytesMax = 1_337 }) => `frames ${messageBytesMax} ${hex}`));
  for (const [index, { name, messages, skippedBytes }] of vectors.entries())
    assert.equal(answers[index], [...messages, skippedBytes].join(' '), name);
});

test('C and TypeScript skip the same bytes of any stream', () => {
  const parts = () => {
    const message = randomBytes(1 + (randomBytes(1)[0] ?? 0) / 8);
    const frame = Buffer.from(encodeSerialFrame(message));
    const damage = randomBytes(2);
    if ((damage[0] ?? 0) < 90) frame[(damage[1] ?? 0) % frame.length] = damage[0] ?? 0;
    return [frame, Buffer.from('KWuart:~$KK').subarray((damage[1] ?? 0) % 12)];
  };
  const streams = Array.from({ length: 60 }, () => Buffer.concat(Array.from({ length: 12 }, parts).flat()));
  const answers = ask(streams.map((stream) => `frames 40 ${stream.toString('hex')}`));
  for (const [index, stream] of streams.entries()) {
    const parser = new SerialFrameParser(40);
    const messages = parser.feed(stream).map((message) => Buffer.from(message).toString('hex'));
    assert.equal(
      answers[index],
      [...messages, parser.counters.skippedBytes].join(' '),
      stream.toString('hex'),
    );
  }
});
