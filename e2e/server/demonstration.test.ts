import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { operations } from '@kilowink/api';
import { type ServerProcess, startServerProcess } from '../lib/server-process.ts';

const home = mkdtempSync(join(tmpdir(), 'kilowink-demonstration-'));
after(() => rmSync(home, { recursive: true }));

/** What stands behind `name` in what the server prints as it starts. */
async function announced(server: ServerProcess, name: string): Promise<string> {
  for (;;) {
    const found = new RegExp(`^ +${name} +(\\S+)`, 'm').exec(server.output())?.[1];
    if (found !== undefined) return found;
    await wait(20);
  }
}

test('the demonstration lets its visitor in, and leaves nothing behind', { timeout: 120_000 }, async () => {
  const server = await startServerProcess(['--demo'], { XDG_CONFIG_HOME: home });
  const folder = await announced(server, 'data');
  assert.ok(existsSync(folder));
  const logIn = async (password: string) =>
    await fetch(`${server.url}${operations.openSession.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password }),
    });
  const password = await announced(server, 'password');
  assert.equal((await logIn(`${password}x`)).ok, false);
  assert.deepEqual(await (await logIn(password)).json(), { admin: true, passwordSet: true });
  await server.stop();
  assert.equal(existsSync(folder), false);
});
