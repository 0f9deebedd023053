import type { KeyRing, KnownSensor } from '../keys/index.ts';

/**
 * The sensors that have keys, as they are in one turn of the event loop: whether the file was changed is looked at once for all
 * reports of a turn. A key that is added or taken back counts from the next turn on.
 */
export class TurnKeys {
  readonly #keys: KeyRing;
  #known: ReadonlyMap<string, KnownSensor> | null = null;

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** The sensor, if it has a key. */
  find(sensorId: string): KnownSensor | undefined {
    if (this.#known === null) {
      this.#known = this.#keys.all();
      setImmediate(() => {
        this.#known = null;
      });
    }
    return this.#known.get(sensorId);
  }
}
