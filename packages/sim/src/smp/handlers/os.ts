import {
  osBootloaderInfo,
  osEcho,
  osInfo,
  osParameters,
  osPoolStatistics,
  osReadTime,
  osReset,
  osTaskStatistics,
  osWriteTime,
} from '@kilowink/core/smp';
import { refuse } from '../context.ts';
import { done } from '../operation.ts';
import { handler } from './handler.ts';

const FORMATS: Readonly<Record<string, string>> = {
  s: 'Zephyr',
  n: 'kilowink-sim',
  r: '4.2.0',
  v: 'v4.2.0',
  b: 'Sun Mar 29 00:59:55 2026',
  m: 'arm',
  p: 'cortex-m4',
  i: 'simulated',
  o: 'Zephyr',
};

const task = { priority: 0, id: 0, state: 64, stackUsedWords: 100, stackSizeWords: 512, contextSwitches: 9 };

/** What the device does for commands of the system. */
export const OS_HANDLERS = [
  handler(osEcho, (_, { text }) => done({ text })),
  handler(osTaskStatistics, (device) => {
    const tasks = new Map([
      ['idle', { ...task, priority: 15, runTicks: Math.round(device.uptimeMs()) }],
      ['mcumgr smp', { ...task, priority: 3, id: 1, state: 128, runTicks: device.requests }],
    ]);
    return done({ tasks });
  }),
  handler(osPoolStatistics, ({ options }) => {
    const blocks = options.buffers ?? 4;
    const blockSizeBytes = options.bufferBytes ?? 1_024;
    return done(new Map([['smp', { blockSizeBytes, blocks, freeBlocks: blocks - 1, freeBlocksMin: 0 }]]));
  }),
  handler(osReadTime, (device) => {
    if (device.clockOffsetMs === null) return done(refuse(0, 4));
    const atMs = device.clockOffsetMs + device.uptimeMs();
    return done({ time: new Date(atMs).toISOString().replace('Z', '000') });
  }),
  handler(osWriteTime, (device, { time }) => {
    const atMs = Date.parse(/[Z+]/.test(time) ? time : `${time}Z`);
    if (Number.isNaN(atMs)) return done(refuse(null, 3));
    device.clockOffsetMs = atMs - device.uptimeMs();
    return done({});
  }),
  handler(osReset, (device) => {
    device.restart();
    return done({});
  }),
  handler(osParameters, ({ options }) =>
    done({ bufferBytes: options.bufferBytes ?? 1_024, buffers: options.buffers ?? 4 }),
  ),
  handler(osInfo, (_, { format = 's' }) => {
    const letters = format.includes('a')
      ? Object.keys(FORMATS)
      : Object.keys(FORMATS).filter((each) => format.includes(each));
    const isKnown = [...format].every((letter) => letter === 'a' || letter in FORMATS);
    if (!isKnown || letters.length === 0) return done(refuse(0, 2));
    return done({ output: letters.map((letter) => FORMATS[letter]).join(' ') });
  }),
  handler(osBootloaderInfo, (_, { query }) => {
    if (query === undefined) return done(new Map([['bootloader', 'MCUboot']]));
    return done(query === 'mode' ? new Map([['mode', 1]]) : refuse(0, 3));
  }),
];
