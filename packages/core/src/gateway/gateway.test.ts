import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeCbor } from '../cbor/index.ts';
import { decodeGatewayMessage, encodeGatewayMessage, type GatewayMessage } from './index.ts';

const message: GatewayMessage = {
  ...{ boot: 3_000_000_000, sequence: 17, ageMs: 420, atMs: 1_795_000_000_123, state: 'incomplete' },
  groups: { ADSC: '811775123456', DATE: ['H261121030405', ''], NGTF: '      BASE      ', EAST: '000012345' },
  vitals: { capacitorMinMv: 3_700, rssiDbm: -71, bootReason: 'wake', firmware: '1.2.0' },
  past: { newest: 9, ageMs: 2_000, min: [100, null], mean: [150, null], max: [900, null] },
};

const bytesOf = (tree: unknown) => new TextEncoder().encode(JSON.stringify(tree));
const least = { v: 1, boot: 1, seq: 2, groups: { PAPP: '00450' } };

test('a message comes out as it went in, in both forms', () => {
  for (const form of ['json', 'cbor'] as const) {
    assert.deepEqual(decodeGatewayMessage(encodeGatewayMessage(message, form)), { ok: true, value: message });
  }
});

test('what may be left out is', () => {
  const decoded = decodeGatewayMessage(bytesOf(least));
  assert.ok(decoded.ok);
  assert.deepEqual(decoded.value, {
    ...{ boot: 1, sequence: 2, ageMs: 0, atMs: null, state: 'complete' },
    ...{ groups: { PAPP: '00450' }, vitals: null, past: null },
  });
  assert.equal(new TextDecoder().decode(encodeGatewayMessage(decoded.value)), JSON.stringify(least));
});

test('unknown fields are no fault', () => {
  assert.ok(decodeGatewayMessage(bytesOf({ ...least, colour: 'red' })).ok);
  assert.ok(decodeGatewayMessage(encodeCbor({ ...least, colour: [1] })).ok);
});

const wrong: readonly [string, unknown][] = [
  ['tic/message-form', []],
  ['tic/message-form', 'text'],
  ['tic/message-version', { ...least, v: 2 }],
  ['tic/message-field', { ...least, boot: -1 }],
  ['tic/message-field', { ...least, seq: 1.5 }],
  ['tic/message-field', { ...least, boot: undefined }],
  ['tic/message-field', { ...least, age: -1 }],
  ['tic/message-field', { ...least, at: 'now' }],
  ['tic/message-field', { ...least, state: 'torn' }],
  ['tic/message-field', { ...least, groups: [] }],
  ['tic/message-field', { ...least, groups: { PAPP: 450 } }],
  ['tic/message-field', { ...least, groups: { DATE: ['E'] } }],
  ['tic/message-field', { ...least, groups: { ABCDEFGHIJ: '1' } }],
  ['tic/message-field', { ...least, vitals: { rssiDbm: 'weak' } }],
  ['tic/message-field', { ...least, vitals: { firmware: 1 } }],
  ['tic/message-field', { ...least, past: { newest: 0, min: [1], mean: [1], max: [] } }],
  ['tic/message-field', { ...least, past: { newest: 0, min: [1, 1], mean: [1, 1], max: [1, 1] } }],
  ['tic/message-field', { ...least, past: { newest: 5, min: [-1], mean: [1], max: [1] } }],
];
for (const [code, tree] of wrong) {
  test(`${code}: ${JSON.stringify(tree)}`, () => {
    const decoded = decodeGatewayMessage(bytesOf(tree));
    assert.equal(decoded.ok ? 'taken' : decoded.fault.code, code);
  });
}

test('a whole number of CBOR beyond 2^53 is refused with what came', () => {
  for (const field of ['v', 'boot', 'at'] as const) {
    const decoded = decodeGatewayMessage(encodeCbor({ ...least, [field]: 2n ** 63n }));
    assert.match(decoded.ok ? 'taken' : decoded.fault.message, /9223372036854775808/);
  }
});

test('whatever bytes come, there is an answer', () => {
  const cbor = encodeGatewayMessage(message, 'cbor');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(cbor.length - 1), (noise, at) => {
      decodeGatewayMessage(noise);
      const spoilt = cbor.slice();
      spoilt.set(noise.subarray(0, cbor.length - at), at);
      const decoded = decodeGatewayMessage(spoilt);
      assert.ok(decoded.ok || decoded.fault.code.startsWith('tic/message-'));
    }),
  );
  assert.ok(!decodeGatewayMessage(new Uint8Array(40_000)).ok);
});
