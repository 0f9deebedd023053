'use strict';
// What is needed besides npm packages: with root on Debian or Ubuntu it is installed, else it is named and nothing starts.
// Nothing is skipped in silence. It is written for any Node that can run npm 10, because the project's own Node needs it.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

/** The project's Node is linked with it, and a small Debian or Ubuntu does not have it. */
const toRun = [
  {
    package: 'libatomic1',
    what: 'the Node that runs Kilowink',
    present: () => hasLibrary('libatomic.so.1'),
  },
];

const toTest = [
  { package: 'chromium', what: 'the browser tests', present: () => browser() !== undefined },
  {
    package: 'fonts-dejavu-core',
    what: 'text in the browser',
    present: () => hasFile('/usr/share/fonts', /\.ttf$/),
  },
  {
    package: 'faketime',
    what: 'the tests of a clock that is set while the server runs',
    present: () => hasFile('/usr/lib', /^libfaketime\.so\.1$/, 2),
  },
  { package: 'gcc', what: 'the tests of the C code', present: () => isOnPath('gcc') },
  {
    package: 'libc6-dev',
    what: 'the tests of the C code',
    present: () => fs.existsSync('/usr/include/stdio.h'),
  },
  { package: 'cppcheck', what: 'the checks of the C code', present: () => isOnPath('cppcheck') },
  {
    package: 'gcc-arm-none-eabi',
    what: 'the size of the C code on a Cortex-M0+',
    present: () => isOnPath('arm-none-eabi-gcc'),
  },
  {
    package: 'libnewlib-arm-none-eabi',
    what: 'the headers of that C code',
    present: () => compiles('arm-none-eabi-gcc', 'string.h'),
  },
  { package: 'mosquitto', what: 'the tests against a real broker', present: () => isOnPath('mosquitto') },
  { package: 'ngspice', what: 'the check of the energy simulator', present: () => isOnPath('ngspice') },
  { package: 'openscad', what: 'the check of the sensor’s case', present: () => isOnPath('openscad') },
  { package: 'socat', what: 'pairs of serial ports', present: () => isOnPath('socat') },
];

/** Debian puts daemons where an ordinary user's PATH does not look. */
function folders() {
  return [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'].filter((at) => at !== '');
}

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function find(program) {
  return folders()
    .map((folder) => path.join(folder, program))
    .find(isProgram);
}

function isOnPath(program) {
  return find(program) !== undefined;
}

function hasFile(folder, name, depth = 8) {
  let entries = [];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return false;
  }
  if (entries.some((entry) => !entry.isDirectory() && name.test(entry.name))) return true;
  const below = depth > 0 ? entries.filter((entry) => entry.isDirectory()) : [];
  return below.some((entry) => hasFile(path.join(folder, entry.name), name, depth - 1));
}

function compiles(compiler, header) {
  const args = ['-E', '-include', header, '-x', 'c', '/dev/null'];
  return spawnSync(compiler, args, { stdio: 'ignore' }).status === 0;
}

/** Whether programs find the library. Where it cannot be asked, it is taken to be there: Node says so itself if not. */
function hasLibrary(name) {
  if (process.platform !== 'linux' || process.env.LD_LIBRARY_PATH !== undefined) return true;
  const env = { ...process.env, PATH: folders().join(path.delimiter) };
  const { status, stdout } = spawnSync('ldconfig', ['-p'], { env, encoding: 'utf8' });
  return status !== 0 || stdout.includes(`${name} `);
}

/** The browser of the tests: the one that `CHROMIUM` names, or what the system has. Ubuntu's own is a snap. */
function browser() {
  const named = process.env.CHROMIUM;
  if (named !== undefined) return isProgram(named) ? named : undefined;
  return ['chromium', 'google-chrome', 'google-chrome-stable'].map(find).find((file) => file !== undefined);
}

/** Whether the system's lists say where to get it. Without lists it is tried. */
function isOffered(name) {
  const env = { ...process.env, LC_ALL: 'C' };
  const { stdout } = spawnSync('apt-cache', ['policy', name], { env, encoding: 'utf8' });
  return !/Candidate: \(none\)/.test(stdout ?? '');
}

function install(names) {
  process.stderr.write('Installing Debian packages …\n');
  aptGet('update');
  // One that this system does not have must not keep the others away.
  aptGet('install', ...names.filter(isOffered));
}

function aptGet(...args) {
  // A machine that has just been started often installs something of its own: its turn is waited for.
  const options = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300', '--no-install-recommends'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', [...options, ...args], { stdio: ['ignore', 2, 2], env });
}

function missing(needs) {
  return needs.filter((need) => !need.present());
}

/** Installs what of `needs` is missing, or names it and ends the process. */
function provide(needs) {
  if (missing(needs).length > 0 && process.getuid?.() === 0 && isOnPath('apt-get')) {
    install(missing(needs).map((need) => need.package));
  }
  const left = missing(needs);
  if (left.length === 0) return;
  for (const need of left) process.stderr.write(`Missing: ${need.package}, for ${need.what}.\n`);
  const names = left.map((need) => need.package);
  const offered = names.filter(isOffered);
  if (offered.length > 0) process.stderr.write(`Install with: sudo apt-get install ${offered.join(' ')}\n`);
  if (names.includes('chromium') && !offered.includes('chromium')) {
    process.stderr.write(
      'This system has no package chromium. Install Google Chrome, or name a browser of its kind:\n',
    );
    process.stderr.write('  CHROMIUM=/path/to/browser npm test\n');
  }
  process.exit(1);
}

module.exports = { browser, provide, toRun, toTest };
