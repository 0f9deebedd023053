import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import Fastify from 'fastify';
import { answerWithProblems } from '../http/index.ts';
import { ADMIN_FILE, AdminSessions, addAdminRoutes, removeAdminPassword, setAdminPassword } from './index.ts';

const PASSWORD = 'correct horse';
const folder = mkdtempSync(join(tmpdir(), 'kilowink-admin-'));
let monotonicMs = 0;
const clock = { wallMs: () => 1_000, monotonicMs: () => monotonicMs };
const app = Fastify();
answerWithProblems(app, () => {});
const requireAdmin = addAdminRoutes(app, new AdminSessions(folder, clock));
app.post('/change', (request) => {
  requireAdmin(request);
  return { changed: true };
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
after(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

async function ask(path: string, init: RequestInit & { body?: string } = {}) {
  const headers = {
    ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...init.headers,
  };
  const response = await fetch(url + path, { ...init, headers });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, answer, cookie: response.headers.get('set-cookie') ?? '' };
}

const login = (password: string, headers: Record<string, string> = {}) =>
  ask('/api/v1/session', { method: 'POST', body: JSON.stringify({ password }), headers });
const change = (cookie: string, headers: Record<string, string> = {}) =>
  ask('/change', { method: 'POST', headers: { cookie: cookie.split(';')[0] ?? '', ...headers } });

test('without a password nobody changes anything, and is told how to set one', async () => {
  const refused = await change('');
  assert.deepEqual([refused.status, refused.answer['code']], [403, 'admin/no-password']);
  assert.match(String(refused.answer['detail']), /kilowink admin password/);
  assert.equal((await login(PASSWORD)).answer['code'], 'admin/no-password');
});

test('who knows the password may change things until they log out', async () => {
  await setAdminPassword(folder, { password: PASSWORD, nowMs: 1 });
  assert.equal(statSync(join(folder, ADMIN_FILE)).mode & 0o777, 0o600);
  assert.equal((await change('')).answer['code'], 'admin/login');
  const { cookie, answer } = await login(PASSWORD);
  assert.deepEqual(answer, { admin: true, passwordSet: true });
  assert.match(cookie, /HttpOnly; SameSite=Strict/);
  assert.deepEqual((await change(cookie)).answer, { changed: true });
  const state = await ask('/api/v1/session', { headers: { cookie: cookie.split(';')[0] ?? '' } });
  assert.equal(state.answer['admin'], true);
  await ask('/api/v1/session', { method: 'DELETE', headers: { cookie: cookie.split(';')[0] ?? '' } });
  assert.equal((await change(cookie)).status, 401);
});

test('a page of another site can not use the session', async () => {
  const { cookie } = await login(PASSWORD);
  assert.equal((await change(cookie, { origin: 'http://elsewhere.example' })).answer['code'], 'admin/origin');
  assert.equal((await change(cookie, { origin: url })).status, 200);
  assert.equal((await login(PASSWORD, { origin: 'null' })).answer['code'], 'admin/origin');
});

test('a session ends when it is not used, and when the password changes', async () => {
  const { cookie } = await login(PASSWORD);
  monotonicMs += 11 * 3_600_000;
  assert.equal((await change(cookie)).status, 200);
  monotonicMs += 13 * 3_600_000;
  assert.equal((await change(cookie)).status, 401);
  const other = await login(PASSWORD);
  await setAdminPassword(folder, { password: 'another horse', nowMs: 2 });
  assert.equal((await change(other.cookie)).status, 401);
  await setAdminPassword(folder, { password: PASSWORD, nowMs: 3 });
});

test('who guesses has to wait', async () => {
  for (let time = 0; time < 5; time += 1) assert.equal((await login(`wrong ${time}`)).status, 401);
  const waiting = await login(PASSWORD);
  assert.deepEqual([waiting.status, waiting.answer['code']], [429, 'admin/too-many-tries']);
  monotonicMs += 61_000;
  assert.equal((await login(PASSWORD)).status, 200);
});

test('a weak password is refused, a damaged file is told, a removed one lets nobody in', async () => {
  await assert.rejects(setAdminPassword(folder, { password: 'short', nowMs: 1 }), {
    code: 'admin/weak-password',
  });
  const { cookie } = await login(PASSWORD);
  removeAdminPassword(folder);
  assert.equal((await change(cookie)).answer['code'], 'admin/no-password');
  const { body } = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"pass":1}',
  });
  assert.match(await new Response(body).text(), /password/);
});
