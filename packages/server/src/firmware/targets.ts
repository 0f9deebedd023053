import type { FirmwareInfo } from '@kilowink/api';
import { parseAddress } from '@kilowink/core/advert';
import type { SensorMapping } from '../config/index.ts';

/** A sensor, and where it is looked after: null where nobody said. */
export type SensorTarget = FirmwareInfo['targets'][number];

/**
 * Every sensor that was heard or is in the configuration, in the configuration's order. As on the command line, a sensor
 * without `device` is looked after at its address.
 */
export function sensorTargets(
  mappings: readonly SensorMapping[],
  heard: readonly { readonly source: string; readonly name: string }[],
): SensorTarget[] {
  const targets = new Map<string, SensorTarget>();
  for (const { id, name, device, address } of mappings) {
    const source = `optical/${id}`;
    const before = targets.get(source);
    const place = device ?? before?.device ?? (address === undefined ? null : targetAt(address));
    targets.set(source, { source, name: name ?? before?.name ?? id, device: place });
  }
  for (const { source, name } of heard) {
    const device = targets.get(source)?.device ?? null;
    targets.set(source, { source, name, device });
  }
  return [...targets.values()];
}

function targetAt(address: string): string {
  if (parseAddress(address) !== null) return `ble://${address}`;
  return `udp://${address.includes(':') ? `[${address}]` : address}`;
}
