import type { CoreDump, MemoryRegion } from './parse.ts';

/** What can be said of the thread that failed without knowing the firmware. */
export interface FailedThread {
  /** Where its structure lies. */
  readonly address: bigint;
  /** The text in it that looks like a name; null when none does. */
  readonly name: string | null;
  /** Bytes from the stack pointer to the end of the memory that holds it; null when that was not dumped. */
  readonly stackUsedBytes: number | null;
}

const NAME = /[A-Za-z_][\w .:/[\]-]{2,31}/g;

/**
 * The thread that failed: a minimal dump begins with its structure and goes on with its stack. Its name stands somewhere in
 * the structure, where only the firmware's own layout knows. Null when no memory was dumped.
 */
export function failedThread(dump: CoreDump): FailedThread | null {
  const structure = dump.memory[0];
  if (structure === undefined) return null;
  const pointer = BigInt(dump.registers?.stackPointer ?? -1);
  const stack = dump.memory.find(({ start, end }) => pointer >= start && pointer < end);
  return {
    address: structure.start,
    name: nameIn(structure),
    stackUsedBytes: stack === undefined ? null : Number(stack.end - pointer),
  };
}

function nameIn({ bytes }: MemoryRegion): string | null {
  // A structure is some hundred bytes; what is longer is other memory, with texts of every kind.
  if (bytes.length > 2_048) return null;
  const text = String.fromCharCode(...bytes.map((byte) => (byte >= 0x20 && byte < 0x7f ? byte : 0)));
  const names = [...text.matchAll(NAME)].filter((match) => text[match.index + match[0].length] === '\0');
  return names.map(([name]) => name).sort((left, right) => right.length - left.length)[0] ?? null;
}

/** Words on the stack that may be return addresses: those that lie near the program counter, nearest the top first. */
export function likelyReturns(dump: CoreDump, countMax = 8): number[] {
  const { registers, memory } = dump;
  if (registers === null || dump.pointerBits !== 32) return [];
  const pointer = BigInt(registers.stackPointer);
  const stack = memory.find(({ start, end }) => pointer >= start && pointer < end);
  if (stack === undefined) return [];
  const view = new DataView(stack.bytes.buffer, stack.bytes.byteOffset, stack.bytes.byteLength);
  const found: number[] = [];
  const first = Number(pointer - stack.start) & ~3;
  for (let at = first; at + 4 <= stack.bytes.length && found.length < countMax; at += 4) {
    const word = view.getUint32(at, true);
    if (isCode(word, registers.programCounter, dump.target)) found.push(word);
  }
  return found;
}

/** Within a megabyte of where it failed; odd on a Cortex-M, whose code is Thumb. */
function isCode(word: number, near: number, target: CoreDump['target']): boolean {
  if (target === 'Cortex-M') return (word & 1) === 1 && Math.abs(word - near) < 0x100000;
  return word >>> 30 !== 0 && Math.abs((word & 0x3fffffff) - (near & 0x3fffffff)) < 0x100000;
}
