import makeMdns, { type ResponsePacket } from 'multicast-dns';

/** A service that somebody in the network announces. */
export interface FoundService {
  /** What it calls itself, `blink-0011`. */
  readonly name: string;
  /** What it does, `_mcumgr._udp`. */
  readonly service: string;
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly text: readonly string[];
}

/** What devices that can be looked after announce: Zephyr's SMP server, and our sensors and gateways. */
export const DEVICE_SERVICES = [
  '_mcumgr._udp',
  '_smp._udp',
  '_kilowink._udp',
  '_kilowink._tcp',
  '_telnet._tcp',
] as const;

/** How and for how long is listened. */
export interface MdnsOptions {
  readonly services?: readonly string[];
  /** 3 s by default: the question is asked three times. */
  readonly waitMs?: number;
  /** For tests: another port than 5353, and an interface. */
  readonly socket?: { readonly port?: number; readonly interface?: string; readonly bind?: string };
}

interface Record {
  readonly name: string;
  readonly type: string;
  readonly data?: unknown;
}

const ASKS = 3;

/** Asks the network which devices there are. Without multicast the answer is empty. */
export async function discoverMdns(options: MdnsOptions = {}): Promise<FoundService[]> {
  const { services = DEVICE_SERVICES, waitMs = 3_000, socket = {} } = options;
  const mdns = makeMdns({ ...socket, reuseAddr: true });
  const records = new Records();
  mdns.on('response', (packet: ResponsePacket) => {
    for (const record of [...(packet.answers ?? []), ...(packet.additionals ?? [])])
      records.add(record as Record);
  });
  // A machine without a network has nobody to ask; what it found, nothing, is the answer.
  mdns.on('error', () => {});
  mdns.on('warning', () => {});
  const questions = services.map((service) => ({ name: `${service}.local`, type: 'PTR' as const }));
  for (let ask = 0; ask < ASKS; ask += 1) {
    mdns.query({ questions: [...questions, ...records.missing()] }, () => {});
    await new Promise((resolve) => setTimeout(resolve, waitMs / ASKS));
  }
  await new Promise<void>((resolve) => mdns.destroy(() => resolve()));
  return records.services(services);
}

type Question = { name: string; type: 'SRV' | 'A' };

class Records {
  readonly #instances = new Map<string, Set<string>>();
  readonly #places = new Map<string, { host: string; port: number }>();
  readonly #addresses = new Map<string, Set<string>>();
  readonly #texts = new Map<string, string[]>();

  add({ name, type, data }: Record): void {
    const key = name.toLowerCase();
    if (type === 'PTR' && typeof data === 'string') this.#set(this.#instances, key).add(data);
    if ((type === 'A' || type === 'AAAA') && typeof data === 'string')
      this.#set(this.#addresses, key).add(data);
    if (type === 'SRV' && isPlace(data)) this.#places.set(key, { host: data.target, port: data.port });
    if (type === 'TXT')
      this.#texts.set(
        key,
        [data].flat().map((each) => Buffer.from(each as Buffer).toString('utf8')),
      );
  }

  /** What is still to be asked of those who answered in part. */
  missing(): Question[] {
    const instances = [...this.#instances.values()].flatMap((names) => [...names]);
    const noPlace = instances.filter((name) => !this.#places.has(name.toLowerCase()));
    const hosts = [...this.#places.values()].map(({ host }) => host);
    const noAddress = hosts.filter((host) => !this.#addresses.has(host.toLowerCase()));
    return [
      ...noPlace.map((name) => ({ name, type: 'SRV' as const })),
      ...noAddress.map((name) => ({ name, type: 'A' as const })),
    ];
  }

  services(wanted: readonly string[]): FoundService[] {
    return wanted.flatMap((service) => {
      const instances = [...(this.#instances.get(`${service}.local`.toLowerCase()) ?? [])];
      return instances.flatMap((instance) => {
        const key = instance.toLowerCase();
        const place = this.#places.get(key);
        if (place === undefined) return [];
        const { host, port } = place;
        const name = instance.slice(0, Math.max(0, instance.length - `.${service}.local`.length));
        const addresses = [...(this.#addresses.get(host.toLowerCase()) ?? [])];
        return [{ name, service, host, port, addresses, text: this.#texts.get(key) ?? [] }];
      });
    });
  }

  #set(map: Map<string, Set<string>>, key: string): Set<string> {
    const set = map.get(key) ?? new Set<string>();
    map.set(key, set);
    return set;
  }
}

function isPlace(data: unknown): data is { target: string; port: number } {
  return typeof data === 'object' && data !== null && 'target' in data && 'port' in data;
}
