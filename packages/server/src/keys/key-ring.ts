import { createDecipheriv } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenSealed } from '@kilowink/core/advert';
import { hmacSha256With } from '@kilowink/core/hash';
import type { Sign } from '@kilowink/core/report';
import { KEYS_FILE, listBindKeys, listKeys } from './keys-file.ts';

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
  #bindKeys = new Map<string, OpenSealed>();

  /** Throws `keys/unreadable`: a server that cannot read its keys must not start and take anything for a sensor. */
  constructor(folder: string, onError: (message: string) => void) {
    this.#folder = folder;
    this.#onError = onError;
    this.#stamp = this.#look();
    this.#read();
  }

  /** The sensor, if it has a key; looks whether the file was changed, and keeps the keys when it cannot be read. */
  find(sensorId: string): KnownSensor | undefined {
    this.#refresh();
    return this.#sensors.get(sensorId);
  }

  /** All sensors that have a key, by identity. */
  all(): ReadonlyMap<string, KnownSensor> {
    this.#refresh();
    return this.#sensors;
  }

  /** What opens the messages of the BTHome sensor at a Bluetooth address, if its bind key is known. */
  findBindKey(address: string): OpenSealed | undefined {
    this.#refresh();
    return this.#bindKeys.get(address);
  }

  #refresh(): void {
    const stamp = this.#look();
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      this.#read();
    } catch (error) {
      this.#onError(`The keys stay as they were: ${error instanceof Error ? error.message : error}`);
    }
  }

  #look(): string {
    const found = statSync(join(this.#folder, KEYS_FILE), { throwIfNoEntry: false });
    return found === undefined ? '' : `${found.ino}/${found.mtimeMs}/${found.size}`;
  }

  #read(): void {
    const bindKeys = listBindKeys(this.#folder).map(
      ({ address, key }) => [address, openWith(Buffer.from(key, 'hex'))] as const,
    );
    this.#sensors = new Map(
      listKeys(this.#folder).map(({ id, name, key }) => [
        id,
        { name, sign: hmacSha256With(Buffer.from(key, 'hex')) },
      ]),
    );
    this.#bindKeys = new Map(bindKeys);
  }
}

/** AES-128-CCM as BTHome has it: a tag of four bytes, nothing authenticated beside. */
function openWith(key: Buffer): OpenSealed {
  return ({ nonce, ciphertext, tag }) => {
    const decipher = createDecipheriv('aes-128-ccm', key, nonce, { authTagLength: tag.length });
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    } catch {
      return null;
    }
  };
}
