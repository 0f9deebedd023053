import type { MeterInfo } from '@kilowink/api';
import type { SeriesId, Store } from '@kilowink/store';
import { type TicInput, TicMeter, type TicTaken } from './tic-meter.ts';
import { newState, parseState, ticSourceOf } from './tic-state.ts';
import { TicStorePort } from './tic-store-port.ts';

export interface TicIngestOptions {
  readonly store: Store;
  /** What people call a meter, by its identity; its identity when left out. */
  readonly nameOf?: (meter: string) => string | undefined;
  /** Called after a frame was taken. */
  readonly onFrame?: (meter: MeterInfo, touched: readonly SeriesId[]) => void;
}

/** A frame, and whose it is. */
export interface MeterInput extends TicInput {
  /** The meter's identity: a name of the configuration, or what its topic calls it. */
  readonly meter: string;
}

/** What became of a frame. */
export interface TicOutcome {
  readonly taken: TicTaken;
  /** The store's group that holds everything it said. */
  readonly group: number;
}

/** Anybody who may publish can invent meters; not without end. */
export const METERS_MAX = 200;

/** Takes what meters say: frames in, energy, gauges, readings and events stored once. */
export class TicIngest {
  readonly #options: TicIngestOptions;
  readonly #port: TicStorePort;
  readonly #meters = new Map<string, TicMeter>();

  constructor(options: TicIngestOptions) {
    this.#options = options;
    this.#port = new TicStorePort(options.store);
  }

  /** What is known of each meter heard since the server started. */
  meters(): MeterInfo[] {
    return [...this.#meters.values()].flatMap((meter) => meter.info ?? []);
  }

  /** Whether a meter of that identity would be taken. */
  hasRoom(meter: string): boolean {
    return this.#meters.has(meter) || this.#meters.size < METERS_MAX;
  }

  /** Takes a frame in. Throws when the store can not take it. */
  take(input: MeterInput): TicOutcome {
    const { store, onFrame } = this.#options;
    const meter = this.#load(input);
    // Making a series writes the group: not between a frame's points and the state that goes with them.
    this.#port.ensure(meter.seriesOf(input));
    const outcome = store.together(() => {
      const taken = meter.take(input);
      store.putSourceState(ticSourceOf(input.meter), () => JSON.stringify(meter.state));
      return { taken, group: store.currentGroup };
    });
    const touched = [...this.#port.touched];
    this.#port.touched.clear();
    const { info } = meter;
    if (info !== null && outcome.taken === 'new') onFrame?.(info, touched);
    return outcome;
  }

  /** Stores what is pending: the server stops. */
  settle(): void {
    for (const [id, meter] of this.#meters) {
      this.#options.store.together(() => {
        const { store } = this.#options;
        meter.settle();
        store.putSourceState(ticSourceOf(id), () => JSON.stringify(meter.state));
      });
    }
  }

  #load({ meter: id, way }: MeterInput): TicMeter {
    const known = this.#meters.get(id);
    if (known !== undefined) return known;
    const name = this.#options.nameOf?.(id) ?? id;
    const state = parseState(this.#options.store.sourceState(ticSourceOf(id))) ?? newState(name, way);
    const meter = new TicMeter(this.#port, { id, name }, state);
    this.#meters.set(id, meter);
    return meter;
  }
}
