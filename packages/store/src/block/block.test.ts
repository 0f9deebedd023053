import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBlock, SEAL_LEVEL, sealBlock, sealPlainBlock } from './envelope.ts';
import { decodeMonth, emptyMonth, encodeMonth } from './hours-codec.ts';
import { hoursFrame, monthStartMs, utcMonth } from './levels.ts';

const columns = Uint8Array.from({ length: 5_000 }, (_, index) => (index * index) % 7);

const forms = { packed: sealBlock(columns, SEAL_LEVEL), plain: sealPlainBlock(columns.subarray(0, 500)) };

test('block: what is sealed opens to the same', () => {
  for (const [form, block] of Object.entries(forms)) {
    const opened = openBlock(block);
    assert.ok(opened.ok, form);
    assert.deepEqual(Uint8Array.from(opened.value), columns.subarray(0, form === 'plain' ? 500 : undefined));
  }
});

for (const [form, sound] of Object.entries(forms)) {
  test(`${form} block: every flipped bit and every missing byte is noticed`, () => {
    for (let at = 0; at < sound.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = sound.slice();
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        assert.equal(openBlock(flipped).ok, false, `bit ${bit} of byte ${at}`);
      }
      assert.equal(openBlock(sound.subarray(0, at)).ok, false, `${at} bytes`);
    }
  });
}

test('block: the message says what was expected and what was found', () => {
  const sound = sealBlock(columns, SEAL_LEVEL);
  sound[0] = 3;
  assert.deepEqual(openBlock(sound), {
    ok: false,
    fault: { code: 'store/block', message: 'format version 1 or 2 expected, found 3' },
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
