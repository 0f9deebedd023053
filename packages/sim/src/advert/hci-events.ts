import type { Advertisement, Phy } from '@kilowink/core/advert';

/** Data of an advertisement that one HCI event can hold, of 255 bytes of parameters. */
const CHUNK_BYTES = 229;
const PHY_NUMBER: Readonly<Record<Phy, number>> = { '1M': 1, '2M': 2, coded: 3 };

/** The HCI packet (H4) with which a controller reports a legacy advertisement (connectable, undirected). */
export function legacyReportPacket(advert: Advertisement): Uint8Array {
  const { data } = advert;
  return metaEvent([
    ...[0x02, 1, 0x00, addressTypeByte(advert), ...addressBytes(advert.address), data.length],
    ...data,
    (advert.rssiDbm ?? 127) & 0xff,
  ]);
}

/**
 * The HCI packets with which a controller reports an extended advertisement: more than one where its data does not fit.
 * `chunkBytes`: data in each, 229 at most; some controllers give less.
 */
export function extendedReportPackets(advert: Advertisement, chunkBytes = CHUNK_BYTES): Uint8Array[] {
  const { data } = advert;
  const count = Math.max(1, Math.ceil(data.length / chunkBytes));
  return Array.from({ length: count }, (_, index) => {
    const chunk = data.subarray(chunkBytes * index, chunkBytes * (index + 1));
    const status = index + 1 < count ? 1 : 0;
    const phy = PHY_NUMBER[advert.phy ?? '1M'];
    const primary = phy === PHY_NUMBER.coded ? phy : PHY_NUMBER['1M'];
    // Connectable; no transmit power, no periodic advertising, not directed.
    const head = [0x01 | (status << 5), 0x00, addressTypeByte(advert), ...addressBytes(advert.address)];
    const rest = [primary, phy, 0, 0x7f, (advert.rssiDbm ?? 127) & 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    return metaEvent([0x0d, 1, ...head, ...rest, chunk.length, ...chunk]);
  });
}

function metaEvent(parameters: readonly number[]): Uint8Array {
  return Uint8Array.of(0x04, 0x3e, parameters.length, ...parameters);
}

function addressTypeByte({ addressType }: Advertisement): number {
  return addressType === 'public' ? 0 : 1;
}

function addressBytes(address: string): number[] {
  return address
    .split(':')
    .map((part) => Number.parseInt(part, 16))
    .reverse();
}
