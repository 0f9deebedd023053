import { emptyTrailer, type Slot } from './flash.ts';
import type { Operation, Work } from './operation.ts';

/** How far a swap is; kept in flash, so that a power cut does not lose it. */
export interface SwapStatus {
  readonly kind: 'test' | 'permanent' | 'revert';
  readonly sectors: number;
  sector: number;
  /** Within the sector: 0 nothing, 1 the first slot's is in scratch, 2 the second's is in the first. */
  phase: 0 | 1 | 2;
  scratch: Uint8Array;
}

/** The flash of a device: two slots, and the state of a swap. */
export interface FlashState {
  readonly slots: readonly [Slot, Slot];
  swap: SwapStatus | null;
}

/** How fast the flash is. */
export interface FlashTimes {
  readonly eraseSectorMs: number;
  readonly writeSectorMs: number;
}

/**
 * What MCUboot does at a start: goes on with a swap that was interrupted, or begins the one that the trailers ask for, and
 * refuses an image whose hash is wrong. Every step can be interrupted; its source is only erased once its copy is whole.
 * Returns whether there is something to start.
 */
export function* boot(flash: FlashState, times: FlashTimes): Work<boolean> {
  yield { durationMs: 5 };
  flash.swap ??= wantedSwap(flash);
  if (flash.swap !== null) yield* swap(flash, flash.swap, times);
  yield { durationMs: 20 };
  return flash.slots[0].image !== null;
}

/** Source: MCUboot, design document, "Boot swap types". */
function wantedSwap({ slots }: FlashState): SwapStatus | null {
  const [first, second] = slots;
  const isWanted = second.trailer.magic;
  if (isWanted && second.image === null) {
    second.trailer = emptyTrailer();
    return null;
  }
  const mustRevert = first.trailer.magic && first.trailer.copyDone && !first.trailer.imageOk;
  if (!isWanted && (!mustRevert || second.image === null)) return null;
  const kind = isWanted ? (second.trailer.imageOk ? 'permanent' : 'test') : 'revert';
  const sectors = Math.max(first.usedSectors(), second.usedSectors());
  return { kind, sectors, sector: 0, phase: 0, scratch: new Uint8Array(0) };
}

function* swap(flash: FlashState, status: SwapStatus, times: FlashTimes): Work {
  const [first, second] = flash.slots;
  const durationMs = times.eraseSectorMs + times.writeSectorMs;
  while (status.sector < status.sectors) {
    const { sector } = status;
    if (status.phase === 0) {
      yield copy(durationMs, () => {
        status.scratch = first.sector(sector);
        status.phase = 1;
      });
    }
    if (status.phase === 1) {
      const into = () => {
        first.writeSector(sector, second.sector(sector));
        status.phase = 2;
      };
      yield { ...copy(durationMs, into), tear: () => first.tearSector(sector) };
    }
    const into = () => {
      second.writeSector(sector, status.scratch);
      status.sector += 1;
      status.phase = 0;
    };
    yield { ...copy(durationMs, into), tear: () => second.tearSector(sector) };
  }
  yield {
    durationMs: 2,
    apply: () => {
      const isOk = status.kind !== 'test';
      first.trailer = { magic: true, copyDone: true, imageOk: isOk };
      second.trailer = emptyTrailer();
      flash.swap = null;
    },
  };
}

function copy(durationMs: number, apply: () => void): Operation {
  return { durationMs, apply };
}
