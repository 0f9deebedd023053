import {
  GROUPS,
  groupsDetails,
  groupsList,
  osEcho,
  osParameters,
  osPoolStatistics,
  osReadTime,
  osTaskStatistics,
  osWriteTime,
  shellExecute,
  statisticsList,
  statisticsRead,
  storageErase,
} from '@kilowink/core/smp';
import { refusalBehind } from '@kilowink/link/smp-client';
import { cliError } from '../errors.ts';
import { alignColumns, alignLabels, formatCount } from '../term/format.ts';
import { printAnswer, withClient } from './device.ts';
import type { DeviceOptions } from './options.ts';

/** `smp echo`: whether somebody is there, and how far away. */
export function echo(target: string, words: readonly string[], options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const reply = await client.request(osEcho, { text: words.join(' ') });
    const took = client.roundTripMs === null ? '' : `  (${client.roundTripMs.toFixed(1)} ms)`;
    printAnswer({ ...reply, roundTripMs: client.roundTripMs }, () => [`${reply.text}${took}`], options);
  });
}

/** `smp stat`: the groups of counters, or the counters of one. */
export function stat(target: string, name: string | undefined, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    if (name === undefined) {
      const { names } = await client.request(statisticsList, {});
      printAnswer(names, () => names, options);
      return;
    }
    const { counters } = await client.request(statisticsRead, { name });
    const rows = [...counters].map(([key, value]) => [key, formatCount(value)] as const);
    printAnswer(counters, () => alignLabels(rows), options);
  });
}

/** `smp tasks`: what runs, and how much of its stack it used. */
export function tasks(target: string, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const { tasks: all } = await client.request(osTaskStatistics, {});
    const head = ['task', 'priority', 'stack used', 'of', 'switches', 'ticks'];
    const rows = [...all].map(([name, task]) => [
      ...[/^(#\d+)?$/.test(name) ? '(no name)' : name, String(task.priority)],
      ...[bytesOf(task.stackUsedWords), bytesOf(task.stackSizeWords)],
      ...[countOf(task.contextSwitches), countOf(task.runTicks)],
    ]);
    printAnswer(all, () => alignColumns([head, ...rows]), options);
  });
}

function bytesOf(words: number | undefined): string {
  return words === undefined ? '' : `${formatCount(4 * words)} B`;
}

function countOf(count: number | undefined): string {
  return count === undefined ? '' : formatCount(count);
}

/** `smp pools`: what memory is left. */
export function pools(target: string, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const all = await client.request(osPoolStatistics, {});
    const head = ['pool', 'block', 'blocks', 'free', 'fewest free'];
    const rows = [...all].map(([name, pool]) => [
      ...[name, `${formatCount(pool.blockSizeBytes)} B`, formatCount(pool.blocks)],
      ...[formatCount(pool.freeBlocks), formatCount(pool.freeBlocksMin)],
    ]);
    printAnswer(all, () => alignColumns([head, ...rows]), options);
  });
}

/** `smp params`: how long a frame may be, and how many may wait. */
export function params(target: string, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const reply = await client.request(osParameters, {});
    const rows = [
      ['longest frame', `${formatCount(reply.bufferBytes)} bytes`],
      ['buffers', formatCount(reply.buffers)],
    ] as const;
    printAnswer(reply, () => alignLabels(rows), options);
  });
}

/** `smp time`: the device's clock, read or set to this machine's UTC. */
export function time(target: string, options: DeviceOptions & { readonly set?: boolean }): Promise<void> {
  return withClient(target, options, async (client) => {
    if (options.set === true) {
      await client.request(osWriteTime, { time: new Date().toISOString().replace('Z', '000+00:00') });
    }
    const reply = await client.request(osReadTime, {});
    printAnswer(reply, () => [reply.time], options);
  });
}

/** `smp groups`: which groups of commands the device knows. */
export function groups(target: string, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const detailed = await client.request(groupsDetails, {}).catch((error: unknown) => {
      if (refusalBehind(error) === null) throw error;
      return null;
    });
    const all =
      detailed?.groups ??
      (await client.request(groupsList, {})).groups.map((group) => ({ group, name: undefined }));
    const rows = all.map(({ group, name }) => [String(group), name ?? GROUPS[group]?.name ?? ''] as const);
    printAnswer(all, () => alignLabels(rows), options);
  });
}

/** `smp shell`: runs a command of the device’s shell; its exit code other than 0 is a failure here too. */
export function shell(target: string, words: readonly string[], options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const reply = await client.request(shellExecute, { words });
    const exitCode = reply.exitCode ?? reply.exitCodeOld ?? 0;
    printAnswer({ output: reply.output, exitCode }, () => [reply.output.replace(/\r?\n$/, '')], options);
    if (exitCode !== 0) throw cliError('smp/shell', { exitCode });
  });
}

/** `smp erase-storage`: forgets every setting. */
export function eraseStorage(
  target: string,
  options: DeviceOptions & { readonly yes?: boolean },
): Promise<void> {
  if (options.yes !== true) {
    throw cliError('cli/usage', { reason: 'this erases every setting of the device; --yes does it' });
  }
  return withClient(target, options, async (client) => {
    await client.request(storageErase, {});
    printAnswer({ erased: true }, () => ['its storage is erased'], options);
  });
}
