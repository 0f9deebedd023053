import type { CoreDumpTarget } from './targets.ts';

/** The registers at the moment of the failure. */
export interface Registers {
  /** By name, in the order people read them. */
  readonly values: ReadonlyMap<string, number>;
  /** Where it failed. */
  readonly programCounter: number;
  readonly stackPointer: number;
  /** From where it was called, as far as the registers tell. */
  readonly returnAddress: number;
  /** Why, where the processor says: the Xtensa's exception cause. */
  readonly cause: string | null;
}

/** Order in the block of a Cortex-M. Source: Zephyr, `coredump` of the ARM architecture; the second half since version 2. */
const ARM = [
  'r0',
  'r1',
  'r2',
  'r3',
  'r12',
  'lr',
  'pc',
  'xpsr',
  'sp',
  'r4',
  'r5',
  'r6',
  'r7',
  'r8',
  'r9',
  'r10',
  'r11',
];
const ARM_SHOWN = ['pc', 'lr', 'sp', 'xpsr', ...Array.from({ length: 13 }, (_, index) => `r${index}`)];

const XTENSA_A = Array.from({ length: 16 }, (_, index) => `a${index}`);
const XTENSA_HEAD = ['pc', 'exccause', 'excvaddr', 'sar', 'ps'];
const XTENSA_LOOP = ['lbeg', 'lend', 'lcount'];

/** Exception causes. Source: Xtensa ISA reference manual, table of exception causes. */
const XTENSA_CAUSES: Readonly<Record<number, string>> = {
  0: 'illegal instruction',
  1: 'system call',
  2: 'instruction fetch error',
  3: 'load or store error',
  4: 'interrupt',
  5: 'register window to be moved',
  6: 'division by zero',
  8: 'privileged instruction',
  9: 'unaligned load or store',
  12: 'data error in an instruction fetch',
  13: 'data error in a load or store',
  14: 'address error in an instruction fetch',
  15: 'address error in a load or store',
  16: 'instruction not in the page table',
  18: 'privileged instruction fetch',
  20: 'instruction fetch that is prohibited',
  24: 'load or store not in the page table',
  26: 'privileged load or store',
  28: 'load that is prohibited',
  29: 'store that is prohibited',
  63: 'reason told by the kernel',
};

/** The registers of an architecture's block; null where they are not known here. */
export function readRegisters(target: CoreDumpTarget, version: number, block: Uint8Array): Registers | null {
  if (target === 'Cortex-M') return readArm(version, block);
  return target === 'Xtensa' ? readXtensa(block) : null;
}

function wordsOf(block: Uint8Array): number[] {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  return Array.from({ length: Math.floor(block.length / 4) }, (_, index) => view.getUint32(4 * index, true));
}

function readArm(version: number, block: Uint8Array): Registers | null {
  const count = version === 1 ? 9 : 17;
  const words = wordsOf(block);
  if (version < 1 || version > 2 || words.length < count) return null;
  const named = new Map(ARM.slice(0, count).map((name, index) => [name, words[index] ?? 0]));
  const values = new Map(
    ARM_SHOWN.flatMap((name) => (named.has(name) ? [[name, named.get(name) ?? 0]] : [])),
  );
  return {
    values,
    programCounter: values.get('pc') ?? 0,
    stackPointer: values.get('sp') ?? 0,
    // The lowest bit only says that Thumb code is returned to.
    returnAddress: ((values.get('lr') ?? 0) & ~1) >>> 0,
    cause: null,
  };
}

/** Which registers a chip has besides follows from how many there are. */
function xtensaNames(count: number): string[] | null {
  const names = [...XTENSA_HEAD];
  if (count === 22 || count === 25) names.push('scompare1');
  names.push(...XTENSA_A);
  if (count === 24 || count === 25) names.push(...XTENSA_LOOP);
  return names.length === count ? names : null;
}

function readXtensa(block: Uint8Array): Registers | null {
  const version = (block[1] ?? 0) + 256 * (block[2] ?? 0);
  const words = wordsOf(block.subarray(version >= 2 ? 4 : 3));
  const names = xtensaNames(words.length);
  if (names === null) return null;
  const values = new Map(names.map((name, index) => [name, words[index] ?? 0]));
  const cause = values.get('exccause') ?? 0;
  const counter = values.get('pc') ?? 0;
  const returns = values.get('a0') ?? 0;
  return {
    values,
    programCounter: counter,
    stackPointer: values.get('a1') ?? 0,
    // A windowed call keeps its size in the two highest bits; those of the code it returns to are the caller's own.
    returnAddress: ((returns & 0x3fffffff) | (counter & 0xc0000000)) >>> 0,
    cause:
      XTENSA_CAUSES[cause] ??
      (cause >= 32 && cause < 40 ? `coprocessor ${cause - 32} is off` : `cause ${cause}`),
  };
}
