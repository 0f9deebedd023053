import { type EpochMs, MINUTE_MS } from '@kilowink/core/time';

/** How something came: over the network, by the machine's own adapter, or through a gateway. */
export interface Way {
  /** `wifi`, `bluetooth/hci0`, `mqtt/<gateway>`. */
  readonly name: string;
  /** Strength of the signal (dBm); null where there is none, or it is not known. */
  readonly rssiDbm: number | null;
}

/** A report that the sensor sent itself. */
export const WIFI: Way = { name: 'wifi', rssiDbm: null };

/** A way that a source was heard. */
export interface HeardWay {
  readonly way: string;
  /** Smoothed over some ten receptions. */
  readonly rssiDbm: number | null;
  readonly lastMs: EpochMs;
  /** Receptions since the server started. */
  readonly heard: number;
}

/** How much a reception counts in the smoothed strength. */
const SMOOTHING = 0.1;
/** A way that was silent for longer is not the best any more. */
const FRESH_MS = 5 * MINUTE_MS;
/** Anybody may publish as a gateway; not without end. */
const WAYS_MAX = 20;

/** Which ways each source was heard. */
export class SourceWays {
  readonly #sources = new Map<string, Map<string, HeardWay>>();

  note(source: string, way: Way, atMs: EpochMs): void {
    const ways = this.#sources.get(source) ?? new Map<string, HeardWay>();
    this.#sources.set(source, ways);
    const before = ways.get(way.name);
    if (before === undefined && ways.size >= WAYS_MAX) return;
    ways.set(way.name, {
      way: way.name,
      rssiDbm: smoothed(before?.rssiDbm ?? null, way.rssiDbm),
      lastMs: atMs,
      heard: (before?.heard ?? 0) + 1,
    });
  }

  /** Best first: what was heard lately before what was not, then by the strength of the signal. */
  of(source: string, nowMs: EpochMs): HeardWay[] {
    const isFresh = ({ lastMs }: HeardWay) => nowMs - lastMs <= FRESH_MS;
    // Without a signal to compare, a report over the network is the best there is: it is answered.
    const strength = ({ rssiDbm }: HeardWay) => rssiDbm ?? 0;
    return [...(this.#sources.get(source)?.values() ?? [])].sort(
      (a, b) => Number(isFresh(b)) - Number(isFresh(a)) || strength(b) - strength(a),
    );
  }
}

function smoothed(before: number | null, came: number | null): number | null {
  if (before === null || came === null) return came ?? before;
  return Math.round(10 * (before + SMOOTHING * (came - before))) / 10;
}
