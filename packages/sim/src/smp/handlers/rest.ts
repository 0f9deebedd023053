import {
  ENUMERATION_GROUP,
  GROUPS,
  groupsCount,
  groupsDetails,
  groupsList,
  groupsOne,
  SHELL_GROUP,
  STATISTICS_GROUP,
  shellExecute,
  statisticsList,
  statisticsRead,
} from '@kilowink/core/smp';
import { type DeviceContext, refuse } from '../context.ts';
import { done } from '../operation.ts';
import { handler } from './handler.ts';

const GROUP_NUMBERS = Object.keys(GROUPS).map(Number);

/** What the simulated shell knows: a line in, what it prints and returns out. */
function runShell(device: DeviceContext, words: readonly string[]): { output: string; exitCode: number } {
  const line = words.join(' ');
  if (line === 'kernel uptime')
    return { output: `Uptime: ${Math.round(device.uptimeMs())} ms\n`, exitCode: 0 };
  if (line === 'help') return { output: 'coredump  echo  help  kernel\n', exitCode: 0 };
  if (words[0] === 'echo') return { output: `${words.slice(1).join(' ')}\n`, exitCode: 0 };
  if (line === 'coredump print') {
    const log = device.options.coreDumpLog;
    return { output: log ?? 'No coredump found\n', exitCode: 0 };
  }
  return { output: `${words[0]}: command not found\n`, exitCode: -8 };
}

/** What the device does for counters, its shell and the list of groups. */
export const REST_HANDLERS = [
  handler(statisticsList, () => done({ names: ['smp'] })),
  handler(statisticsRead, (device, { name }) => {
    if (name !== 'smp') return done(refuse(STATISTICS_GROUP, 2));
    const counters = new Map([
      ['requests', device.requests],
      ['uptime_s', Math.floor(device.uptimeMs() / 1_000)],
    ]);
    return done({ name, counters });
  }),
  handler(shellExecute, (device, { words }) => {
    if (words.length === 0) return done(refuse(SHELL_GROUP, 3));
    if (words.join(' ').length > 256) return done(refuse(SHELL_GROUP, 2));
    return done(runShell(device, words));
  }),
  handler(groupsCount, () => done({ count: GROUP_NUMBERS.length })),
  handler(groupsList, () => done({ groups: GROUP_NUMBERS })),
  handler(groupsOne, (_, { index = 0 }) => {
    const group = GROUP_NUMBERS[index];
    if (group === undefined) return done(refuse(ENUMERATION_GROUP, 3));
    return done({ group, isLast: index === GROUP_NUMBERS.length - 1 });
  }),
  handler(groupsDetails, (_, { groups = GROUP_NUMBERS }) => {
    const known = groups.filter((group) => group in GROUPS);
    return done({ groups: known.map((group) => ({ group, name: GROUPS[group]?.name ?? '' })) });
  }),
];
