import {
  AD_TYPE,
  type AdStructure,
  type Advertisement,
  encodeAdStructures,
  parseAddress,
} from '@kilowink/core/advert';
import { parseHex } from '@kilowink/core/bytes';
import type { AdvertGateway } from '../config/index.ts';

/** An advertisement that a gateway passed on. */
export interface PassedAdvert {
  /** What the gateway is called, from the topic. */
  readonly gateway: string;
  readonly advert: Advertisement;
}

type Fields = Readonly<Record<string, unknown>>;

/** An AD structure holds no more. */
const CONTENT_BYTES_MAX = 254;

/**
 * Reads a gateway's message; null where it is of something else, or tells no advertising data. `levels`: what stood at
 * the wildcards of the mapping's filter. Formats: docs/how-to/openmqttgateway.md, esphome-bluetooth.md,
 * tasmota-bluetooth.md.
 */
export function readAdvertMessage(
  kind: AdvertGateway['kind'],
  message: { readonly topic: string; readonly payload: Uint8Array },
  levels: readonly string[],
): PassedAdvert | null {
  const fields = parseObject(message.payload);
  if (fields === null) return null;
  switch (kind) {
    case 'openmqttgateway':
      return passed(gatewayBefore(message.topic, 'BTtoMQTT', levels), {
        address: text(fields['id']),
        addressType: addressTypeOf(fields['mac_type']),
        rssi: fields['rssi'],
        data: structuresOf({
          manufacturer: text(fields['manufacturerdata']),
          service: text(fields['servicedata']),
          uuid: text(fields['servicedatauuid']),
          name: text(fields['name']),
        }),
      });
    case 'esphome':
      return passed(levels[0] ?? 'esphome', {
        address: text(fields['address']),
        addressType: null,
        rssi: fields['rssi'],
        data: structuresOf({
          manufacturer: text(fields['manufacturer_data']),
          service: text(fields['service_data']),
          uuid: text(fields['service_uuid']),
          name: text(fields['name']),
        }),
      });
    case 'tasmota':
      return tasmota(fields, levels[0] ?? 'tasmota');
  }
}

/** Tasmota sends the advertisement whole; an address that is not public ends in its type. */
function tasmota(fields: Fields, gateway: string): PassedAdvert | null {
  const details = fields['DetailsBLE'] ?? fields['details'];
  if (typeof details !== 'object' || details === null) return null;
  const { mac, p, RSSI: rssi } = details as Fields;
  const [address = '', type = '0'] = text(mac).split('/');
  return passed(gateway, {
    ...{ address, rssi },
    addressType: addressTypeOf(Number(type)),
    data: parseHex(text(p)),
  });
}

function passed(
  gateway: string,
  of: { address: string; addressType: Advertisement['addressType']; rssi: unknown; data: Uint8Array | null },
): PassedAdvert | null {
  const address = parseAddress(of.address);
  if (address === null || of.data === null || of.data.length === 0) return null;
  const { rssi, addressType, data } = of;
  const rssiDbm = typeof rssi === 'number' && rssi < 0 && rssi >= -127 ? Math.round(rssi) : null;
  return { gateway, advert: { address, addressType, rssiDbm, data, phy: null } };
}

/** Puts the parts back together that gateways take an advertisement apart into. */
function structuresOf(parts: {
  manufacturer: string;
  service: string;
  uuid: string;
  name: string;
}): Uint8Array | null {
  const structures: AdStructure[] = [];
  const manufacturer = parseHex(parts.manufacturer);
  if (manufacturer !== null && manufacturer.length > 0) {
    structures.push({ type: AD_TYPE.manufacturerData, data: manufacturer });
  }
  const service = parseHex(parts.service);
  const uuid = shortUuid(parts.uuid);
  if (service !== null && service.length > 0 && uuid !== null) {
    structures.push({ type: AD_TYPE.serviceData16, data: Uint8Array.of(uuid & 0xff, uuid >> 8, ...service) });
  }
  if (structures.length === 0 || structures.some(({ data }) => data.length > CONTENT_BYTES_MAX)) return null;
  const name = new TextEncoder().encode(parts.name).subarray(0, CONTENT_BYTES_MAX);
  if (name.length > 0) structures.push({ type: AD_TYPE.completeName, data: name });
  return encodeAdStructures(structures);
}

/** A 16-bit UUID: `fcd2`, `0xfcd2`, or the long form of one. */
function shortUuid(uuid: string): number | null {
  const found = /^(?:0x)?(?:0000)?([0-9a-f]{4})(?:-0000-1000-8000-00805f9b34fb)?$/i.exec(uuid);
  return found === null ? null : Number.parseInt(found[1] ?? '', 16);
}

function addressTypeOf(type: unknown): Advertisement['addressType'] {
  if (type === 0) return 'public';
  return type === 1 ? 'random' : null;
}

/** What stands before a level of a topic, as `home/OpenMQTTGateway` before `BTtoMQTT`: its last part. */
function gatewayBefore(topic: string, level: string, levels: readonly string[]): string {
  const parts = topic.split('/');
  return parts[parts.indexOf(level) - 1] ?? levels[0] ?? level;
}

function parseObject(payload: Uint8Array): Fields | null {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Fields)
      : null;
  } catch {
    return null;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
