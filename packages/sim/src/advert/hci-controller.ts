import type { Advertisement } from '@kilowink/core/advert';
import type { AttServer } from './att-server.ts';
import { extendedReportPackets, legacyReportPacket } from './hci-events.ts';

/** What a simulated controller can do, and which device is near. */
export interface HciControllerOptions {
  readonly isExtended: boolean;
  readonly isCoded: boolean;
  /** A device that takes connections. */
  readonly peripheral?: { readonly address: string; readonly server: AttServer };
}

/** How its host set scanning. */
export interface ScanState {
  readonly isOn: boolean;
  readonly isExtended: boolean;
  /** Each PHY that is listened to, with the type of scanning: 0 is passive. */
  readonly phys: readonly { readonly phy: 1 | 3; readonly type: number }[];
  readonly filtersDuplicates: boolean;
}

const PACKET = { command: 0x01, data: 0x02 } as const;
const OPCODE = {
  disconnect: 0x0406,
  readVersion: 0x1001,
  readAddress: 0x1009,
  readHostSupported: 0x0c6c,
  readFeatures: 0x2003,
  readBufferSize: 0x2002,
  scanParameters: 0x200b,
  scanEnable: 0x200c,
  createConnection: 0x200d,
  extendedScanParameters: 0x2041,
  extendedScanEnable: 0x2042,
  extendedCreateConnection: 0x2043,
} as const;
const HANDLE = 0x0040;
const ATT_CHANNEL = 4;
const OFF: ScanState = { isOn: false, isExtended: false, phys: [], filtersDuplicates: false };

/**
 * A Bluetooth controller as its host sees it through HCI (H4 packets): it answers the commands that a scanning and
 * connecting host sends, reports what is on air while it scans, and connects to one device. Packets in, packets out.
 */
export class HciController {
  readonly #options: HciControllerOptions;
  #scan: ScanState = OFF;
  #isConnected = false;
  /** What came of an L2CAP packet so far. */
  #pending: number[] = [];
  /** Whether it answers at all. */
  isHung = false;

  constructor(options: HciControllerOptions) {
    this.#options = options;
  }

  get scan(): ScanState {
    return this.#scan;
  }

  /** Takes a packet of the host; gives what the host is answered. */
  feed(packet: Uint8Array): Uint8Array[] {
    if (this.isHung) return [];
    if (packet[0] === PACKET.data) return this.#data(packet);
    if (packet[0] !== PACKET.command) return [];
    const opcode = (packet[1] ?? 0) + 256 * (packet[2] ?? 0);
    return this.#command(opcode, packet.subarray(4));
  }

  /** What the host is told when this advertisement is on air; nothing while it does not scan. */
  hear(advert: Advertisement): Uint8Array[] {
    if (!this.#scan.isOn || this.isHung) return [];
    const wanted = advert.phy === 'coded' ? 3 : 1;
    if (!this.#scan.phys.some(({ phy }) => phy === wanted)) return [];
    if (this.#scan.isExtended) return extendedReportPackets(advert);
    return advert.data.length > 31 ? [] : [legacyReportPacket(advert)];
  }

  #command(opcode: number, parameters: Uint8Array): Uint8Array[] {
    switch (opcode) {
      case OPCODE.readFeatures: {
        const { isExtended, isCoded } = this.#options;
        return [complete(opcode, [0, (isExtended ? 0x10 : 0) | (isCoded ? 0x08 : 0), 0, 0, 0, 0, 0, 0])];
      }
      case OPCODE.readVersion:
        return [complete(opcode, [0x0c, 0, 0, 0x0c, 0xff, 0xff, 0, 0])];
      case OPCODE.readAddress:
        return [complete(opcode, [1, 2, 3, 4, 5, 6])];
      case OPCODE.readHostSupported:
        return [complete(opcode, [1, 0])];
      case OPCODE.readBufferSize:
        return [complete(opcode, [27, 0, 4])];
      case OPCODE.createConnection:
      case OPCODE.extendedCreateConnection:
        return this.#connect(opcode, parameters);
      case OPCODE.disconnect:
        this.#isConnected = false;
        return [status(opcode), event(0x05, [0, ...u16(HANDLE), 0x16])];
      default:
        this.#scanCommand(opcode, parameters);
        if (opcode === 0x0c03) this.#scan = OFF;
        return [complete(opcode, [])];
    }
  }

  #scanCommand(opcode: number, parameters: Uint8Array): void {
    if (opcode === OPCODE.scanParameters) {
      const phys = [{ phy: 1 as const, type: parameters[0] ?? 0 }];
      this.#scan = { ...this.#scan, isExtended: false, phys };
    } else if (opcode === OPCODE.extendedScanParameters) {
      const listened = parameters[2] ?? 0;
      const numbers = ([1, 3] as const).filter((phy) => (listened & (phy === 1 ? 0x01 : 0x04)) !== 0);
      const phys = numbers.map((phy, index) => ({ phy, type: parameters[3 + 5 * index] ?? 0 }));
      this.#scan = { ...this.#scan, isExtended: true, phys };
    } else if (opcode === OPCODE.scanEnable || opcode === OPCODE.extendedScanEnable) {
      this.#scan = { ...this.#scan, isOn: parameters[0] === 1, filtersDuplicates: parameters[1] === 1 };
    }
  }

  #connect(opcode: number, parameters: Uint8Array): Uint8Array[] {
    const { peripheral } = this.#options;
    const at = opcode === OPCODE.createConnection ? 6 : 3;
    const wanted = parameters.subarray(at, at + 6);
    const address = Array.from(wanted, (byte) => byte.toString(16).padStart(2, '0'))
      .reverse()
      .join(':');
    if (peripheral?.address !== address) return [status(opcode)];
    this.#isConnected = true;
    const details = [0x01, 0, ...u16(HANDLE), 0, 1, ...wanted, ...u16(24), ...u16(0), ...u16(42), 0];
    return [status(opcode), event(0x3e, details)];
  }

  /** Whole L2CAP packets of one fragment or more are put together by the channel's length. */
  #data(packet: Uint8Array): Uint8Array[] {
    const { peripheral } = this.#options;
    if (peripheral === undefined || !this.#isConnected) return [];
    const done = event(0x13, [1, ...u16(HANDLE), ...u16(1)]);
    const isFirst = (((packet[2] ?? 0) >> 4) & 0x03) !== 1;
    const content = packet.subarray(5);
    this.#pending = isFirst ? [...content] : [...this.#pending, ...content];
    const [low = 0, high = 0, channel] = this.#pending;
    const length = low + 256 * high;
    if (this.#pending.length < length + 4 || channel !== ATT_CHANNEL) return [done];
    const answers = peripheral.server.feed(Uint8Array.from(this.#pending.slice(4, 4 + length)));
    return [done, ...answers.map(dataPacket)];
  }
}

function dataPacket(att: Uint8Array): Uint8Array {
  const l2cap = [...u16(att.length), ...u16(ATT_CHANNEL), ...att];
  return Uint8Array.of(PACKET.data, ...u16(HANDLE | 0x2000), ...u16(l2cap.length), ...l2cap);
}

function event(code: number, parameters: readonly number[]): Uint8Array {
  return Uint8Array.of(0x04, code, parameters.length, ...parameters);
}

function complete(opcode: number, result: readonly number[]): Uint8Array {
  return event(0x0e, [1, ...u16(opcode), 0, ...result]);
}

function status(opcode: number): Uint8Array {
  return event(0x0f, [0, 1, ...u16(opcode)]);
}

function u16(value: number): [number, number] {
  return [value & 0xff, value >> 8];
}
