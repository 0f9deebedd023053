// What the tests need besides npm packages: with root on Debian or Ubuntu it is installed, else it is named and the
// tests do not start. Nothing is skipped in silence.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Need {
  readonly package: string;
  readonly what: string;
  readonly present: () => boolean;
}

const needs: readonly Need[] = [
  { package: 'chromium', what: 'the browser tests', present: () => onPath('chromium') },
  {
    package: 'fonts-dejavu-core',
    what: 'text in the browser',
    present: () => globSync('/usr/share/fonts/**/*.ttf').length > 0,
  },
  {
    package: 'faketime',
    what: 'the tests of a clock that is set while the server runs',
    present: () => globSync('/usr/lib/*/faketime/libfaketime.so.1').length > 0,
  },
  { package: 'gcc', what: 'the tests of the C code', present: () => onPath('gcc') },
  {
    package: 'libc6-dev',
    what: 'the tests of the C code',
    present: () => existsSync('/usr/include/stdio.h'),
  },
  { package: 'cppcheck', what: 'the checks of the C code', present: () => onPath('cppcheck') },
  {
    package: 'gcc-arm-none-eabi',
    what: 'the size of the C code on a Cortex-M0+',
    present: () => onPath('arm-none-eabi-gcc'),
  },
  { package: 'mosquitto', what: 'the tests against a real broker', present: () => onSbin('mosquitto') },
  { package: 'ngspice', what: 'the check of the energy simulator', present: () => onPath('ngspice') },
  { package: 'openscad', what: 'the check of the sensor’s case', present: () => onPath('openscad') },
  { package: 'socat', what: 'pairs of serial ports', present: () => onPath('socat') },
];

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Debian puts daemons where an ordinary user's PATH does not look. */
function onSbin(program: string): boolean {
  return onPath(program) || existsSync(join('/usr/sbin', program));
}

function missing(): readonly Need[] {
  return needs.filter((need) => !need.present());
}

function install(packages: readonly string[]): void {
  console.error(`Installing Debian packages: ${packages.join(' ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', ...packages],
  ]) {
    spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env });
  }
}

if (missing().length > 0 && process.getuid?.() === 0 && onPath('apt-get')) {
  install(missing().map((need) => need.package));
}
const left = missing();
if (left.length > 0) {
  for (const need of left) console.error(`Missing: ${need.package}, for ${need.what}.`);
  console.error(`Install it with: sudo apt-get install ${left.map((need) => need.package).join(' ')}`);
  process.exit(1);
}
