import type { ServerResponse } from 'node:http';
import type { FirmwareRun, MeterInfo } from '@kilowink/api';
import type { EpochMs } from '@kilowink/core/time';
import type { Changes, SeriesId } from '@kilowink/store';
import type { EnergyReader } from '../truth/index.ts';
import { type LivePoint, Tellings } from './tellings.ts';
import { ToldChoices } from './told-choices.ts';

/** Changes read from the store at a time. */
const BATCH = 2_000;
/** A page that was away for more reads anew what it shows: of thousands of sensors a few minutes are a hundred thousand changes. */
const CATCH_UP_MAX = 10_000;
/** A page that does not take what it is sent is cut off; it comes back by itself and says where it was. */
const PENDING_BYTES_MAX = 1_000_000;
/** Proxies and sleeping radios drop a silent connection. */
const HEARTBEAT_MS = 15_000;
/**
 * Pages are told at most so often: what is new is looked for in all that waits to be written, and thousands of sensors
 * report hundreds of times a second. The first report after a pause is told at once.
 */
const PUSH_EVERY_MS = 200;
/** How soon the browser tries again after a drop. */
const RETRY_MS = 2_000;

export interface LiveOptions {
  /** What is told is as corrections leave it. */
  readonly reader: EnergyReader;
  readonly version: string;
  readonly nowMs: () => EpochMs;
}

/**
 * Pushes what is new in the store to open pages, as Server-Sent Events. It reads the store's own changes, so it works
 * the same in the server that takes reports and in a read-only one beside it.
 */
export class Live {
  readonly #options: LiveOptions;
  readonly #clients = new Set<ServerResponse>();
  /** What the pages have been told; meaningless while there are none. */
  #cursor = '';
  /** From which sources they were told hours of measurements. */
  readonly #choices = new ToldChoices();
  #heartbeat: ReturnType<typeof setInterval>;
  /** Runs while nothing is told because something just was. */
  #pause: ReturnType<typeof setTimeout> | null = null;
  #isMore = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#heartbeat = setInterval(() => this.#broadcast(': still here\n\n'), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** Sends everything since `cursor` to a page, then whatever comes. */
  open(response: ServerResponse, cursor: string | null): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    if (this.#clients.size === 0) {
      this.#cursor = this.#options.reader.store.cursor();
      this.#choices.forgetAll();
    } else this.#pushNow();
    response.write(`retry: ${RETRY_MS}\n\n`);
    const hello = { serverMs: this.#options.nowMs(), version: this.#options.version };
    if (cursor !== null) this.#catchUp(response, cursor);
    response.write(event('hello', hello, this.#cursor));
    this.#clients.add(response);
    response.on('close', () => this.#clients.delete(response));
  }

  /** Reads what is new and sends it to every page, soon. Called after a report, and now and then for other writers' sake. */
  push(): void {
    if (this.#clients.size === 0) return;
    this.#isMore = this.#pause !== null;
    if (this.#isMore) return;
    this.#pushNow();
    this.#pause = setTimeout(() => {
      this.#pause = null;
      if (this.#isMore) this.push();
    }, PUSH_EVERY_MS);
    this.#pause.unref();
  }

  #pushNow(): void {
    const { store } = this.#options.reader;
    for (;;) {
      const changes = store.readChanges(this.#cursor, BATCH);
      if (changes === null) {
        this.#cursor = store.cursor();
        this.#broadcast(event('reset', {}, this.#cursor));
        return;
      }
      if (changes.items.length === 0) return;
      this.#cursor = changes.cursor;
      this.#broadcast(this.#format(changes, this.#choices));
    }
  }

  /** Tells the pages that a sensor was heard, also when its report held nothing new. */
  heard(series: SeriesId): void {
    if (this.#clients.size === 0) return;
    const atMs = this.#options.nowMs();
    for (const told of new Tellings(this.#options.reader, null).shownAs(series))
      this.#broadcast(event('heard', { series: told, atMs }, this.#cursor));
  }

  /** Shows the pages what is known of a meter, with each of its frames. */
  meter(meter: MeterInfo): void {
    if (this.#clients.size > 0) this.#broadcast(event('meter', meter, this.#cursor));
  }

  /** Shows the pages how an update of sensors goes. */
  firmware(run: FirmwareRun): void {
    if (this.#clients.size > 0) this.#broadcast(event('firmware', run, this.#cursor));
  }

  close(): void {
    clearInterval(this.#heartbeat);
    if (this.#pause !== null) clearTimeout(this.#pause);
    for (const client of this.#clients) client.end();
    this.#clients.clear();
  }

  #catchUp(response: ServerResponse, from: string): void {
    const changes = this.#options.reader.store.readChanges(from, CATCH_UP_MAX);
    if (changes === null || changes.items.length >= CATCH_UP_MAX) {
      response.write(event('reset', {}, this.#cursor));
    } else if (changes.items.length > 0) response.write(this.#format(changes, null));
  }

  #format({ items, cursor }: Changes, choices: ToldChoices | null): string {
    const points = new Map<SeriesId, LivePoint[]>();
    const tellings = new Tellings(this.#options.reader, choices);
    let text = '';
    const tell = (name: string, all: readonly object[]) => {
      for (const each of all) text += event(name, each, cursor);
    };
    for (const item of items) {
      if (item.kind === 'point') {
        const list = points.get(item.series) ?? [];
        list.push([item.startMs, item.durationMs, item.value]);
        points.set(item.series, list);
      } else if (item.kind === 'event') {
        tell('event', [item.event]);
      } else {
        tell('rewritten', tellings.rewritten(item));
      }
    }
    for (const [series, list] of points) {
      tell('points', tellings.points(series, list));
      tell('rewritten', [...tellings.movedBy(series, list), ...tellings.turned()]);
    }
    return text;
  }

  #broadcast(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > PENDING_BYTES_MAX) client.destroy();
      else client.write(text);
    }
  }
}

function event(name: string, data: unknown, id: string): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
