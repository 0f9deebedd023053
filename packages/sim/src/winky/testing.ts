// For tests, and for tools that write vectors.
import { createMinuteRing } from './minute-ring.ts';
import {
  createSchedule,
  decideWake,
  learnCycle,
  learnSleep,
  type ScheduleOptions,
  sleepSeconds,
} from './scheduler.ts';

/** What schedule and minutes say to the lines of vectors/winky; firmware/core/test/winky_host.c tells what lines there are. */
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
