import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Workplace } from '../testing.ts';

test('users of the broker are added, listed and removed; the password is shown once', async () => {
  using place = new Workplace();
  const data = ['-d', place.data];
  const added = await place.run('mqtt', 'user', 'add', 'winky-cellar', '--topic', 'tele/x/SENSOR', ...data);
  assert.equal(added.exitCode, 0, added.stderr);
  assert.match(added.stdout, /^[\w-]{24}\n$/);
  const again = await place.run('mqtt', 'user', 'add', 'winky-cellar', ...data);
  assert.match(again.stderr, /There is a user winky-cellar already/);
  assert.equal((await place.run('mqtt', 'user', 'add', 'home', '--all', ...data)).exitCode, 0);
  const listed = await place.run('mqtt', 'user', 'list', ...data);
  assert.match(listed.stdout, /winky-cellar +its own topics, tele\/x\/SENSOR.*\nhome +everything/);
  assert.ok(!listed.stdout.includes(added.stdout.trim()));
  assert.notEqual((await place.run('mqtt', 'user', 'add', 'a/b', ...data)).exitCode, 0);
  assert.equal((await place.run('mqtt', 'user', 'remove', 'home', ...data)).exitCode, 0);
  const left = JSON.parse((await place.run('mqtt', 'user', 'list', '--json', ...data)).stdout);
  assert.deepEqual(
    left.map(({ name }: { name: string }) => name),
    ['winky-cellar'],
  );
});
