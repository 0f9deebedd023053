import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
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

function copyScripts(root: string): void {
  mkdirSync(join(root, 'tools'), { recursive: true });
  for (const name of ['run.cjs', 'debian-packages.cjs', 'install-packages.cjs']) {
    copyFileSync(join(import.meta.dirname, name), join(root, 'tools', name));
  }
}

/** A tree in which everything is installed already, so that nothing is fetched. */
function installedTree(name: string): string {
  const root = join(folder, name);
  const bin = join(root, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  copyScripts(root);
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
  const root = installedTree('tree');
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

/** Runs a command in a fresh clone, on a machine whose programs are found nowhere and whose libraries are `libraries`. */
function runOnBareMachine(
  command: string,
  libraries: string,
): { told: string; status: number; root: string } {
  const root = mkdtempSync(join(folder, 'bare-'));
  const bin = join(root, 'bin');
  mkdirSync(bin);
  copyScripts(root);
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(join(bin, 'ldconfig'), `#!/bin/sh\necho '${libraries}'\n`, { mode: 0o755 });
  const env = { PATH: bin };
  const script = join(root, 'tools/run.cjs');
  const { status, stderr } = spawnSync(process.execPath, [script, command], { encoding: 'utf8', env });
  return { told: stderr, status: status ?? -1, root };
}

test('a library that Node lacks is named before anything is fetched', {
  skip: process.platform !== 'linux',
}, () => {
  const { told, status, root } = runOnBareMachine('start', 'libc.so.6 (libc6,x86-64) => /lib/libc.so.6');
  assert.equal(
    told,
    'Missing: libatomic1, for the Node that runs Kilowink.\nInstall with: sudo apt-get install libatomic1\n',
  );
  assert.equal(status, 1);
  assert.equal(existsSync(join(root, 'node_modules')), false);
});

test('where the library is, packages are fetched', { skip: process.platform !== 'linux' }, () => {
  const { told, status } = runOnBareMachine('start', 'libatomic.so.1 (libc6) => /lib/libatomic.so.1');
  assert.match(told, /^Installing the packages .*\nSetting up stopped: npm ci did not succeed/);
  assert.equal(status, 1);
});

test('an optional package for this machine that npm left out is named, and asked for again', {
  skip: process.platform !== 'linux',
}, () => {
  const root = mkdtempSync(join(folder, 'left-out-'));
  const bin = join(root, 'bin');
  mkdirSync(bin);
  copyScripts(root);
  const forThis = { optional: true, os: [process.platform], cpu: [process.arch] };
  const packages = {
    'packages/link': { optionalDependencies: { radio: '1.0.0' } },
    'node_modules/bundler-here': forThis,
    'node_modules/bundler-elsewhere': { ...forThis, cpu: ['mips'] },
  };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  writeFileSync(join(bin, 'ldconfig'), '#!/bin/sh\necho libatomic.so.1 there\n', { mode: 0o755 });
  // This is an npm as it ends when the registry gave it everything but those.
  const npm = `#!/bin/sh\n/bin/mkdir -p node_modules/.bin\n/bin/ln -sf ${process.execPath} node_modules/.bin/node\n`;
  writeFileSync(join(bin, 'npm'), npm, { mode: 0o755 });
  for (const _ of ['first', 'again']) {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/run.cjs'), 'start'], {
      encoding: 'utf8',
      env: { PATH: bin },
    });
    assert.match(stderr, /^Setting up stopped: npm left out radio, bundler-here\./m);
    assert.equal(status, 1);
  }
});

test('an update that takes away the Node that runs it is finished by the system’s', () => {
  const root = installedTree('updated');
  const own = join(root, 'node_modules/node/bin/node');
  mkdirSync(join(own, '..'), { recursive: true });
  copyFileSync(process.execPath, own);
  writeFileSync(join(root, 'package-lock.json'), '{ "packages": {} }');
  // This is an npm as far as files go: `ci` begins with none, and `rebuild` makes the program.
  const npm = join(folder, 'npm-cli.js');
  writeFileSync(
    npm,
    `const fs = require('node:fs');
    if (process.argv[2] === 'ci') fs.rmSync('node_modules', { recursive: true });
    fs.mkdirSync('node_modules/.bin', { recursive: true });
    if (process.argv[2] === 'rebuild') fs.symlinkSync(${JSON.stringify(process.execPath)}, 'node_modules/.bin/node');`,
  );
  const { status, stdout, stderr } = spawnSync(own, [join(root, 'tools/run.cjs'), 'exec', 'told.cjs'], {
    encoding: 'utf8',
    env: { PATH: join(process.execPath, '..'), npm_execpath: npm, npm_node_execpath: own, INIT_CWD: root },
  });
  assert.match(stderr, /^Installing the packages .*\n$/);
  assert.equal(JSON.parse(stdout).cwd, root);
  assert.equal(status, 7);
});

test('all that the tests lack is named at once', { skip: process.platform !== 'linux' }, () => {
  const { told, status } = runOnBareMachine('test', '');
  for (const name of ['libatomic1', 'chromium', 'gcc', 'cppcheck', 'ngspice', 'openscad', 'socat']) {
    assert.match(told, new RegExp(`^Missing: ${name}, for `, 'm'));
    assert.match(told, new RegExp(`^Install with: sudo apt-get install .*\\b${name}\\b`, 'm'));
  }
  assert.equal(status, 1);
});
