import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBlock, SEAL_LEVEL, sealBlock } from './envelope.ts';
import { decodeMonth, emptyMonth, encodeMonth } from './hours-codec.ts';
import { hoursFrame, monthStartMs, utcMonth } from './levels.ts';

const columns = Uint8Array.from({ length: 5_000 }, (_, index) => (index * index) % 7);

test('block: what is sealed opens to the same', () => {
  const opened = openBlock(sealBlock(columns, SEAL_LEVEL));
  assert.ok(opened.ok);
  assert.deepEqual(Uint8Array.from(opened.value), columns);
});

test('block: every flipped bit and every missing byte is noticed', () => {
  const sound = sealBlock(columns, SEAL_LEVEL);
  for (let at = 0; at < sound.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = sound.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      assert.equal(openBlock(flipped).ok, false, `bit ${bit} of byte ${at}`);
    }
    assert.equal(openBlock(sound.subarray(0, at)).ok, false, `${at} bytes`);
  }
});

test('block: the message says what was expected and what was found', () => {
  const sound = sealBlock(columns, SEAL_LEVEL);
  sound[0] = 2;
  assert.deepEqual(openBlock(sound), {
    ok: false,
    fault: { code: 'store/block', message: 'format version 1 expected, found 2' },
  });
});

test('months: their number, start and hours fit each other', () => {
  for (const [text, hours] of [
    ['1969-12-01', 744],
    ['1970-01-01', 744],
    ['2024-02-01', 696],
    ['2025-02-01', 672],
    ['2026-12-01', 744],
  ] as const) {
    const startMs = Date.parse(text);
    const month = utcMonth(startMs);
    assert.equal(monthStartMs(month), startMs);
    assert.equal(utcMonth(startMs - 1), month - 1);
    assert.equal(hoursFrame(month).count, hours);
    const decoded = decodeMonth(encodeMonth(emptyMonth(month)), month);
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.value, emptyMonth(month));
  }
  assert.equal(decodeMonth(new Uint8Array(5), 0).ok, false);
});
