import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesOf, readVectors } from '../../../../vectors/read-vectors.ts';
import { toHex } from '../bytes/index.ts';
import { encodeCbor } from '../cbor/index.ts';
import type { Command, RequestOf } from './command.ts';
import { COMMANDS, findCommand } from './commands.ts';
import { decodeFrame, encodeFrame } from './header.ts';
import { decodeReply, encodeReply, encodeRequest, isReplyTo } from './message.ts';
import { formatRefusal } from './refusals.ts';

function rowOf(name: string): Command {
  const row = COMMANDS.find((each) => each.name === name);
  assert.ok(row !== undefined, `a row ${name}`);
  return row;
}

/** Values as the vectors write them: bytes as `h'00'`, maps as objects. */
function toPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `h'${toHex(value)}'`;
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, toPlain(each)]));
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toPlain(each)]));
}

function fromPlain(value: unknown): unknown {
  const hex = typeof value === 'string' ? /^h'([0-9a-f]*)'$/.exec(value)?.[1] : undefined;
  if (hex !== undefined) return bytesOf(hex);
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fromPlain(each)]));
}

interface RequestVector {
  name: string;
  command: string;
  sequence: number;
  version: 1 | 2;
  hex: string;
  value: object;
}

for (const vector of readVectors<RequestVector>('vectors/smp/requests.jsonl')) {
  test(`SMP request vector: ${vector.name}`, () => {
    const command = rowOf(vector.command);
    const { sequence, version } = vector;
    const request = fromPlain(vector.value) as RequestOf<Command>;
    assert.equal(toHex(encodeRequest(command, request, { sequence, version })), vector.hex);
    const frame = decodeFrame(bytesOf(vector.hex));
    assert.ok(frame.ok);
    const { header } = frame.value;
    assert.equal(header.version, version);
    assert.equal(findCommand(header.group, header.command, header.op === 2), command);
  });
}

interface ReplyVector {
  name: string;
  command: string;
  hex: string;
  value?: object;
  error?: string;
  refusal?: string;
}

for (const vector of readVectors<ReplyVector>('vectors/smp/replies.jsonl')) {
  test(`SMP reply vector: ${vector.name}`, () => {
    const frame = decodeFrame(bytesOf(vector.hex));
    const decoded = frame.ok ? decodeReply(rowOf(vector.command), frame.value) : frame;
    if (vector.value !== undefined) {
      assert.deepEqual(toPlain(decoded), { ok: true, value: vector.value });
      return;
    }
    assert.ok(!decoded.ok);
    assert.equal(decoded.fault.code, vector.error);
    if (vector.refusal !== undefined) {
      assert.ok('refusal' in decoded.fault);
      assert.ok(formatRefusal(decoded.fault.refusal).startsWith(`${vector.refusal}: `));
      assert.ok(decoded.fault.message.includes(vector.refusal));
    } else assert.match(decoded.fault.message, /expected/);
  });
}

interface CapturedVector extends ReplyVector {
  sequence: number;
  version: 1 | 2;
  request: object;
  requestHex: string;
}

for (const vector of readVectors<CapturedVector>('vectors/smp/captured.jsonl')) {
  test(`SMP exchange: ${vector.name}`, () => {
    const command = rowOf(vector.command);
    const request = fromPlain(vector.request) as RequestOf<Command>;
    assert.equal(toHex(encodeRequest(command, request, vector)), vector.requestHex);
    const frame = decodeFrame(bytesOf(vector.hex));
    assert.ok(frame.ok && isReplyTo(command, vector.sequence, frame.value));
    const reply = decodeReply(command, frame.value);
    if (vector.error === undefined) assert.deepEqual(toPlain(reply), { ok: true, value: vector.value });
    else {
      assert.ok(!reply.ok && reply.fault.code === vector.error);
      assert.ok(
        'refusal' in reply.fault && formatRefusal(reply.fault.refusal).startsWith(`${vector.refusal}: `),
      );
    }
  });
}

test('every command has its own group, number and operation, and its own name', () => {
  const places = COMMANDS.map(({ group, id, operation }) => `${group}/${id}/${operation}`);
  assert.equal(new Set(places).size, COMMANDS.length);
  assert.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
  assert.equal(COMMANDS.length, 34);
});

test('every command has a request vector or takes nothing', () => {
  const shown = new Set(
    readVectors<RequestVector>('vectors/smp/requests.jsonl').map(({ command }) => command),
  );
  const missing = COMMANDS.filter(
    ({ name, request }) => !shown.has(name) && Object.values(request).some((field) => !field.isOptional),
  );
  assert.deepEqual(
    missing.map(({ name }) => name),
    ['settings delete', 'fs upload', 'fs status'],
  );
});

test('any bytes are a frame or a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
      const frame = decodeFrame(bytes);
      if (!frame.ok) {
        assert.match(frame.fault.message, /expected/);
        return;
      }
      const { lengthBytes, ...header } = frame.value.header;
      assert.equal(lengthBytes, bytes.length - 8);
      assert.equal(toHex(encodeFrame(header, frame.value.body)), toHex(bytes));
    }),
    { numRuns: 5_000 },
  );
});

test('any body is a reply or a fault, for every command', () => {
  const jsonLike = fc.dictionary(
    fc.constantFrom('rc', 'err', 'images', 'off', 'tasks', 'o', 'groups', 'rsn', 'types'),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    jsonLike.map((value) => encodeCbor(value as Parameters<typeof encodeCbor>[0])),
  );
  fc.assert(
    fc.property(fc.constantFrom(...COMMANDS), body, (command, bytes) => {
      const { group, id } = command;
      const op = command.operation === 'read' ? 1 : 3;
      const frame = decodeFrame(
        encodeFrame({ version: 2, op, flags: 0, group, sequence: 0, command: id }, bytes),
      );
      assert.ok(frame.ok);
      const decoded = decodeReply(command, frame.value);
      assert.ok(decoded.ok || decoded.fault.message.startsWith(command.name));
    }),
    { numRuns: 3_000 },
  );
});

test('an answer carries the number of its request', () => {
  const row = rowOf('os echo');
  const request = decodeFrame(encodeRequest(row, { text: 'é' } as RequestOf<Command>, { sequence: 200 }));
  assert.ok(request.ok);
  const answer = decodeFrame(encodeReply(request.value, { r: 'é' }));
  assert.ok(answer.ok);
  assert.equal(answer.value.header.sequence, 200);
  assert.deepEqual(decodeReply(row, answer.value), { ok: true, value: { text: 'é' } });
});
