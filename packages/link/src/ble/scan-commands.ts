/** What a controller can and shall do in scanning. */
export interface ScanSettings {
  /** Extended advertisements (Bluetooth 5). */
  readonly isExtended: boolean;
  /** The Coded PHY as well. */
  readonly isCoded: boolean;
  /** How much of the time it listens, 5 to 100. */
  readonly dutyPercent: number;
}

const COMMAND_PACKET = 0x01;
const LE_SET_SCAN_PARAMETERS = 0x200b;
const LE_SET_EXTENDED_SCAN_PARAMETERS = 0x2041;
const PASSIVE = 0x00;
const PHY_1M = 0x01;
const PHY_CODED = 0x04;
/** Time of listening in a row, 60 ms, in units of 0.625 ms. */
const WINDOW_UNITS = 96;

/**
 * The HCI command (H4) that sets scanning: passive, so that nothing is sent and no sensor is asked. With two PHYs the
 * controller listens to them in turns. Source: Bluetooth Core 5.4, Vol 4 Part E 7.8.10 and 7.8.64.
 */
export function scanParametersCommand({ isExtended, isCoded, dutyPercent }: ScanSettings): Uint8Array {
  const turns = isExtended && isCoded ? 2 : 1;
  const interval = Math.round((turns * WINDOW_UNITS * 100) / Math.min(100, Math.max(5, dutyPercent)));
  const timing = [PASSIVE, ...u16(interval), ...u16(WINDOW_UNITS)];
  // Own address public, no filter: the rest of the legacy command, and the head of the extended one.
  const parameters = isExtended
    ? [0x00, 0x00, isCoded ? PHY_1M | PHY_CODED : PHY_1M, ...timing, ...(isCoded ? timing : [])]
    : [...timing, 0x00, 0x00];
  const opcode = isExtended ? LE_SET_EXTENDED_SCAN_PARAMETERS : LE_SET_SCAN_PARAMETERS;
  return Uint8Array.of(COMMAND_PACKET, ...u16(opcode), parameters.length, ...parameters);
}

function u16(value: number): [number, number] {
  return [value & 0xff, value >> 8];
}
