import type { MeterInfo } from '@kilowink/api';
import type { SeriesId, Store } from '@kilowink/store';
import { type TicInput, TicMeter, type TicTaken } from './tic-meter.ts';
import { newState, parseState, ticSourceOf } from './tic-state.ts';
import { TicStorePort } from './tic-store-port.ts';

export interface TicIngestOptions {
  readonly store: Store;
  /** What people call a meter, by its identity; its identity when left out. */
  readonly nameOf?: (meter: string) => string | undefined;
  /** Meters taken from messages at most; 200 when left out. */
  readonly metersMax?: number;
  /** Whether anybody is to be told of frames now; always when left out. */
  readonly isHeard?: () => boolean;
  /** Called after a frame was taken, while somebody is to be told. */
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
const METERS_MAX_DEFAULT = 200;

/** Takes what meters say: frames in, energy, gauges, readings and events stored once. */
export class TicIngest {
  readonly #options: TicIngestOptions;
  readonly #port: TicStorePort;
  readonly #meters = new Map<string, KnownMeter>();
  readonly metersMax: number;

  constructor(options: TicIngestOptions) {
    this.#options = options;
    this.metersMax = options.metersMax ?? METERS_MAX_DEFAULT;
    this.#port = new TicStorePort(options.store);
  }

  /** What is known of each meter heard since the server started. */
  meters(): MeterInfo[] {
    return [...this.#meters.values()].flatMap(({ meter }) => meter.info ?? []);
  }

  /** Whether a meter of that identity would be taken. */
  hasRoom(meter: string): boolean {
    return this.#meters.has(meter) || this.#meters.size < this.metersMax;
  }

  /** Takes a frame in. Throws when the store can not take it. */
  take(input: MeterInput): TicOutcome {
    const { store } = this.#options;
    const known = this.#load(input);
    const { meter } = known;
    // Making a series writes the group: not between a frame's points and the state that goes with them.
    this.#port.ensure(meter.seriesOf(input));
    const outcome = store.together(() => {
      const taken = meter.take(input);
      store.putSourceState(known.source, known.state);
      return { taken, group: store.currentGroup };
    });
    if (outcome.taken === 'new') this.#tell(meter);
    this.#port.touched.clear();
    return outcome;
  }

  #tell(meter: TicMeter): void {
    const { onFrame, isHeard } = this.#options;
    if (onFrame === undefined || isHeard?.() === false) return;
    const { info } = meter;
    if (info !== null) onFrame(info, [...this.#port.touched]);
  }

  /** Stores what is pending: the server stops. */
  settle(): void {
    const { store } = this.#options;
    for (const { meter, source, state } of this.#meters.values()) {
      store.together(() => {
        meter.settle();
        store.putSourceState(source, state);
      });
    }
  }

  #load({ meter: id, way }: MeterInput): KnownMeter {
    const known = this.#meters.get(id);
    if (known !== undefined) return known;
    const name = this.#options.nameOf?.(id) ?? id;
    const source = ticSourceOf(id);
    const stored = parseState(this.#options.store.sourceState(source)) ?? newState(name, way);
    const meter = new TicMeter(this.#port, { id, name }, stored);
    const made = { meter, source, state: () => JSON.stringify(meter.state) };
    this.#meters.set(id, made);
    return made;
  }
}

/** A meter, and how its state is kept. */
interface KnownMeter {
  readonly meter: TicMeter;
  readonly source: string;
  /** Asked when the group is written, not with each frame. */
  readonly state: () => string;
}
