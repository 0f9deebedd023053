import { parseAddress } from '@kilowink/core/advert';
import { toHex } from '@kilowink/core/bytes';
import type { GattPort } from '@kilowink/link/ble';
import { connectSmp, parseTarget, type SmpClient, type Target } from '@kilowink/link/smp-client';
import { loadConfig } from '@kilowink/server/config';
import { cliError } from '../errors.ts';
import type { DeviceOptions } from './options.ts';

/**
 * Where a device is: a target as such, or what the configuration says of the sensor with this name or id. Throws
 * `smp/target`, and `smp/name` when nobody is known by it.
 */
export function resolveTarget(text: string, options: DeviceOptions): Target {
  const direct = parseTarget(text);
  if (direct !== null) return direct;
  const { config } = loadConfig({ env: process.env, file: options.config, options: {} });
  const isNamed = ({ id, name }: { id: string; name?: string | undefined }) => id === text || name === text;
  const sensors = config.sensors.filter(isNamed);
  for (const { device, address } of sensors) {
    const place = device ?? (address === undefined ? undefined : targetAt(address));
    const target = place === undefined ? null : parseTarget(place);
    if (target !== null) return target;
  }
  const known = config.sensors.map(({ id, name }) => name ?? id).join(', ');
  throw cliError('smp/name', { name: text, known: known === '' ? 'none' : known });
}

/** A sensor's address in the network, or on air. */
function targetAt(address: string): string {
  if (parseAddress(address) !== null) return `ble://${address}`;
  return `udp://${address.includes(':') ? `[${address}]` : address}`;
}

/** Bluetooth for a command; loaded when it is wanted. */
export async function openGattPort(configFile?: string): Promise<GattPort> {
  return (await import('./bluetooth.ts')).openBluetooth(configFile);
}

/** Lets go of what `openDevice` took beside the connection. */
export async function releaseDevices(target: Target): Promise<void> {
  if (target.kind === 'ble') (await import('./bluetooth.ts')).closeBluetooth();
}

/** A client of a device. */
export function openDevice(target: Target, { config }: DeviceOptions = {}): Promise<SmpClient> {
  return connectSmp(target, () => openGattPort(config));
}

/** Does something with a device, and lets go of it whatever happens. */
export async function withClient<T>(
  text: string,
  options: DeviceOptions,
  work: (client: SmpClient) => Promise<T>,
): Promise<T> {
  const target = resolveTarget(text, options);
  try {
    const client = await openDevice(target, options);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  } finally {
    await releaseDevices(target);
  }
}

/** Something of a device's answer as JSON has it: bytes as hex, maps as objects. */
export function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, each]) => [String(key), toJson(each)]));
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toJson(each)]));
}

/** Prints an answer: as JSON where that was asked for, else the lines that show it. */
export function printAnswer(value: unknown, lines: () => readonly string[], options: DeviceOptions): void {
  if (options.json === true) console.log(JSON.stringify(toJson(value), null, 2));
  else for (const line of lines()) console.log(line);
}
