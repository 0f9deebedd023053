import { networkInterfaces } from 'node:os';
import type { SiteInfo } from '@kilowink/api';

const ANY_ADDRESS = new Set(['0.0.0.0', '::', '']);

/** Where sensors reach this server, most likely first: the machine's own addresses, or the one it listens on. */
export function reachableAddresses(host: string, port: number): SiteInfo['addresses'] {
  const hosts = ANY_ADDRESS.has(host) ? machineAddresses() : [host];
  return hosts.map((address) => ({ host: address, port, url: `http://${bracketed(address)}:${port}` }));
}

function machineAddresses(): string[] {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return own.length > 0 ? own : ['127.0.0.1'];
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
