import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Announcement } from '@kilowink/link/announce';
import type { LoadedConfig } from '../config/index.ts';

/** What is announced of a server. */
export interface AnnouncedServer {
  readonly config: LoadedConfig['config'];
  readonly version: string;
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** One line for the person who runs it. */
  readonly log: (line: string) => void;
  /** For tests: another port and interface than mDNS has. */
  readonly socket?: { readonly port: number; readonly interface: string };
}

const SERVICE = '_kilowink._tcp';
const ANY = '0.0.0.0';
const PORT_USUAL = 8_087;
/** One address alone is in everybody's network, or in nobody's. */
const WHOLE_MASK = '255.255.255.255';

/**
 * Announces the server in the local network, as sensors look for it; null where it is turned off or only this machine reaches the
 * server. A network that takes no multicast is told of and harms nothing.
 */
export async function announceServer(server: AnnouncedServer): Promise<Announcement | null> {
  const { config, host, port, log, socket } = server;
  const isReachable = host === ANY || (isIP(host) === 4 && !host.startsWith('127.'));
  if (!config.mdns.enabled || config.readOnly || !isReachable) return null;
  const { Announcement: Announced } = await import('@kilowink/link/announce');
  const machine = hostname().split('.')[0] ?? 'kilowink';
  const which = port === PORT_USUAL ? machine : `${machine} ${port}`;
  return new Announced({
    ...{ service: SERVICE, name: `${config.site.name} (${which})`, host: machine, port },
    text: ['path=/stats', `version=${server.version}`],
    ...(host === ANY ? {} : { addresses: () => [{ address: host, netmask: WHOLE_MASK }] }),
    onObstacle: (error) => log(`The server is not announced in the network: ${error.message}`),
    ...(socket === undefined ? {} : { socket }),
  });
}
