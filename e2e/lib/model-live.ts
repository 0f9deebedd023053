// A page that is open all the time: it keeps what it was told of each series, and reads again only what it is told to.
import assert from 'node:assert/strict';

/** What a page knows of a series: energy by start. */
type Shown = Map<number, { readonly durationMs: number; readonly energyWh: number }>;

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

export class LivePage {
  readonly #shown = new Map<number, Shown>();
  #cursor: string | null = null;
  #leave: AbortController | null = null;
  #isAllStale = true;
  readonly #stale = new Map<number, Range[]>();
  #ended: Promise<void> = Promise.resolve();
  /** Events that came. */
  events = 0;

  async open(url: string): Promise<void> {
    this.#leave = new AbortController();
    const response = await fetch(`${url}/live`, {
      headers: this.#cursor === null ? {} : { 'last-event-id': this.#cursor },
      signal: this.#leave.signal,
    });
    const reader = response.body?.getReader() ?? assert.fail('a stream');
    this.#ended = this.#follow(reader).catch(() => {});
  }

  async leave(): Promise<void> {
    this.#leave?.abort();
    await this.#ended;
  }

  /** What is shown of each of `all` once everything stale was read again. */
  async show(
    all: readonly number[],
    read: (id: number, range: Range | null) => Promise<Shown>,
  ): Promise<ReadonlyMap<number, Shown>> {
    const isAllStale = this.#isAllStale;
    this.#isAllStale = false;
    for (const id of all) {
      const ranges = this.#stale.get(id) ?? [];
      this.#stale.delete(id);
      const shown = isAllStale ? await read(id, null) : (this.#shown.get(id) ?? new Map());
      this.#shown.set(id, shown);
      if (!isAllStale) for (const range of ranges) replace(shown, range, await read(id, range));
    }
    return this.#shown;
  }

  async #follow(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        this.#take(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const [name, data, id] = [field('event'), field('data'), field('id')];
    if (name === undefined || data === undefined) return;
    this.#cursor = id ?? this.#cursor;
    this.events += 1;
    const told = JSON.parse(data);
    if (name === 'reset') this.#isAllStale = true;
    if (name === 'rewritten') {
      const { series, fromMs, toMs } = told;
      this.#stale.set(series, [...(this.#stale.get(series) ?? []), { fromMs, toMs }]);
    }
    if (name === 'points') {
      const shown = this.#shown.get(told.series) ?? new Map();
      this.#shown.set(told.series, shown);
      for (const [startMs, durationMs, energyWh] of told.points) shown.set(startMs, { durationMs, energyWh });
      for (const [startMs] of told.leftOut ?? []) shown.delete(startMs);
    }
  }
}

function replace(shown: Shown, range: Range, by: Shown): void {
  for (const startMs of shown.keys())
    if (startMs >= range.fromMs && startMs < range.toMs) shown.delete(startMs);
  for (const [startMs, each] of by) shown.set(startMs, each);
}
