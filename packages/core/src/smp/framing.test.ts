import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesOf, readVectors } from '../../../../vectors/read-vectors.ts';
import { toHex } from '../bytes/index.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { ConsoleDecoder, type ConsoleItem, encodeConsolePacket, LINE_BYTES_MAX } from './console-framing.ts';
import { crc16 } from './crc16.ts';
import { FrameAssembler } from './frame-assembler.ts';
import { encodeFrame } from './header.ts';

interface Vector {
  name: string;
  hex: string;
  packet?: string;
  error?: string;
}

const vectors = readVectors<Vector>('vectors/smp/console.jsonl');

function packets(items: readonly ConsoleItem[]): string[] {
  return items.flatMap((item) => (item.kind === 'packet' ? [toHex(item.bytes)] : []));
}

for (const vector of vectors) {
  test(`SMP console vector: ${vector.name}`, () => {
    const items = new ConsoleDecoder().push(bytesOf(vector.hex));
    if (vector.packet === undefined) {
      assert.equal(items[0]?.kind, vector.error);
      return;
    }
    assert.deepEqual(packets(items), [vector.packet]);
    assert.equal(toHex(encodeConsolePacket(bytesOf(vector.packet))), vector.hex);
  });
}

const printed = fc
  .string({ unit: fc.constantFrom('a', ' ', '*', '=', '\r', '\u001b', ':'), maxLength: 20 })
  .map((text) => new TextEncoder().encode(`${text}\n`));

test('packets between printed lines come out whole, however the bytes are cut', () => {
  const packet = fc.uint8Array({ maxLength: 400 });
  const stream = fc.array(
    fc.oneof(
      packet.map((bytes) => ({ bytes })),
      printed.map((line) => ({ line })),
    ),
  );
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (parts, cuts) => {
      const wanted = parts.flatMap((part) => ('bytes' in part ? [toHex(part.bytes)] : []));
      const all = Uint8Array.from(
        parts.flatMap((part) => ('bytes' in part ? [...encodeConsolePacket(part.bytes)] : [...part.line])),
      );
      const decoder = new ConsoleDecoder();
      const items: ConsoleItem[] = [];
      for (let at = 0, cut = 0; at < all.length; cut += 1) {
        const size = cuts[cut % cuts.length] ?? 1;
        items.push(...decoder.push(all.subarray(at, at + size)));
        at += size;
      }
      assert.deepEqual(packets(items), wanted);
    }),
    { numRuns: 300 },
  );
});

test('no line is longer than 127 bytes', () => {
  const lines = Buffer.from(encodeConsolePacket(new Uint8Array(1_000)))
    .toString('latin1')
    .split('\n');
  assert.equal(lines.pop(), '');
  assert.equal(Math.max(...lines.map((line) => line.length + 1)), LINE_BYTES_MAX);
});

test('a changed byte never makes another packet', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (packet, place, change) => {
        const bytes = encodeConsolePacket(packet);
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        for (const came of packets(new ConsoleDecoder().push(bytes))) assert.equal(came, toHex(packet));
      },
    ),
  );
});

test('rubbish is text or discarded, and the packet after it comes through', () => {
  const packet = bytesOf('0102030405');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (rubbish) => {
      const decoder = new ConsoleDecoder();
      const items = [
        ...decoder.push(rubbish),
        ...decoder.push(Uint8Array.of(10)),
        ...decoder.push(encodeConsolePacket(packet)),
      ];
      assert.equal(packets(items).at(-1), toHex(packet));
    }),
  );
});

test('an endless line is cut', () => {
  const decoder = new ConsoleDecoder();
  const items = decoder.push(new Uint8Array(10_000).fill(65));
  assert.ok(items.length >= 2 && items.every(({ kind }) => kind === 'text'));
});

test('a prompt without newline can be had', () => {
  const decoder = new ConsoleDecoder();
  decoder.push(new TextEncoder().encode('uart:~$ '));
  assert.equal(new TextDecoder().decode(decoder.flushText()), 'uart:~$ ');
  decoder.push(encodeConsolePacket(Uint8Array.of(1)).subarray(0, 6));
  assert.equal(decoder.flushText().length, 0);
});

test('CRC-16/XMODEM of the digits 1 to 9', () => {
  assert.equal(crc16(new TextEncoder().encode('123456789')), 0x31c3);
});

test('Base64 as the platform has it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const encoded = Buffer.from(encodeBase64(bytes)).toString('latin1');
      assert.equal(encoded, Buffer.from(bytes).toString('base64'));
      assert.deepEqual(decodeBase64(Buffer.from(encoded)), bytes);
    }),
  );
});

test('frames in pieces come out whole', () => {
  const frames = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 });
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 25 }), (bodies, pieceBytes) => {
      const assembler = new FrameAssembler();
      const header = { version: 2, op: 1, flags: 0, group: 9, sequence: 3, command: 0 } as const;
      for (const body of bodies) {
        const bytes = encodeFrame(header, body);
        const items = [];
        for (let at = 0; at < bytes.length; at += pieceBytes) {
          items.push(...assembler.push(bytes.subarray(at, at + pieceBytes)));
        }
        assert.deepEqual(items, [{ kind: 'frame', bytes }]);
      }
    }),
  );
});

test('what can not begin a frame is discarded, and the next frame comes through', () => {
  const assembler = new FrameAssembler(100);
  assert.equal(assembler.push(new Uint8Array(9).fill(0xff))[0]?.kind, 'discarded');
  assert.equal(assembler.push(bytesOf('0300ffff00000100'))[0]?.kind, 'discarded');
  assert.equal(assembler.push(bytesOf('030000000000'))[0], undefined);
  assembler.reset();
  assert.equal(assembler.push(bytesOf('0300000200000100bfff'))[0]?.kind, 'frame');
});
