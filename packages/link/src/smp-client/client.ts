import { assert } from '@kilowink/core/error';
import {
  type Command,
  decodeFrame,
  decodeReply,
  encodeRequest,
  type Fields,
  formatRefusal,
  isReplyTo,
  osParameters,
  type Refusal,
  type ReplyFault,
  type ReplyOf,
  type RequestOf,
  RoundTrip,
  type SmpFrame,
  type SmpVersion,
} from '@kilowink/core/smp';
import { linkError } from '../errors.ts';
import { Slots } from './slots.ts';
import type { SmpTransport } from './transport.ts';

type AnyCommand = Command<Fields, unknown>;

/** How one request is made. */
export interface RequestOptions {
  /** The wait for each answer; what former answers took decides, when left out. */
  readonly waitMs?: number;
  /** How often it is sent before giving up; the transport decides, when left out. */
  readonly attempts?: number;
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a client did so far. */
export interface SmpCounters {
  requests: number;
  /** Requests sent again. */
  repeated: number;
  answers: number;
  /** Frames that answered nothing asked: late, doubled, or of somebody else. */
  strays: number;
  /** Bytes that were no frame. */
  rubbish: number;
}

/** What a device can take at once. */
export interface SmpLimits {
  /** The longest frame, in bytes. */
  readonly frameBytes: number;
  /** How many requests may be on their way. */
  readonly parallel: number;
}

/** Until the device said what it can take: the least that Zephyr's buffers are set to by default. */
const FRAME_BYTES_UNKNOWN = 256;

/** A slow flash is given so long before a request is sent again. */
const LONG_WAIT_MS = 3_000;

/** The code by which a device says that it speaks no version 2. */
const VERSION_TOO_NEW = 13;

/** A device that did what it was asked is `smp/refused`'s opposite; this is what it said no with. */
export class RefusedByDevice {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    this.refusal = refusal;
  }
}

/** The refusal behind an error of `request`; null for any other error. */
export function refusalBehind(error: unknown): Refusal | null {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof RefusedByDevice ? cause.refusal : null;
}

interface Pending {
  readonly command: AnyCommand;
  answer(frame: SmpFrame): void;
  fail(error: Error): void;
}

/** Speaks SMP with one device: requests with typed answers, sent again where the way there loses some. */
export class SmpClient {
  readonly counters: SmpCounters = { requests: 0, repeated: 0, answers: 0, strays: 0, rubbish: 0 };
  readonly transport: SmpTransport;
  readonly #roundTrip: RoundTrip;
  readonly #pending = new Map<number, Pending>();
  readonly #slots = new Slots(1);
  readonly #stops: (() => void)[];
  #sequence = Math.floor(Math.random() * 256);
  #version: SmpVersion;
  #limits: Promise<SmpLimits> | null = null;
  #closedBy: Error | null = null;

  /** `version` 1 for devices that are known to be old; 2 otherwise, from which it falls back by itself. */
  constructor(transport: SmpTransport, version: SmpVersion = 2) {
    this.transport = transport;
    this.#version = version;
    this.#roundTrip = new RoundTrip(transport.wait);
    this.#stops = [
      transport.onFrame((bytes) => this.#take(bytes)),
      transport.onClose((reason) => this.#end(reason)),
    ];
  }

  get target(): string {
    return this.transport.target;
  }

  /** What answers take, in ms; null before the first. */
  get roundTripMs(): number | null {
    return this.#roundTrip.smoothMs;
  }

  /**
   * Asks the device. Throws `smp/no-answer`, `smp/refused` (see `refusalBehind`), `smp/answer` when the answer is rubbish, and
   * what the transport throws.
   */
  async request<C extends AnyCommand>(
    command: C,
    request: RequestOf<C>,
    options: RequestOptions = {},
  ): Promise<ReplyOf<C>> {
    await this.#slots.take();
    try {
      const decoded = await this.#exchange(command, request, options);
      if (decoded.ok) return decoded.value;
      if (!this.#fallsBack(decoded.fault)) throw this.#faultError(command, decoded.fault);
      const again = await this.#exchange(command, request, options);
      if (again.ok) return again.value;
      throw this.#faultError(command, again.fault);
    } finally {
      this.#slots.release();
    }
  }

  /** What the device can take, asked once; careful guesses where it does not say. */
  limits(): Promise<SmpLimits> {
    this.#limits ??= this.#askLimits();
    return this.#limits;
  }

  /** Bytes of the frame of a request, to find what fits. */
  sizeOf<C extends AnyCommand>(command: C, request: RequestOf<C>): number {
    return encodeRequest(command, request, { sequence: 0, version: this.#version }).length;
  }

  /** Ends all requests and the transport. */
  async close(): Promise<void> {
    this.#end(linkError('smp/closed', { target: this.target }));
    await this.transport.close();
  }

  async #askLimits(): Promise<SmpLimits> {
    const { frameBytesMax, overheadBytes, parallelMax } = this.transport;
    const told = await this.request(osParameters, {}).catch((error: unknown) => {
      if (refusalBehind(error) === null) {
        // A device that did not answer may do so the next time.
        this.#limits = null;
        throw error;
      }
      return null;
    });
    if (told === null) {
      return { frameBytes: Math.min(frameBytesMax, FRAME_BYTES_UNKNOWN), parallel: 1 };
    }
    const frameBytes = Math.max(Math.min(frameBytesMax, told.bufferBytes - overheadBytes), 64);
    // One buffer is for the answer to what is being worked on.
    const parallel = Math.max(1, Math.min(parallelMax, told.buffers - 1));
    this.#slots.add(parallel - 1);
    return { frameBytes, parallel };
  }

  async #exchange<C extends AnyCommand>(command: C, request: RequestOf<C>, options: RequestOptions) {
    const sequence = this.#nextSequence();
    const frame = encodeRequest(command, request, { sequence, version: this.#version });
    const attempts = options.attempts ?? (command.isRepeatable ? this.transport.attempts : 1);
    const startedMs = performance.now();
    this.counters.requests += 1;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) this.counters.repeated += 1;
      const sentMs = performance.now();
      const waitMs = options.waitMs ?? this.waitMs(command, attempt);
      const answer = await this.#once({ command, sequence, frame, waitMs, signal: options.signal });
      if (answer === null) continue;
      if (attempt === 0 && command.duration === 'short') this.#roundTrip.measured(performance.now() - sentMs);
      return decodeReply(command, answer);
    }
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    throw linkError('smp/no-answer', { target: this.target, command: command.name, attempts, seconds });
  }

  /** How long the answer to a request is waited for, by what former answers took; longer for each repetition. */
  waitMs(command: AnyCommand, attempt: number): number {
    const { mostMs } = this.transport.wait;
    if (!command.isRepeatable) return command.duration === 'long' ? Math.max(mostMs, 30_000) : mostMs;
    const waitMs = this.#roundTrip.waitMs(attempt);
    return command.duration === 'long' ? Math.max(waitMs, LONG_WAIT_MS * 2 ** attempt) : waitMs;
  }

  /** Sends once and waits; null when nothing came. */
  async #once(sending: {
    command: AnyCommand;
    sequence: number;
    frame: Uint8Array;
    waitMs: number;
    signal: AbortSignal | undefined;
  }): Promise<SmpFrame | null> {
    const { command, sequence, frame, waitMs, signal } = sending;
    if (this.#closedBy !== null) throw this.#closedBy;
    signal?.throwIfAborted();
    const outcome = Promise.withResolvers<SmpFrame | null>();
    this.#pending.set(sequence, { command, answer: outcome.resolve, fail: outcome.reject });
    const timer = setTimeout(() => outcome.resolve(null), waitMs);
    const abort = () => outcome.reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      // Awaited together, so that a way that closes while it is written to is met by one of them.
      const [answer] = await Promise.all([outcome.promise, this.transport.send(frame)]);
      return answer;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#pending.delete(sequence);
    }
  }

  #take(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (!frame.ok) {
      this.counters.rubbish += 1;
      return;
    }
    const pending = this.#pending.get(frame.value.header.sequence);
    if (pending === undefined || !isReplyTo(pending.command, frame.value.header.sequence, frame.value)) {
      this.counters.strays += 1;
      return;
    }
    this.counters.answers += 1;
    pending.answer(frame.value);
  }

  #end(reason: Error): void {
    if (this.#closedBy !== null) return;
    this.#closedBy = reason;
    for (const stop of this.#stops) stop();
    for (const pending of this.#pending.values()) pending.fail(reason);
  }

  #nextSequence(): number {
    assert(this.#pending.size < 256, 'more than 256 requests on their way');
    do this.#sequence = (this.#sequence + 1) % 256;
    while (this.#pending.has(this.#sequence));
    return this.#sequence;
  }

  /** An old device is asked in its own version from then on. */
  #fallsBack(fault: ReplyFault): boolean {
    const tooNew =
      fault.code === 'smp/refused' && fault.refusal.group === null && fault.refusal.code === VERSION_TOO_NEW;
    if (!tooNew || this.#version === 1) return false;
    this.#version = 1;
    return true;
  }

  #faultError(command: AnyCommand, fault: ReplyFault): Error {
    if (fault.code !== 'smp/refused') {
      return linkError('smp/answer', { target: this.target, reason: fault.message });
    }
    const { refusal } = fault;
    const { groupName, code, name, meaning } = refusal;
    const details = { target: this.target, command: command.name, refusal: formatRefusal(refusal) };
    return linkError(
      'smp/refused',
      { ...details, groupName, code, name, meaning },
      new RefusedByDevice(refusal),
    );
  }
}
