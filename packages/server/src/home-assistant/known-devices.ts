import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, type EpochMs } from '@kilowink/core/time';
import { z } from 'zod';
import { writeWhole } from '../files/write-whole.ts';

/** What Home Assistant was told of, in the data folder: what is kept at a broker stays until somebody clears it. */
export const DEVICES_FILE = 'home-assistant.json';

/** A device that was not heard for so long is gone, or goes by another name. */
export const FORGET_MS = 30 * DAY_MS;
/** How stale the times in the file may be: it is not written with every frame. */
const STALE_MS = DAY_MS;

const devicesFile = z.strictObject({
  version: z.literal(1),
  /** By topic of discovery: the components, as `key: platform`, and when it was heard last. */
  topics: z.record(
    z.string(),
    z.strictObject({ components: z.record(z.string(), z.string()), lastMs: z.number() }),
  ),
});
type Topics = z.infer<typeof devicesFile>['topics'];

/** The discovery topics that hold something of ours. */
export class KnownDevices {
  readonly #path: string;
  readonly #topics: Topics;

  constructor(folder: string) {
    this.#path = join(folder, DEVICES_FILE);
    this.#topics = readTopics(this.#path);
  }

  get topics(): readonly string[] {
    return Object.keys(this.#topics);
  }

  /** Those that were not heard since. */
  silentSince(atMs: EpochMs): string[] {
    return this.topics.filter((topic) => (this.#topics[topic]?.lastMs ?? 0) < atMs);
  }

  /** The components a topic was published with. */
  componentsOf(topic: string): Readonly<Record<string, string>> {
    return this.#topics[topic]?.components ?? {};
  }

  /** Throws `mqtt/unwritable`. */
  set(topic: string, components: Readonly<Record<string, string>>, nowMs: EpochMs): void {
    const before = this.#topics[topic];
    const isSame = JSON.stringify(before?.components) === JSON.stringify(components);
    if (isSame && nowMs - (before?.lastMs ?? 0) < STALE_MS) return;
    this.#topics[topic] = { components: { ...components }, lastMs: nowMs };
    this.#save();
  }

  /** Throws `mqtt/unwritable`. */
  forget(topic: string): void {
    if (!(topic in this.#topics)) return;
    delete this.#topics[topic];
    this.#save();
  }

  #save(): void {
    writeWhole(this.#path, `${JSON.stringify({ version: 1, topics: this.#topics }, null, 2)}\n`);
  }
}

/** A file that can not be read costs ghosts at worst: it starts anew. */
function readTopics(path: string): Topics {
  try {
    return devicesFile.parse(JSON.parse(readFileSync(path, 'utf8'))).topics;
  } catch {
    return {};
  }
}
