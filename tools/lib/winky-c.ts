import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import {
  createMinuteRing,
  createSchedule,
  decideWake,
  learnCycle,
  learnSleep,
  type ScheduleOptions,
  sleepSeconds,
} from '@kilowink/sim/winky';
import { C_WARNINGS } from './core-c.ts';

const CORE = join(import.meta.dirname, '../../firmware/core');

/** Builds the gateway's parts with `test/winky_host.c`; what is wrong, or null. */
export function buildWinkyC(program: string): string | null {
  const files = [...globSync('src/winky_*.c', { cwd: CORE }), ...globSync('src/tic*.c', { cwd: CORE })];
  const sources = [...files, 'test/winky_host.c'].map((file) => join(CORE, file));
  const flags = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const include = ['-D_POSIX_C_SOURCE=200809L', `-I${join(CORE, 'include')}`];
  const compiler = process.env['CC'] ?? 'gcc';
  const built = spawnSync(compiler, [...C_WARNINGS, ...flags, ...include, ...sources, '-o', program]);
  return built.status === 0 ? null : String(built.error ?? built.stderr);
}

/** What the C parts say to each line; `test/winky_host.c` tells what lines there are. */
export function askWinkyC(program: string, lines: readonly string[]): string[] {
  const input = `${lines.join('\n')}\n`;
  const { status, stdout, stderr } = spawnSync(program, { input, maxBuffer: 1 << 28 });
  if (status !== 0) return [`exit ${status}: ${stderr}`];
  return String(stdout).split('\n').slice(0, -1);
}

/** What the TypeScript twin says to the same lines, of schedule and minutes. */
export function askWinkyTs(lines: readonly string[]): string[] {
  let options: ScheduleOptions | undefined;
  let state = createSchedule();
  let ring = createMinuteRing();
  const asked: Readonly<Record<string, (numbers: readonly number[]) => string>> = {
    options([stopMv = 0, fullMv = 0, marginMv = 0, sleepSMin = 0, sleepSMax = 0]) {
      options = { stopMv, fullMv, marginMv, sleepSMin, sleepSMax, awaySleepS: sleepSMin };
      state = createSchedule();
      return `${state.costMv} ${state.gainUvPerS}`;
    },
    sleep([beforeMv = 0, afterMv = 0, sleptS = 0]) {
      if (options !== undefined) learnSleep(state, options, { beforeMv, afterMv, sleptS });
      return `${state.costMv} ${state.gainUvPerS}`;
    },
    cycle([beforeMv = 0, afterMv = 0]) {
      learnCycle(state, { beforeMv, afterMv });
      return `${state.costMv} ${state.gainUvPerS}`;
    },
    decide: ([nowMv = 0]) => (options === undefined ? '' : decideWake(state, options, nowMv)),
    seconds: ([nowMv = 0]) => (options === undefined ? '' : String(sleepSeconds(state, options, nowMv))),
    minutes() {
      ring = createMinuteRing();
      return 'ok';
    },
    add([uptimeS = 0, powerVa = 0]) {
      ring.add(uptimeS, powerVa);
      return String(ring.oldest);
    },
    read([minute = 0]) {
      const [found] = ring.read(minute, minute + 1);
      return found == null ? '-' : `${found.minVa} ${found.meanVa} ${found.maxVa}`;
    },
  };
  return lines.map((line) => {
    const [word = '', ...numbers] = line.split(' ');
    return asked[word]?.(numbers.map(Number)) ?? '?';
  });
}
