import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { matchesFilter } from './topic-filter.ts';
import { isPassword, listMqttUsers, type MqttUser, usersStamp } from './users-file.ts';

/** Who may come in without a name: everybody while there is no user, everybody always, or nobody. */
export type Anonymous = 'auto' | 'always' | 'never';

/** A client that was let in; null is one without a name. */
export type Guest = MqttUser | null;

/**
 * Says who may connect to the embedded broker, and what each may do there. A sensor publishes under
 * `<base>/<its name>/` alone and reads its settings and its firmware orders; a user with all rights, and anybody without
 * a name where these may come in, does what they like.
 */
export class Gatekeeper {
  readonly #folder: string;
  readonly #base: string;
  readonly #anonymous: Anonymous;
  readonly #onError: (message: string) => void;
  #stamp: string;
  #users: Map<string, MqttUser>;
  /** Passwords that were right, as keyed hashes: a sensor that sleeps connects twice a minute. */
  readonly #key = randomBytes(32);
  readonly #right = new Map<string, Buffer>();

  /** Throws `mqtt/users-unreadable`: a broker that can not read its users must not let everybody in. */
  constructor(of: {
    folder: string;
    base: string;
    anonymous: Anonymous;
    onError: (message: string) => void;
  }) {
    this.#folder = of.folder;
    this.#base = of.base;
    this.#anonymous = of.anonymous;
    this.#onError = of.onError;
    this.#stamp = usersStamp(of.folder);
    this.#users = byName(listMqttUsers(of.folder));
  }

  /** The guest, or `refused`. */
  async admit(name: string | undefined, password: string | undefined): Promise<Guest | 'refused'> {
    this.#reload();
    if (name === undefined || name === '') return this.#isOpen() ? null : 'refused';
    const user = this.#users.get(name);
    if (user === undefined) return this.#isOpen() ? null : 'refused';
    const proof = createHmac('sha256', this.#key)
      .update(`${user.hash}/${password ?? ''}`)
      .digest();
    const known = this.#right.get(name);
    if (known !== undefined && timingSafeEqual(known, proof)) return user;
    if (!(await isPassword(user, password ?? ''))) return 'refused';
    this.#right.set(name, proof);
    return user;
  }

  mayPublish(guest: Guest, topic: string): boolean {
    if (guest === null || guest.rights === 'all') return true;
    const own = `${this.#base}/${guest.name}/`;
    if (topic.startsWith(own)) return !this.#readable(guest.name).includes(topic);
    return guest.topics.some((filter) => matchesFilter(topic, filter));
  }

  maySubscribe(guest: Guest, filter: string): boolean {
    if (guest === null || guest.rights === 'all') return true;
    return this.#readable(guest.name).includes(filter);
  }

  #readable(name: string): readonly string[] {
    return [`${this.#base}/${name}/set`, `${this.#base}/${name}/ota`];
  }

  #isOpen(): boolean {
    return this.#anonymous === 'always' || (this.#anonymous === 'auto' && this.#users.size === 0);
  }

  #reload(): void {
    const stamp = usersStamp(this.#folder);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      this.#users = byName(listMqttUsers(this.#folder));
      this.#right.clear();
    } catch (error) {
      this.#onError(`The users stay as they were: ${error instanceof Error ? error.message : error}`);
    }
  }
}

function byName(users: readonly MqttUser[]): Map<string, MqttUser> {
  return new Map(users.map((user) => [user.name, user]));
}
