import type { SensorMapping } from '../config/index.ts';

/** Which sensor a report is of. */
export interface SensorKey {
  /** The series' source: `optical/<id>` where the configuration maps it, else `optical/<address>/<type>`. */
  readonly source: string;
  /** What people call it until they rename it. */
  readonly name: string;
}

/** A version 1 report carries no identity: the sensor is its remote address and type, unless the configuration maps it. */
export function sensorKeyOf(
  from: { address: string; type: number },
  mappings: readonly SensorMapping[],
): SensorKey {
  const address = plainAddress(from.address);
  const mapping = mappings.find(
    (known) => isAddressOf(known, address) && (known.type ?? from.type) === from.type,
  );
  if (mapping !== undefined) return { source: `optical/${mapping.id}`, name: mapping.name ?? mapping.id };
  const type = from.type.toString(16).padStart(2, '0');
  return {
    source: `optical/${address}/${type}`,
    name: `Optical sensor ${address}${type === '00' ? '' : ` (type ${type})`}`,
  };
}

/** Whether a known source may report from `address`, whatever its type. */
export function isAt(source: string, address: string, mappings: readonly SensorMapping[]): boolean {
  const plain = plainAddress(address);
  if (source.startsWith(`optical/${plain}/`)) return true;
  return mappings.some((known) => isAddressOf(known, plain) && source === `optical/${known.id}`);
}

/** A version 2 report names its sensor: the configuration may call it otherwise. `keyName`: given with its key. */
export function numberedKeyOf(
  sensorId: string,
  keyName: string | undefined,
  mappings: readonly SensorMapping[],
): SensorKey {
  const mapping = mappings.find((known) => known.sensorId === sensorId);
  if (mapping === undefined) {
    return { source: `optical/${sensorId}`, name: keyName ?? `Optical sensor ${sensorId}` };
  }
  return { source: `optical/${mapping.id}`, name: mapping.name ?? keyName ?? mapping.id };
}

function isAddressOf(mapping: SensorMapping, plain: string): boolean {
  return mapping.address !== undefined && plainAddress(mapping.address) === plain;
}

/** IPv4 addresses as such, also where a socket that speaks both families shows them as IPv6. */
export function plainAddress(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}
