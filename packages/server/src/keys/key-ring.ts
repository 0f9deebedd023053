import { createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Sign } from '@kilowink/core/report';
import { KEYS_FILE, listKeys } from './keys-file.ts';

/** A sensor that has a key. */
export interface KnownSensor {
  readonly name: string | undefined;
  readonly sign: Sign;
}

/** The keys of the sensors, as the file in the data folder has them at the moment. */
export class KeyRing {
  readonly #folder: string;
  readonly #onError: (message: string) => void;
  #stamp = '';
  #sensors = new Map<string, KnownSensor>();

  /** Throws `keys/unreadable`: a server that cannot read its keys must not start and take anything for a sensor. */
  constructor(folder: string, onError: (message: string) => void) {
    this.#folder = folder;
    this.#onError = onError;
    this.#stamp = this.#look();
    this.#sensors = this.#read();
  }

  /** The sensor, if it has a key; looks whether the file was changed, and keeps the keys when it cannot be read. */
  find(sensorId: string): KnownSensor | undefined {
    const stamp = this.#look();
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      try {
        this.#sensors = this.#read();
      } catch (error) {
        this.#onError(`The keys stay as they were: ${error instanceof Error ? error.message : error}`);
      }
    }
    return this.#sensors.get(sensorId);
  }

  #look(): string {
    const found = statSync(join(this.#folder, KEYS_FILE), { throwIfNoEntry: false });
    return found === undefined ? '' : `${found.ino}/${found.mtimeMs}/${found.size}`;
  }

  #read(): Map<string, KnownSensor> {
    return new Map(
      listKeys(this.#folder).map(({ id, name, key }) => {
        const bytes = Buffer.from(key, 'hex');
        const sign: Sign = (message) => createHmac('sha256', bytes).update(message).digest();
        return [id, { name, sign }];
      }),
    );
  }
}
