import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { addKey, KeyRing, removeKey } from '../keys/index.ts';
import { TurnKeys } from './turn-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-keys-'));
after(() => rmSync(folder, { recursive: true }));

const ID = '00112233445566aa';

test('a key counts from the next turn of the event loop on, and so does that it is gone', async () => {
  const keys = new TurnKeys(new KeyRing(folder, assert.fail));
  assert.equal(keys.find(ID), undefined);
  addKey(folder, { id: ID, name: 'Cellar' }, 0);
  await setImmediate();
  assert.equal(keys.find(ID)?.name, 'Cellar');
  removeKey(folder, ID);
  assert.equal(keys.find(ID)?.name, 'Cellar');
  await setImmediate();
  assert.equal(keys.find(ID), undefined);
});
