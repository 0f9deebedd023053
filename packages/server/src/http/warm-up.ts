import { type Clock, type EpochMs, MINUTE_MS, STEPS, type Step } from '@kilowink/core/time';
import type { FastifyInstance } from 'fastify';
import type { EnergyReader } from '../truth/index.ts';
import { giveBytes } from './json-bytes.ts';
import { answerBuckets } from './series-routes.ts';

/*
 * What a server does for the first time it does slowly: a view takes some five times as long until its code is compiled.
 * So after the start, while nobody asks, it asks itself what a page would: each step of the ladder over the newest
 * stretches. Its answers go nowhere; the days that were opened for them stay at hand.
 */

/** A tile of the page has so many buckets. */
const BUCKETS = 512;
/** How many stretches of each step are asked, the newest last: until then most of the code is compiled. */
const ROUNDS = 12;
/** Steps above a minute need no power from flashes and share their code: they are asked in one of so many rounds. */
const COARSE_EVERY = 3;
/** Nobody is there once nothing was asked for so long. */
const QUIET_MS = 2_000;
/** Between two questions others have their turn. */
const PAUSE_MS = 10;
/** A small machine has done enough after so long, whatever is left. */
const SPENT_MS_MAX = 3_000;

/** What `answerBuckets` is asked with. */
export interface WarmUpQuestion {
  readonly parameters: { readonly id: string };
  readonly query: { readonly step: string; readonly from: string; readonly to: string };
}

export interface WarmUpOptions {
  readonly reader: EnergyReader;
  readonly zone: string;
  readonly clock: Clock;
}

/** Has a server warm itself up after it began to listen. */
export function addWarmUp(app: FastifyInstance, options: WarmUpOptions): void {
  const { reader, zone, clock } = options;
  const routes = { reader, zone, nowMs: () => clock.wallMs() };
  const ask = ({ parameters, query }: WarmUpQuestion) => giveBytes(answerBuckets(routes, parameters, query));
  const warmUp = new WarmUp({ questions: () => newestQuestions(reader), ask, clock });
  app.addHook('onRequest', (_request, _reply, done) => {
    warmUp.noteRequest();
    done();
  });
  app.addHook('onListen', (done) => {
    warmUp.start();
    done();
  });
  app.addHook('onClose', (_app, done) => {
    warmUp.stop();
    done();
  });
}

/** What is asked about the series that measured last: its newest stretches in every step. */
export function newestQuestions(reader: EnergyReader): Iterable<WarmUpQuestion> {
  let newest: { id: number; firstMs: EpochMs; lastMs: EpochMs } | null = null;
  for (const { id, firstMs, lastMs } of reader.list()) {
    if (firstMs === null || lastMs === null || lastMs <= (newest?.lastMs ?? firstMs)) continue;
    newest = { id, firstMs, lastMs };
  }
  return newest === null ? [] : questionsOf(newest);
}

function* questionsOf(series: { id: number; firstMs: EpochMs; lastMs: EpochMs }): Generator<WarmUpQuestion> {
  const { firstMs, lastMs } = series;
  for (let round = ROUNDS - 1; round >= 0; round -= 1) {
    for (const step of STEPS) {
      const every = step.ms > MINUTE_MS ? COARSE_EVERY : 1;
      if (round % every !== 0) continue;
      const back = round / every;
      const [fromMs, toMs] = step.calendar === null ? tile(step, lastMs, back) : [firstMs, lastMs];
      if (toMs <= firstMs) continue;
      const query = { step: step.name, from: String(fromMs), to: String(toMs) };
      yield { parameters: { id: String(series.id) }, query };
    }
  }
}

function tile(step: Step, lastMs: EpochMs, back: number): [fromMs: EpochMs, toMs: EpochMs] {
  const spanMs = step.ms * BUCKETS;
  const fromMs = (Math.ceil(lastMs / spanMs) - 1 - back) * spanMs;
  return [fromMs, fromMs + spanMs];
}

/** Asks one question a turn while nobody else asks. */
export class WarmUp {
  readonly #of: {
    readonly questions: () => Iterable<WarmUpQuestion>;
    readonly ask: (question: WarmUpQuestion) => void;
    readonly clock: Clock;
  };
  #left: Iterator<WarmUpQuestion> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #requestMs = 0;
  #spentMs = 0;

  constructor(of: {
    questions: () => Iterable<WarmUpQuestion>;
    ask: (question: WarmUpQuestion) => void;
    clock: Clock;
  }) {
    this.#of = of;
  }

  /** To be called when somebody asks: nothing is done until it is quiet again. */
  noteRequest(): void {
    this.#requestMs = this.#of.clock.monotonicMs();
  }

  /** Begins once it was quiet for a while. */
  start(): void {
    this.noteRequest();
    this.#wait(QUIET_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#turn(), ms);
    this.#timer.unref();
  }

  #turn(): void {
    this.#timer = null;
    const { clock } = this.#of;
    const beganMs = clock.monotonicMs();
    const quietMs = beganMs - this.#requestMs;
    if (quietMs < QUIET_MS) {
      this.#wait(QUIET_MS - quietMs);
      return;
    }
    const isMore = this.#askNext();
    this.#spentMs += clock.monotonicMs() - beganMs;
    if (isMore && this.#spentMs < SPENT_MS_MAX) this.#wait(PAUSE_MS);
  }

  /** Whether there was one, and an answer to it. */
  #askNext(): boolean {
    try {
      this.#left ??= this.#of.questions()[Symbol.iterator]();
      const next = this.#left.next();
      if (next.done === true) return false;
      this.#of.ask(next.value);
      return true;
    } catch {
      // What is wrong with the store is told to those who ask, and in its health.
      return false;
    }
  }
}
