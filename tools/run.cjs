'use strict';
// The front door of every npm script. It is written for any Node that can run npm 10, because it runs before the
// project's own Node is installed: it installs what is missing, then hands over to that Node.
const { spawn, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const debian = require('./debian-packages.cjs');

const root = path.join(__dirname, '..');
const modules = path.join(root, 'node_modules');
const ownNode = path.join(modules, '.bin', process.platform === 'win32' ? 'node.exe' : 'node');
const marker = path.join(modules, '.kilowink-installed');

const [command, ...args] = process.argv.slice(2);

if (command === 'test') debian.provide([...debian.toRun, ...debian.toTest]);
installPackages();
switch (command) {
  case 'start':
    keepCompiled();
    run('tools/build-web.ts', ['--if-stale']);
    // A server lives for months on a small machine: a young generation of 1 MB instead of 16 and one heap of the C library
    // for all threads cost it next to nothing.
    process.env.MALLOC_ARENA_MAX = '1';
    // Said outright, the C library keeps to its first threshold: what a wide answer took goes back to the system after it.
    process.env.MALLOC_MMAP_THRESHOLD_ = '131072';
    handOver('packages/cli/src/main.ts', ['serve', ...args], ['--max-semi-space-size=1']);
    break;
  case 'test':
    process.env.CHROMIUM = debian.browser();
    handOver('tools/test.ts', args);
    break;
  case 'check':
    handOver('tools/test.ts', ['--check', ...args]);
    break;
  case 'exec':
    keepCompiled();
    handOver(args[0], args.slice(1));
    break;
  default:
    process.stderr.write(`run.cjs: expected start, test, check or exec, got ${command}\n`);
    process.exit(2);
}

function installPackages() {
  const wanted = fingerprint();
  if (fs.existsSync(ownNode) && readMarker() === wanted) return;
  debian.provide(debian.toRun);
  process.stderr.write('Installing the packages (once, or after an update) …\n');
  // Of all packages only Node needs its script. Those of others would compile what is there already, and npm 10 leaves out
  // an optional one that this machine cannot compile.
  npm('ci', '--ignore-scripts', '--no-fund', '--no-audit');
  npm('rebuild', 'node', '--no-ignore-scripts');
  if (!fs.existsSync(ownNode) || spawnSync(ownNode, ['--version']).status !== 0) {
    fail(
      'the package "node" has no program for this machine: its install script did not run, or there is none.',
      1,
    );
  }
  fs.writeFileSync(marker, wanted);
}

function npm(...args) {
  const own = process.env.npm_execpath;
  const [file, first] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []];
  const { status } = spawnSync(file, [...first, ...args, '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: cleanEnv(),
  });
  if (status !== 0) fail(`npm ${args[0]} did not succeed; its messages are above.`, status);
}

// npm hands its own settings to scripts as variables; a nested npm must read them afresh.
function cleanEnv() {
  const env = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^npm_(lifecycle|package|command)/.test(name)) env[name] = value;
  }
  return env;
}

function fingerprint() {
  const lock = fs.readFileSync(path.join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(process.platform).update(process.arch).digest('hex');
}

function readMarker() {
  try {
    return fs.readFileSync(marker, 'utf8');
  } catch {
    return '';
  }
}

// What was compiled once is kept. It must be said before the first of our files is loaded: a process that finds all of them
// kept never loads the compiler of TypeScript, which takes 15 MB and a tenth of a second.
function keepCompiled() {
  process.env.NODE_COMPILE_CACHE ??= path.join(modules, '.cache', 'kilowink');
}

function run(script, scriptArgs) {
  const result = spawnSync(ownNode, [path.join(root, script), ...scriptArgs], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status !== 0) process.exit(result.status === null ? 1 : result.status);
}

// The working folder stays the caller's, so that file names given to a command mean what the caller sees.
function handOver(script, scriptArgs, nodeArgs = []) {
  const cwd = command === 'exec' && process.env.INIT_CWD ? process.env.INIT_CWD : root;
  const given = [...nodeArgs, path.join(root, script), ...scriptArgs];
  // A process that only waits for a server takes 11 MB beside it, so where Node can, this one becomes the other.
  if (process.execve !== undefined && process.platform !== 'win32') {
    process.chdir(cwd);
    process.execve(ownNode, [ownNode, ...given]);
  }
  const child = spawn(ownNode, given, { cwd, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) =>
    process.exit(signal === null ? code : 128 + (signal === 'SIGTERM' ? 15 : 2)),
  );
}

function fail(message, status) {
  process.stderr.write(`Setting up stopped: ${message}\n`);
  process.exit(status || 1);
}
