import { command } from '../command.ts';
import { anyMap, field, namedMap, namedMapAmongOthers, optional, struct, text, whole } from '../wire-type.ts';

/** Operating system. Source: Zephyr, SMP group 0. */
export const OS_GROUP = 0;

const group = OS_GROUP;
const nothing = struct({});

/** Answers with the text it was sent: shows that somebody is there. */
export const osEcho = command({
  name: 'os echo',
  doc: 'Answers with the text it was sent: shows that somebody is there.',
  ...{ group, id: 0, operation: 'write' },
  request: { text: field('d', text, 'What is to come back') },
  reply: struct({ text: field('r', text, 'What came') }),
});

const task = struct({
  priority: field('prio', whole, 'Priority; a lower one runs first'),
  id: field('tid', whole, 'Number of the task'),
  state: field('state', whole, 'State bits of the kernel'),
  stackUsedWords: optional('stkuse', whole, 'Most of the stack ever used, in words of 4 bytes'),
  stackSizeWords: optional('stksiz', whole, 'Size of the stack, in words of 4 bytes'),
  contextSwitches: optional('cswcnt', whole, 'How often it was switched to'),
  runTicks: optional('runtime', whole, 'How long it ran, in ticks of the kernel'),
});

/** Lists the tasks with what they use. */
export const osTaskStatistics = command({
  name: 'os taskstat',
  doc: 'Lists the tasks with what they use.',
  ...{ group, id: 2, operation: 'read' },
  request: {},
  reply: struct({ tasks: field('tasks', namedMap(task), 'Each task by its name') }),
});

const pool = struct({
  blockSizeBytes: field('blksiz', whole, 'Size of a block'),
  blocks: field('nblks', whole, 'Blocks there are'),
  freeBlocks: field('nfree', whole, 'Blocks free now'),
  freeBlocksMin: field('min', whole, 'Fewest that were ever free'),
});

/** Lists the memory pools with what is free. */
export const osPoolStatistics = command({
  name: 'os mpstat',
  doc: 'Lists the memory pools with what is free.',
  ...{ group, id: 3, operation: 'read' },
  request: {},
  reply: namedMapAmongOthers(pool),
});

/** Asks the device for its date and time. */
export const osReadTime = command({
  name: 'os datetime read',
  doc: 'Asks the device for its date and time.',
  ...{ group, id: 4, operation: 'read' },
  request: {},
  reply: struct({ time: field('datetime', text, '`yyyy-MM-ddTHH:mm:ss.SSSSSS`, and a zone where known') }),
});

/** Sets the date and time of the device. */
export const osWriteTime = command({
  name: 'os datetime write',
  doc: 'Sets the date and time of the device.',
  ...{ group, id: 4, operation: 'write' },
  request: { time: field('datetime', text, '`yyyy-MM-ddTHH:mm:ss.SSSSSS`, and a zone') },
  reply: nothing,
});

/** Starts the device anew, shortly after it answered. */
export const osReset = command({
  name: 'os reset',
  doc: 'Starts the device anew, shortly after it answered.',
  isRepeatable: false,
  ...{ group, id: 5, operation: 'write' },
  request: {
    force: optional('force', whole, '1: even where the application would rather not'),
    bootMode: optional('boot_mode', whole, 'What the boot loader is told; 0 for an ordinary start'),
  },
  reply: nothing,
});

/** Says how long a frame may be, and how many may wait. */
export const osParameters = command({
  name: 'os mcumgr params',
  doc: 'Says how long a frame may be, and how many may wait.',
  ...{ group, id: 6, operation: 'read' },
  request: {},
  reply: struct({
    bufferBytes: field('buf_size', whole, 'Longest frame, header included, in bytes'),
    buffers: field('buf_count', whole, 'Frames it can hold; one of them is for the answer'),
  }),
});

/** Says what runs, as `uname` does. */
export const osInfo = command({
  name: 'os info',
  doc: 'Says what runs, as `uname` does.',
  ...{ group, id: 7, operation: 'read' },
  request: {
    format: optional(
      'format',
      text,
      'Letters of what is wanted: `s` kernel, `n` node, `r` release, `v` version, `b` build time, `m` machine, `p` processor, `i` platform, `o` system, `a` all',
    ),
  },
  reply: struct({ output: field('output', text, 'What was asked for, with spaces between') }),
});

/** Says which boot loader there is; with `query`, answers a question to it (MCUboot knows `mode`). */
export const osBootloaderInfo = command({
  name: 'os bootloader info',
  doc: 'Says which boot loader there is; with `query`, answers a question to it (MCUboot knows `mode`).',
  ...{ group, id: 8, operation: 'read' },
  request: { query: optional('query', text, 'The question; without it, the name is answered') },
  reply: anyMap,
});
