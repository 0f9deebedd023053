import { equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Workplace } from './testing.ts';

describe('kilowink', { concurrency: true }, () => {
  it('prints its version', async () => {
    using place = new Workplace();
    const { stdout, exitCode } = await place.run('--version');
    match(stdout, /^\d+\.\d+\.\d+\n$/);
    equal(exitCode, 0);
  });

  it('help names every command and every option says what it means', async () => {
    using place = new Workplace();
    const { stdout, exitCode } = await place.run('--help');
    equal(exitCode, 0);
    for (const command of ['serve', 'import', 'export', 'sim', 'config'])
      match(stdout, new RegExp(`^ {2}${command}`, 'm'));
    match((await place.run('import', '--help')).stdout, /sceaux-minute/);
    match((await place.run('sim', 'blink', '--help')).stdout, /CC BY 4\.0/);
  });

  it('says nothing when its reader has gone', () => {
    const main = join(import.meta.dirname, 'main.ts');
    const script = '{ "$0" "$@"; echo "$?" >&2; } | true';
    const { stderr } = spawnSync('sh', ['-c', script, process.execPath, main, '--help'], {
      encoding: 'utf8',
    });
    equal(stderr, '0\n');
  });

  it('wrong use is one line and exit code 2', async () => {
    using place = new Workplace();
    for (const args of [
      ['fly'],
      ['import'],
      ['sim', 'blink'],
      ['sim', 'blink', '--to', 'ftp://x'],
      ['export', '--what'],
    ]) {
      const { exitCode, stderr } = await place.run(...args);
      equal(exitCode, 2, args.join(' '));
      match(stderr, /^kilowink: /);
    }
  });
});
