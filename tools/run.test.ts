import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'kilowink-run-'));
after(() => rmSync(folder, { recursive: true }));

/** A tree in which everything is installed already, so that nothing is fetched. */
function installedTree(): string {
  const root = join(folder, 'tree');
  const bin = join(root, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(root, 'tools'));
  copyFileSync(join(import.meta.dirname, 'run.cjs'), join(root, 'tools/run.cjs'));
  symlinkSync(process.execPath, join(bin, 'node'));
  writeFileSync(join(root, 'package-lock.json'), '{}');
  const mark = createHash('sha256').update('{}').update(process.platform).update(process.arch).digest('hex');
  writeFileSync(join(root, 'node_modules/.kilowink-installed'), mark);
  const told =
    '{ pid: process.pid, cwd: process.cwd(), args: process.argv.slice(2), cache: process.env.NODE_COMPILE_CACHE }';
  writeFileSync(join(root, 'told.cjs'), `console.log(JSON.stringify(${told})); process.exitCode = 7;`);
  return root;
}

test('a command takes the place of the script that starts it', { skip: process.execve === undefined }, () => {
  const root = installedTree();
  const { pid, status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'tools/run.cjs'), 'exec', 'told.cjs', 'a', 'b c'],
    { encoding: 'utf8', env: { ...process.env, INIT_CWD: folder, NODE_COMPILE_CACHE: undefined } },
  );
  assert.equal(stderr, '');
  const cache = join(root, 'node_modules/.cache/kilowink');
  assert.deepEqual(JSON.parse(stdout), { pid, cwd: folder, args: ['a', 'b c'], cache });
  assert.equal(status, 7);
});
