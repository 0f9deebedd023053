import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesOf, readVectors } from '../../../../vectors/read-vectors.ts';
import { toHex } from '../bytes/index.ts';
import type { Advertisement } from './advertisement.ts';
import { HciAdvertReader } from './hci-reports.ts';

interface Vector {
  name: string;
  packets: string[];
  truncated?: number;
  value: (Omit<Advertisement, 'data'> & { data: string })[];
}

for (const vector of readVectors<Vector>('vectors/advert/hci.jsonl')) {
  test(`HCI vector: ${vector.name}`, () => {
    const reader = new HciAdvertReader();
    const found = vector.packets.flatMap((packet) => reader.feed(bytesOf(packet)));
    assert.deepEqual(
      found.map(({ data, ...rest }) => ({ ...rest, data: toHex(data) })),
      vector.value,
    );
    assert.equal(reader.truncated, vector.truncated ?? 0);
  });
}

test('any packet is read without failing', () => {
  fc.assert(
    fc.property(fc.constantFrom(0x02, 0x0d), fc.uint8Array({ maxLength: 255 }), (subevent, bytes) => {
      const reader = new HciAdvertReader();
      for (const { data, address } of reader.feed(
        Uint8Array.of(0x04, 0x3e, bytes.length, subevent, ...bytes),
      )) {
        assert.ok(data.length <= bytes.length);
        assert.match(address, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('unfinished advertisements of ever new senders do not pile up', () => {
  const reader = new HciAdvertReader();
  const first = (sender: number) => {
    const head = [0x21, 0, 1, sender & 0xff, sender >> 8, 0, 0, 0, 0xc0, 1, 1, 0, 0x7f, 0xc4];
    const report = [...head, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xaa];
    return Uint8Array.of(0x04, 0x3e, report.length + 2, 0x0d, 1, ...report);
  };
  for (let sender = 0; sender < 1_000; sender += 1) reader.feed(first(sender));
  assert.equal(reader.truncated, 1_000 - 64);
});
