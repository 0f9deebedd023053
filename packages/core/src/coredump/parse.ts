import { crc32 } from '../bytes/crc32.ts';
import { type Fault, fault, ok, type Result } from '../error/index.ts';
import { type Registers, readRegisters } from './registers.ts';
import { type CoreDumpTarget, TARGETS } from './targets.ts';

/** A stretch of memory as it was. */
export interface MemoryRegion {
  readonly start: bigint;
  readonly end: bigint;
  readonly bytes: Uint8Array;
}

/** What a device left when it failed. */
export interface CoreDump {
  readonly target: CoreDumpTarget;
  readonly pointerBits: 32 | 64;
  readonly reason: number;
  /** In words: `kernel panic`. */
  readonly reasonText: string;
  /** Null where the processor is none whose registers are known here, or its block is of another version. */
  readonly registers: Registers | null;
  readonly memory: readonly MemoryRegion[];
  /** `right`: it carries a checksum, and that is right. `none`: it carries none. */
  readonly checksum: 'right' | 'none';
}

/** Why bytes are no core dump. */
export interface CoreDumpFault extends Fault {
  readonly code:
    | 'coredump/magic'
    | 'coredump/version'
    | 'coredump/size'
    | 'coredump/block'
    | 'coredump/checksum';
}

const HEADER_BYTES = 12;
const FLAG_CRC = 0x01;
const REASONS = ['CPU exception', 'spurious interrupt', 'stack overflow', 'kernel oops', 'kernel panic'];

/** Exception reasons of the Cortex-M, from 16 on. Source: Zephyr, `arch/arm/error.h`. */
const ARM_REASONS: Readonly<Record<number, string>> = {
  16: 'memory protection fault',
  17: 'memory protection fault while stacking',
  18: 'memory protection fault while unstacking',
  19: 'access that is not allowed',
  20: 'instruction fetch that is not allowed',
  21: 'memory protection fault of floating-point state',
  22: 'bus fault',
  23: 'bus fault while stacking',
  24: 'bus fault while unstacking',
  25: 'precise bus error',
  26: 'imprecise bus error',
  27: 'bus error at an instruction',
  28: 'bus fault of floating-point state',
  29: 'usage fault',
  30: 'stack overflow, as the processor saw it',
  31: 'unaligned access',
  32: 'division by zero',
  33: 'no such coprocessor',
  34: 'illegal value of the program counter',
  35: 'illegal state of the processor',
  36: 'undefined instruction',
};

function wrong(code: CoreDumpFault['code'], what: string) {
  return fault<CoreDumpFault>({ code, message: `core dump: ${what}` });
}

function reasonText(target: CoreDumpTarget, reason: number): string {
  const known = REASONS[reason] ?? (target === 'Cortex-M' ? ARM_REASONS[reason] : undefined);
  return known ?? `reason ${reason}`;
}

/** Reads a core dump in its binary form, as Zephyr's gdb server script does; never throws. */
export function parseCoreDump(bytes: Uint8Array): Result<CoreDump, CoreDumpFault> {
  if (bytes.length < HEADER_BYTES)
    return wrong('coredump/size', `expected a header, ${bytes.length} bytes came`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] !== 0x5a || bytes[1] !== 0x45) return wrong('coredump/magic', 'expected "ZE" at its start');
  const version = view.getUint16(2, true);
  if (version < 1 || version > 2)
    return wrong('coredump/version', `expected version 1 or 2, ${version} came`);
  const pointerBits = 2 ** (bytes[6] ?? 0);
  if (pointerBits !== 32 && pointerBits !== 64)
    return wrong('coredump/block', `expected pointers of 32 or 64 bits`);
  const target = TARGETS[view.getUint16(4, true)] ?? 'unknown';
  const blocks = new Blocks(view, pointerBits, target);
  const broken = blocks.readAll();
  if (broken !== null) return broken;
  const isPromised = ((bytes[7] ?? 0) & FLAG_CRC) !== 0;
  if (isPromised && !blocks.hasChecksum)
    return wrong('coredump/checksum', 'expected a checksum at its end, none came');
  const reason = view.getUint32(8, true);
  const { registers, memory } = blocks;
  const checksum = blocks.hasChecksum ? 'right' : 'none';
  return ok({
    target,
    pointerBits,
    reason,
    reasonText: reasonText(target, reason),
    registers,
    memory,
    checksum,
  });
}

class Blocks {
  registers: Registers | null = null;
  readonly memory: MemoryRegion[] = [];
  hasChecksum = false;
  readonly #view: DataView;
  readonly #pointerBytes: 4 | 8;
  readonly #target: CoreDumpTarget;
  #at = HEADER_BYTES;

  constructor(view: DataView, pointerBits: 32 | 64, target: CoreDumpTarget) {
    this.#view = view;
    this.#pointerBytes = pointerBits === 64 ? 8 : 4;
    this.#target = target;
  }

  /** Null when all are read. */
  readAll(): ReturnType<typeof wrong> | null {
    while (this.#at < this.#view.byteLength) {
      if (this.hasChecksum)
        return wrong('coredump/block', `expected the end at byte ${this.#at}, after the checksum`);
      const kind = String.fromCharCode(this.#view.getUint8(this.#at));
      const broken = this.#read(kind);
      if (broken !== null) return broken;
    }
    return null;
  }

  #read(kind: string): ReturnType<typeof wrong> | null {
    const { byteLength } = this.#view;
    const headBytes = { A: 5, T: 5, M: 3 + 2 * this.#pointerBytes, F: 9 + this.#pointerBytes, C: 7 }[kind];
    if (headBytes === undefined) {
      return wrong(
        'coredump/block',
        `expected a block at byte ${this.#at}, 0x${kind.charCodeAt(0).toString(16)} came`,
      );
    }
    const bodyAt = this.#at + headBytes;
    if (bodyAt > byteLength)
      return wrong('coredump/size', `expected the head of a block at byte ${this.#at}, it is cut short`);
    if (kind === 'C') return this.#checksum(bodyAt);
    const sizeBytes = kind === 'M' ? this.#memorySize() : this.#view.getUint16(this.#at + 3, true);
    if (sizeBytes < 0 || bodyAt + sizeBytes > byteLength) {
      return wrong(
        'coredump/size',
        `expected ${sizeBytes} bytes at byte ${bodyAt}, ${byteLength - bodyAt} are left`,
      );
    }
    const body = new Uint8Array(this.#view.buffer, this.#view.byteOffset + bodyAt, sizeBytes).slice();
    if (kind === 'A')
      this.registers = readRegisters(this.#target, this.#view.getUint16(this.#at + 1, true), body);
    if (kind === 'M')
      this.memory.push({ start: this.#pointer(3), end: this.#pointer(3 + this.#pointerBytes), bytes: body });
    this.#at = bodyAt + sizeBytes;
    return null;
  }

  #pointer(offset: number): bigint {
    const at = this.#at + offset;
    return this.#pointerBytes === 8
      ? this.#view.getBigUint64(at, true)
      : BigInt(this.#view.getUint32(at, true));
  }

  #memorySize(): number {
    return Number(this.#pointer(3 + this.#pointerBytes) - this.#pointer(3));
  }

  #checksum(endAt: number): ReturnType<typeof wrong> | null {
    const told = this.#view.getUint32(this.#at + 3, true);
    const has = crc32(new Uint8Array(this.#view.buffer, this.#view.byteOffset, this.#at));
    if (told !== has) {
      return wrong(
        'coredump/checksum',
        `expected CRC ${told.toString(16)}, it has ${has.toString(16)}: it was damaged on its way`,
      );
    }
    this.hasChecksum = true;
    this.#at = endAt;
    return null;
  }
}
