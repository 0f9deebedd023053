import { decodeAnswerV2, isVersion2 } from '@kilowink/core/report';
import type { EpochMs } from '@kilowink/core/time';
import {
  type BlinkOptions,
  type BlinkSensor,
  createBlinkSensor,
  createFaultyNetwork,
  type FaultyNetwork,
  type NetworkFaults,
} from '@kilowink/sim/blink';
import { type PostTarget, rawPost } from './raw-post.ts';

/** What a running sensor has done so far. */
export interface BlinkStatus {
  /** The sensor's own time. */
  readonly atMs: EpochMs;
  /** What the house draws. */
  readonly powerW: number;
  readonly windows: number;
  readonly reportsSent: number;
  readonly answers: number;
  /** Posts that got no answer. */
  readonly failures: number;
  readonly boots: number;
  /** The server's last answer, or why there was none; empty before the first. */
  readonly lastAnswer: string;
}

export interface RunBlinkOptions extends BlinkOptions {
  readonly target: PostTarget;
  readonly network?: NetworkFaults;
  /** The sensor's seconds in a real one; 1 by default. */
  readonly speed?: number;
  /** It stops by itself after so much of the sensor's time; never by default. */
  readonly durationMs?: number;
  /** Called after each post and each window. */
  readonly onStatus?: (status: BlinkStatus) => void;
}

/** A sensor that runs in real time in this process. */
export interface RunningBlink {
  readonly status: BlinkStatus;
  /** Settled when it has stopped, by itself or by `stop`. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** Starts a simulated optical sensor that posts to a server. A server that is away is met with the next report. */
export function runBlink(options: RunBlinkOptions): RunningBlink {
  const run = new BlinkRun(options);
  return {
    get status() {
      return run.status();
    },
    done: run.done,
    stop: () => {
      run.stop();
      return run.done;
    },
  };
}

interface Message {
  readonly kind: 'up' | 'report';
  readonly bytes: Uint8Array;
  readonly boot: number;
}

/** A version 2 answer in words. */
function sayAnswer(bytes: Uint8Array): string {
  const answer = decodeAnswerV2(bytes);
  if (!answer.ok) return answer.fault.message;
  const { status, acknowledged } = answer.value;
  return acknowledged === null ? status : `${status}, acknowledged to ${acknowledged}`;
}

/** No timer is longer, so that a machine that slept catches up soon. */
const NAP_MS_MAX = 1_000;

class BlinkRun {
  readonly #options: RunBlinkOptions;
  readonly #sensor: BlinkSensor;
  readonly #network: FaultyNetwork<Message>;
  readonly #startedMs = performance.now();
  readonly #posts = new Set<Promise<void>>();
  readonly #ended = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #windows = 0;
  #reportsSent = 0;
  #answers = 0;
  #failures = 0;
  #boots = 0;
  #lastAnswer = '';

  constructor(options: RunBlinkOptions) {
    this.#options = options;
    this.#sensor = createBlinkSensor(options);
    this.#network = createFaultyNetwork(options.seed + 1, options.network ?? {});
    this.#plan();
  }

  get done(): Promise<void> {
    return this.#ended.promise;
  }

  status(): BlinkStatus {
    const atMs = this.#nowMs();
    return {
      atMs,
      powerW: this.#options.load.stretchAt(atMs).powerMw / 1_000,
      windows: this.#windows,
      reportsSent: this.#reportsSent,
      answers: this.#answers,
      failures: this.#failures,
      boots: this.#boots,
      lastAnswer: this.#lastAnswer,
    };
  }

  /** Lets the posts under way end and takes up no others. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#timer);
    void Promise.allSettled(this.#posts).then(() => this.#ended.resolve());
  }

  #nowMs(): EpochMs {
    return this.#options.startMs + (performance.now() - this.#startedMs) * (this.#options.speed ?? 1);
  }

  /** An answer may give it something to do at once. */
  #wake(): void {
    clearTimeout(this.#timer);
    this.#plan();
  }

  #plan(): void {
    if (this.#isStopped) return;
    const nextMs = Math.min(this.#sensor.nextMs, this.#network.nextMs, this.#endMs());
    const napMs = (nextMs - this.#nowMs()) / (this.#options.speed ?? 1);
    this.#timer = setTimeout(() => this.#work(), Math.min(Math.max(napMs, 0), NAP_MS_MAX));
  }

  #endMs(): EpochMs {
    return this.#options.startMs + (this.#options.durationMs ?? Infinity);
  }

  #work(): void {
    const nowMs = this.#nowMs();
    // A bounded number of steps at once, so that answers are seen between them even when the sensor is far behind.
    for (let step = 0; step < 100; step++) {
      const nextMs = Math.min(this.#sensor.nextMs, this.#network.nextMs);
      if (nextMs > nowMs || nextMs > this.#endMs()) break;
      if (this.#network.nextMs <= this.#sensor.nextMs) this.#deliver();
      else this.#act();
    }
    if (nowMs >= this.#endMs()) this.stop();
    else this.#plan();
  }

  #act(): void {
    const event = this.#sensor.take();
    switch (event.kind) {
      case 'boot':
        this.#boots += 1;
        break;
      case 'window':
        this.#windows += 1;
        this.#options.onStatus?.(this.status());
        break;
      case 'up':
      case 'report':
        this.#network.send(event.atMs, { kind: event.kind, bytes: event.bytes, boot: this.#boots });
        break;
    }
  }

  #deliver(): void {
    const message = this.#network.take()?.message;
    if (message === undefined) return;
    if (message.kind === 'report') this.#reportsSent += 1;
    const post = this.#post(message).finally(() => {
      this.#posts.delete(post);
      this.#options.onStatus?.(this.status());
    });
    this.#posts.add(post);
  }

  async #post({ kind, bytes, boot }: Message): Promise<void> {
    try {
      const answer = await rawPost(this.#options.target, `/sensor/${kind}`, bytes);
      const came = Buffer.from(answer.text, 'latin1');
      const said = isVersion2(came) ? sayAnswer(came) : answer.text.trim();
      this.#answers += 1;
      this.#lastAnswer = answer.status === 200 ? said : `${answer.status} ${said}`;
      if (kind === 'report' && boot === this.#boots) {
        this.#sensor.replied(this.#nowMs(), { report: bytes, answer: came });
        this.#wake();
      }
      if (kind === 'up' && boot === this.#boots) this.#sensor.answered(this.#nowMs());
    } catch (error) {
      this.#failures += 1;
      this.#lastAnswer = error instanceof Error ? error.message : String(error);
      if (kind !== 'report' || boot !== this.#boots) return;
      this.#sensor.failed(this.#nowMs());
      this.#wake();
    }
  }
}
