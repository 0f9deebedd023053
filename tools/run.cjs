'use strict';
// The front door of every npm script. It is written for any Node that can run npm 10, because it runs before the
// project's own Node is installed: it installs what is missing, then hands over to that Node.
const { spawn, spawnSync } = require('node:child_process');
const path = require('node:path');
const debian = require('./debian-packages.cjs');
const { installPackages, modules, ownNode, root } = require('./install-packages.cjs');

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
