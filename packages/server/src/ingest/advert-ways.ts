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

/** What is kept of one: each reception changes it, for reports come by the thousand. */
type KeptWay = { -readonly [Field in keyof HeardWay]: HeardWay[Field] };

/** How much a reception counts in the smoothed strength. */
const SMOOTHING = 0.1;
/** A way that was silent for longer is not the best any more. */
const FRESH_MS = 5 * MINUTE_MS;
/** Anybody may publish as a gateway; not without end. */
const WAYS_MAX = 20;

/** Which ways each source was heard. */
export class SourceWays {
  readonly #sources = new Map<string, Map<string, KeptWay>>();

  note(source: string, { name, rssiDbm }: Way, atMs: EpochMs): void {
    const ways = this.#sources.get(source) ?? new Map<string, KeptWay>();
    const known = ways.get(name);
    if (known !== undefined) {
      known.rssiDbm = smoothed(known.rssiDbm, rssiDbm);
      known.lastMs = atMs;
      known.heard += 1;
      return;
    }
    this.#sources.set(source, ways);
    if (ways.size < WAYS_MAX) ways.set(name, { way: name, rssiDbm, lastMs: atMs, heard: 1 });
  }

  /** Best first: what was heard lately before what was not, then by the strength of the signal. */
  of(source: string, nowMs: EpochMs): HeardWay[] {
    const isFresh = ({ lastMs }: HeardWay) => nowMs - lastMs <= FRESH_MS;
    // Without a signal to compare, a report over the network is the best there is: it is answered.
    const strength = ({ rssiDbm }: HeardWay) => rssiDbm ?? 0;
    const ways = [...(this.#sources.get(source)?.values() ?? [])];
    return ways
      .map((way): HeardWay => ({ ...way }))
      .sort((a, b) => Number(isFresh(b)) - Number(isFresh(a)) || strength(b) - strength(a));
  }
}

function smoothed(before: number | null, came: number | null): number | null {
  if (before === null || came === null) return came ?? before;
  return Math.round(10 * (before + SMOOTHING * (came - before))) / 10;
}
