import { type CborInput, type CborMap, decodeCbor, isCborMap } from '@kilowink/core/cbor';
import { assert } from '@kilowink/core/error';
import { formatVersion } from '@kilowink/core/image';
import { decodeFrame, encodeReply, OP, type SmpFrame } from '@kilowink/core/smp';
import type { EpochMs } from '@kilowink/core/time';
import { boot, type FlashState, type FlashTimes } from './boot-loader.ts';
import type { DeviceContext, Refused, UploadState } from './context.ts';
import { Slot } from './flash.ts';
import { type Handler, isRefused } from './handlers/handler.ts';
import { IMAGE_HANDLERS } from './handlers/image.ts';
import { OS_HANDLERS } from './handlers/os.ts';
import { REST_HANDLERS } from './handlers/rest.ts';
import { STORE_HANDLERS } from './handlers/store.ts';
import type { Operation, Work } from './operation.ts';
import type { DeviceOutput, SmpDeviceOptions, TimedPeer } from './options.ts';

const HANDLERS: readonly Handler[] = [...OS_HANDLERS, ...IMAGE_HANDLERS, ...STORE_HANDLERS, ...REST_HANDLERS];

/** Between an answer to a reset and the restart. */
const RESET_DELAY_MS = 250;

/** How long firmware that does not stay up lasts. */
const CRASH_AFTER_MS = 1_000;

/** What a device that was refused a frame, or lost one, counted. */
export interface DeviceCounters {
  requests: number;
  /** Frames for which there was no buffer. */
  dropped: number;
  /** Frames that were none. */
  rubbish: number;
  boots: number;
}

/**
 * A device with two image slots, MCUboot and an SMP server, on virtual time. It has the memory of one: frames beyond its
 * buffers are dropped, an upload that is under way is forgotten at a restart, and the flash is what a power cut leaves.
 */
export class SmpDevice implements TimedPeer {
  readonly counters: DeviceCounters = { requests: 0, dropped: 0, rubbish: 0, boots: 0 };
  readonly #options: SmpDeviceOptions;
  readonly #flash: FlashState;
  readonly #times: FlashTimes;
  readonly #storedSettings: Map<string, Uint8Array>;
  readonly #files: Map<string, Uint8Array>;
  #state: 'off' | 'booting' | 'running' | 'dead' = 'off';
  #nowMs: EpochMs;
  #runSinceMs: EpochMs = 0;
  #restartMs = Infinity;
  #work: Work<Uint8Array | null> | null = null;
  #operation: { readonly operation: Operation; readonly endMs: EpochMs } | null = null;
  #waiting: Uint8Array[] = [];
  #memory: { upload: UploadState | null; settings: Map<string, Uint8Array>; clockOffsetMs: number | null };

  constructor(options: SmpDeviceOptions) {
    const { slotBytes = 1_114_112, sectorBytes = 4_096, image } = options;
    this.#options = options;
    this.#times = options.flash ?? { eraseSectorMs: 1, writeSectorMs: 1 };
    this.#flash = {
      slots: [new Slot(slotBytes, sectorBytes), new Slot(slotBytes, sectorBytes)],
      swap: null,
    };
    this.#flash.slots[0].write(0, image);
    assert(this.#flash.slots[0].image !== null, 'a device starts with a whole image');
    this.#storedSettings = new Map(Object.entries(options.settings ?? {}));
    this.#files = new Map(Object.entries(options.files ?? {}));
    this.#memory = this.#freshMemory();
    this.#nowMs = options.startMs;
    this.powerOn(options.startMs);
  }

  get nextMs(): EpochMs {
    return Math.min(this.#operation?.endMs ?? Infinity, this.#restartMs);
  }

  /** Whether it answers. `dead`: there is nothing in its first slot that could be started. */
  get state(): 'off' | 'booting' | 'running' | 'dead' {
    return this.#state;
  }

  /** The slots, to look at. */
  get slots(): readonly [Slot, Slot] {
    return this.#flash.slots;
  }

  /** The version that runs or would; null when its first slot holds nothing whole. */
  get version(): string | null {
    const image = this.#flash.slots[0].image;
    return image === null ? null : formatVersion(image.version);
  }

  /** Whether a swap of the slots is under way, or was interrupted. */
  get isSwapping(): boolean {
    return this.#flash.swap !== null;
  }

  receive(atMs: EpochMs, frame: Uint8Array): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
    if (this.#state !== 'running') return;
    const { buffers = 4, bufferBytes = 1_024 } = this.#options;
    const taken = this.#waiting.length + (this.#work === null ? 0 : 1);
    if (taken >= Math.max(1, buffers - 1) || frame.length > bufferBytes) {
      this.counters.dropped += 1;
      return;
    }
    this.#waiting.push(frame);
    this.#next(this.#nowMs);
  }

  take(): readonly DeviceOutput[] {
    const atMs = this.nextMs;
    assert(atMs < Infinity, 'a device that only waits was asked to act');
    this.#nowMs = Math.max(this.#nowMs, atMs);
    if (this.#restartMs <= (this.#operation?.endMs ?? Infinity)) {
      this.cutPower(this.#restartMs);
      this.powerOn(this.#nowMs);
      return [];
    }
    this.#operation?.operation.apply?.();
    return this.#step(this.#nowMs);
  }

  /** The power goes: what is under way is torn, everything in memory lost. */
  cutPower(atMs: EpochMs): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
    this.#operation?.operation.tear?.();
    this.#operation = null;
    this.#work = null;
    this.#waiting = [];
    this.#restartMs = Infinity;
    this.#memory = this.#freshMemory();
    this.#state = 'off';
  }

  /** The power comes: it starts. */
  powerOn(atMs: EpochMs): void {
    if (this.#state !== 'off') return;
    this.#nowMs = Math.max(this.#nowMs, atMs);
    this.#state = 'booting';
    this.counters.boots += 1;
    this.#work = this.#boot();
    this.#step(this.#nowMs);
  }

  *#boot(): Work<null> {
    const isUp = yield* boot(this.#flash, this.#times);
    this.#state = isUp ? 'running' : 'dead';
    this.#runSinceMs = this.#nowMs;
    const staysUp = this.#options.staysUp?.(this.version ?? '') ?? true;
    if (isUp && !staysUp) this.#restartMs = this.#nowMs + CRASH_AFTER_MS;
    return null;
  }

  /** Goes on with the work until its next operation; its answer when it has ended. */
  #step(atMs: EpochMs): readonly DeviceOutput[] {
    this.#operation = null;
    const step = this.#work?.next();
    if (step === undefined) return [];
    if (step.done !== true) {
      this.#operation = { operation: step.value, endMs: atMs + step.value.durationMs };
      return [];
    }
    this.#work = null;
    this.#next(atMs);
    return step.value === null ? [] : [{ atMs, kind: 'frame', bytes: step.value }];
  }

  #next(atMs: EpochMs): void {
    if (this.#work !== null) return;
    const frame = this.#waiting.shift();
    if (frame === undefined) return;
    this.#work = this.#serve(frame);
    this.#step(atMs);
  }

  *#serve(bytes: Uint8Array): Work<Uint8Array | null> {
    yield { durationMs: this.#options.serviceMs ?? 1 };
    const frame = decodeFrame(bytes);
    if (!frame.ok || (frame.value.header.op !== OP.read && frame.value.header.op !== OP.write)) {
      this.counters.rubbish += 1;
      return null;
    }
    this.counters.requests += 1;
    return encodeReply(frame.value, yield* this.#answer(frame.value));
  }

  *#answer({ header, body }: SmpFrame): Work<CborInput> {
    if (header.version > (this.#options.version ?? 2)) return { rc: 13 };
    const handler = HANDLERS.find(
      ({ command }) =>
        command.group === header.group &&
        command.id === header.command &&
        (command.operation === 'write' ? OP.write : OP.read) === header.op,
    );
    if (handler === undefined || this.#options.unknownCommands?.includes(handler.command.name))
      return { rc: 8 };
    const decoded = decodeCbor(body);
    const map: CborMap | null = decoded.ok && isCborMap(decoded.value) ? decoded.value : null;
    if (map === null) return { rc: 3 };
    const answer = yield* handler.run(this.#context(), map);
    return isRefused(answer) ? refusalBody(answer, header.version) : answer;
  }

  #context(): DeviceContext {
    const memory = this.#memory;
    const uptimeMs = () => this.#nowMs - this.#runSinceMs;
    return {
      ...{ options: this.#options, flash: this.#flash, times: this.#times, uptimeMs },
      ...{ settings: memory.settings, storedSettings: this.#storedSettings, files: this.#files },
      requests: this.counters.requests,
      get upload() {
        return memory.upload;
      },
      set upload(upload) {
        memory.upload = upload;
      },
      get clockOffsetMs() {
        return memory.clockOffsetMs;
      },
      set clockOffsetMs(offsetMs) {
        memory.clockOffsetMs = offsetMs;
      },
      restart: () => {
        this.#restartMs = this.#nowMs + RESET_DELAY_MS;
      },
    };
  }

  #freshMemory() {
    return { upload: null, settings: new Map(this.#storedSettings), clockOffsetMs: null };
  }
}

/** A refusal in the form of the request's version. Version 1 has no groups: all it can say is "unknown". */
function refusalBody({ refused: { group, code } }: Refused, version: number): CborInput {
  if (group === null) return { rc: code };
  return version === 1 ? { rc: 1 } : { err: { group, rc: code } };
}
