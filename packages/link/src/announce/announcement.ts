import { networkInterfaces } from 'node:os';
import makeMdns, { type QueryPacket } from 'multicast-dns';
import { type AnnouncedAddress, nearestFirst } from './nearest-first.ts';

export type { AnnouncedAddress } from './nearest-first.ts';

export interface AnnouncementOptions {
  /** What it does, `_kilowink._tcp`. */
  readonly service: string;
  /** What people call it; no two of a service in a network have the same. */
  readonly name: string;
  /** The machine, without `.local`. */
  readonly host: string;
  readonly port: number;
  /** `key=value` each. */
  readonly text: readonly string[];
  /** Where it is reached, as known at the moment; the machine's own addresses when left out. */
  readonly addresses?: () => readonly AnnouncedAddress[];
  /** Called once when nothing can be heard or said, as where no multicast is. */
  readonly onObstacle?: (error: Error) => void;
  /** For tests: another port than 5353, and an interface. */
  readonly socket?: { readonly port?: number; readonly interface?: string };
}

const MDNS_PORT = 5_353;
/** Of records that change with the network, and of others, s; RFC 6762, 10. */
const HOST_TTL_S = 120;
const OTHER_TTL_S = 4_500;
/** Who asks from a port of its own is no cache; RFC 6762, 6.7. */
const LEGACY_TTL_S = 10;
/** The first telling may be lost; RFC 6762, 8.3. */
const AGAIN_MS = 1_000;
const LABEL_BYTES_MAX = 63;
/** The unicast bit of a question, which dns-packet 5 leaves within the class. */
const UNICAST_CLASS = 'UNKNOWN_32769';
const SERVICE_TYPES = '_services._dns-sd._udp.local';

type Names = ReturnType<typeof namesOf>;
interface Asker {
  readonly address: string;
  readonly port: number;
}

/**
 * Says in the local network where a service is, for as long as it is there (mDNS, DNS-SD). One answer holds everything: PTR, SRV, TXT
 * and addresses, the one in the asker's own network first, for a sensor takes the first.
 */
export class Announcement {
  readonly #options: AnnouncementOptions;
  readonly #names: Names;
  readonly #mdns: ReturnType<typeof makeMdns>;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #hasObstacle = false;

  /** Starts at once; never throws for a network that is not there. */
  constructor(options: AnnouncementOptions) {
    this.#options = options;
    this.#names = namesOf(options);
    // Without an address of its own the socket would hear what is said to one interface alone.
    this.#mdns = makeMdns({ ...options.socket, reuseAddr: true, bind: '0.0.0.0' });
    this.#mdns.on('error', (error: Error) => this.#meet(error));
    this.#mdns.on('warning', () => {});
    this.#mdns.on('query', (query: QueryPacket, asker: Asker) => this.#answer(query, asker));
    this.#mdns.on('ready', () => {
      this.#tell(this.#ttl);
      this.#timer = setTimeout(() => this.#tell(this.#ttl), AGAIN_MS);
      this.#timer.unref();
    });
  }

  /** Takes back what was said, and goes. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (!this.#hasObstacle) await new Promise<void>((resolve) => this.#tell(() => 0, resolve));
    await new Promise<void>((resolve) => this.#mdns.destroy(() => resolve()));
  }

  readonly #ttl = (ttlS: number): number => ttlS;

  #meet(error: Error): void {
    if (!this.#hasObstacle) this.#options.onObstacle?.(error);
    this.#hasObstacle = true;
  }

  #tell(ttl: (ttlS: number) => number, done: () => void = () => {}): void {
    this.#mdns.respond({ answers: [this.#pointer(ttl), ...this.#rest({ ttl, isUnique: true })] }, () =>
      done(),
    );
  }

  #answer(query: QueryPacket, asker: Asker): void {
    const questions = (query.questions ?? []).filter(({ name, type }) => this.#isMine(name, type));
    if (questions.length === 0) return;
    const isLegacy = asker.port !== (this.#options.socket?.port ?? MDNS_PORT);
    const isUnicast = isLegacy || questions.every((each) => String(each.class) === UNICAST_CLASS);
    const ttl = isLegacy ? (ttlS: number) => Math.min(ttlS, LEGACY_TTL_S) : this.#ttl;
    const types = questions.some(({ name }) => isSame(name, SERVICE_TYPES));
    const answers = [
      ...(types
        ? [{ name: SERVICE_TYPES, type: 'PTR' as const, ttl: ttl(OTHER_TTL_S), data: this.#names.service }]
        : []),
      this.#pointer(ttl),
    ];
    const additionals = this.#rest({ ttl, isUnique: !isLegacy, asker: asker.address });
    // What is asked for itself stands among the answers.
    const isAsked = (name: string) => questions.some((each) => isSame(each.name, name));
    const message = {
      answers: [...answers, ...additionals.filter(({ name }) => isAsked(name))],
      additionals: additionals.filter(({ name }) => !isAsked(name)),
      ...(isLegacy
        ? { id: idOf(query), questions: questions.map((each) => ({ ...each, class: 'IN' as const })) }
        : {}),
    };
    if (isUnicast) this.#mdns.respond(message, { ...asker });
    else this.#mdns.respond(message);
  }

  #isMine(name: string, type: string): boolean {
    const { service, instance, host } = this.#names;
    const isAny = type === 'ANY';
    if (isSame(name, service) || isSame(name, SERVICE_TYPES)) return isAny || type === 'PTR';
    if (isSame(name, instance)) return isAny || type === 'SRV' || type === 'TXT';
    return isSame(name, host) && (isAny || type === 'A');
  }

  #pointer(ttl: (ttlS: number) => number) {
    const { service, instance } = this.#names;
    return { name: service, type: 'PTR' as const, ttl: ttl(OTHER_TTL_S), data: instance };
  }

  #rest({ ttl, isUnique, asker }: { ttl: (ttlS: number) => number; isUnique: boolean; asker?: string }) {
    const { port, text, addresses = machineAddresses } = this.#options;
    const { instance, host } = this.#names;
    const common = { flush: isUnique };
    return [
      { ...common, name: instance, type: 'SRV' as const, ttl: ttl(HOST_TTL_S), data: { target: host, port } },
      { ...common, name: instance, type: 'TXT' as const, ttl: ttl(OTHER_TTL_S), data: [...text] },
      ...nearestFirst(addresses(), asker).map((data) => ({
        ...{ ...common, name: host, type: 'A' as const, ttl: ttl(HOST_TTL_S), data },
      })),
    ];
  }
}

function namesOf({ service, name, host }: AnnouncementOptions) {
  const type = `${service}.local`;
  return { service: type, instance: `${labelOf(name)}.${type}`, host: `${labelOf(host)}.local` };
}

/** One label: a dot would part it in two. */
function labelOf(text: string): string {
  let label = text.replaceAll('.', '-');
  while (Buffer.byteLength(label) > LABEL_BYTES_MAX) label = label.slice(0, -1);
  return label.trim() || 'kilowink';
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function idOf(query: QueryPacket): number {
  return (query as { id?: number }).id ?? 0;
}

function machineAddresses(): AnnouncedAddress[] {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal);
}
