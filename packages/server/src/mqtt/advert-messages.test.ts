import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '@kilowink/core/bytes';
import fc from 'fast-check';
import { readVectors } from '../../../../vectors/read-vectors.ts';
import { type AdvertGateway, configSchema, GATEWAY_KINDS } from '../config/index.ts';
import { readAdvertMessage } from './advert-messages.ts';
import { captureLevels } from './topic-filter.ts';

interface Vector {
  name: string;
  kind: AdvertGateway['kind'];
  topic: string;
  payload: string;
  value: { gateway: string; advert: { data: string; [key: string]: unknown } } | null;
}

const { gateways } = configSchema.parse({}).bluetooth;

/** What the default mappings make of a message. */
function read({ kind, topic, payload }: Pick<Vector, 'kind' | 'topic' | 'payload'>) {
  const mapping = gateways.find((each) => each.kind === kind && captureLevels(topic, each.topic) !== null);
  assert.ok(mapping !== undefined, `${topic} is a topic of ${kind}`);
  const message = { topic, payload: new TextEncoder().encode(payload) };
  return readAdvertMessage(kind, message, captureLevels(topic, mapping.topic) ?? []);
}

for (const vector of readVectors<Vector>('vectors/advert/gateways.jsonl')) {
  test(`gateway vector: ${vector.name}`, () => {
    const found = read(vector);
    const shown =
      found === null ? null : { ...found, advert: { ...found.advert, data: toHex(found.advert.data) } };
    const { value } = vector;
    assert.deepEqual(shown, value === null ? null : { ...value, advert: { ...value.advert, phy: null } });
  });
}

test('any payload is read without failing', () => {
  const fields = fc.record(
    {
      id: fc.string(),
      manufacturerdata: fc.string({ unit: 'binary' }),
      rssi: fc.anything(),
      DetailsBLE: fc.anything(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...GATEWAY_KINDS),
      fc.oneof(
        fc.json(),
        fields.map((of) => JSON.stringify(of)),
      ),
      (kind, text) => {
        const message = { topic: 'a/b/BTtoMQTT/c', payload: new TextEncoder().encode(text) };
        const found = readAdvertMessage(kind, message, []);
        if (found !== null) assert.ok(found.advert.data.length > 0);
      },
    ),
    { numRuns: 1_000 },
  );
});
