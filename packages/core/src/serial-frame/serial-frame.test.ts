import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { readVectors } from '../../../../vectors/read-vectors.ts';
import { parseHex, toHex } from '../bytes/index.ts';
import { encodeSerialFrame, SERIAL_MESSAGE_BYTES_MAX, SerialFrameParser } from './index.ts';

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly messageBytesMax?: number;
  readonly messages: readonly string[];
  readonly skippedBytes: number;
}

const vectors = readVectors<Vector>('vectors/serial-frame/stream.jsonl');

for (const { name, hex, messageBytesMax, messages, skippedBytes } of vectors) {
  test(`serial frame vector: ${name}`, () => {
    const bytes = parseHex(hex) ?? assert.fail('hexadecimal');
    for (const pieceBytes of [bytes.length, 1, 7]) {
      const parser = new SerialFrameParser(messageBytesMax);
      const found: string[] = [];
      for (let at = 0; at < bytes.length; at += pieceBytes)
        found.push(...parser.feed(bytes.subarray(at, at + pieceBytes)).map(toHex));
      assert.deepEqual(found, messages);
      assert.equal(parser.counters.skippedBytes, skippedBytes);
      assert.equal(parser.counters.messages, messages.length);
    }
  });
}

test('every message comes back whole, behind whatever was on the line', () => {
  const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 80 }), { maxLength: 6 });
  fc.assert(
    fc.property(messages, fc.string({ unit: fc.constantFrom('a', ' ', '\n', '$') }), (sent, noise) => {
      const parser = new SerialFrameParser();
      const between = new Uint8Array(Buffer.from(noise));
      const found = sent.flatMap((message) => {
        assert.deepEqual(parser.feed(between), []);
        return parser.feed(encodeSerialFrame(message));
      });
      assert.deepEqual(found, sent);
      assert.equal(parser.counters.skippedBytes, sent.length * between.length);
    }),
    { numRuns: 200 },
  );
});

test('the sum is the usual one', () => {
  const message = Uint8Array.from({ length: 300 }, (_, at) => at);
  const frame = encodeSerialFrame(message);
  const sum = new DataView(frame.buffer).getUint32(frame.length - 4);
  assert.equal(sum, crc32(frame.subarray(2, -4)));
});

test('after rubbish of any kind frames are read again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (rubbish) => {
      const parser = new SerialFrameParser();
      parser.feed(rubbish);
      // Rubbish may look like the beginning of the longest frame, and swallow as much.
      parser.feed(new Uint8Array(SERIAL_MESSAGE_BYTES_MAX + 8));
      assert.deepEqual(parser.feed(encodeSerialFrame(Uint8Array.of(1, 2))), [Uint8Array.of(1, 2)]);
    }),
    { numRuns: 200 },
  );
});

test('a frame that was begun is forgotten when the line was opened again', () => {
  const parser = new SerialFrameParser();
  const frame = encodeSerialFrame(Uint8Array.of(5, 6, 7));
  parser.feed(frame.subarray(0, 6));
  parser.reset();
  assert.deepEqual(parser.feed(frame), [Uint8Array.of(5, 6, 7)]);
  assert.equal(parser.counters.skippedBytes, 6);
});

test('a message that fits no frame is refused', () => {
  assert.throws(() => encodeSerialFrame(new Uint8Array(0)), /1 to 65535/);
  assert.throws(() => encodeSerialFrame(new Uint8Array(65_536)), /1 to 65535/);
});
