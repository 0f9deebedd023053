/** A characteristic that is written and notifies, as SMP and serial lines over Bluetooth have one or two. */
export interface AttCharacteristic {
  /** Thirty-two lower-case hex digits. */
  readonly uuid: string;
}

/** What a simulated peripheral offers: one service. */
export interface AttServerOptions {
  readonly serviceUuid: string;
  readonly characteristics: readonly AttCharacteristic[];
  /** The largest ATT packet it takes. */
  readonly mtu: number;
  /** What it notifies, on which characteristic, when something is written. */
  onWrite(uuid: string, bytes: Uint8Array): readonly { readonly uuid: string; readonly bytes: Uint8Array }[];
}

const OP = {
  error: 0x01,
  mtu: 0x02,
  readByType: 0x08,
  readByGroup: 0x10,
  write: 0x12,
  notify: 0x1b,
  command: 0x52,
} as const;
const NOT_FOUND = 0x0a;
const UUID = { service: 0x2800, characteristic: 0x2803, configuration: 0x2902 } as const;
/** Write without response, notify. */
const PROPERTIES = 0x14;
const SERVICE_HANDLE = 1;

/**
 * The attribute server of a simulated peripheral: packets of ATT in, packets out. Handles are 1 for the service, then
 * three for each characteristic: declaration, value, configuration.
 */
export class AttServer {
  readonly #options: AttServerOptions;

  constructor(options: AttServerOptions) {
    this.#options = options;
  }

  feed(packet: Uint8Array): Uint8Array[] {
    const [opcode = 0] = packet;
    const from = u16At(packet, 1);
    switch (opcode) {
      case OP.mtu:
        return [Uint8Array.of(OP.mtu + 1, ...u16(this.#options.mtu))];
      case OP.readByGroup:
        return [this.#service(from, u16At(packet, 5))];
      case OP.readByType:
        return [this.#attributes(from, u16At(packet, 3), u16At(packet, 5))];
      case OP.write:
        return [Uint8Array.of(OP.write + 1)];
      case OP.command:
        return this.#written(from, packet.subarray(3));
      default:
        return opcode % 2 === 0 ? [error(opcode, from)] : [];
    }
  }

  #service(from: number, type: number): Uint8Array {
    if (type !== UUID.service || from > SERVICE_HANDLE) return error(OP.readByGroup, from);
    const { characteristics, serviceUuid } = this.#options;
    const last = SERVICE_HANDLE + 3 * characteristics.length;
    return Uint8Array.of(
      OP.readByGroup + 1,
      20,
      ...u16(SERVICE_HANDLE),
      ...u16(last),
      ...uuidBytes(serviceUuid),
    );
  }

  #attributes(from: number, to: number, type: number): Uint8Array {
    const places = this.#options.characteristics.map(({ uuid }, index) => ({
      uuid,
      handle: SERVICE_HANDLE + 1 + 3 * index,
    }));
    if (type === UUID.characteristic) {
      const found = places.find(({ handle }) => handle >= from && handle <= to);
      if (found === undefined) return error(OP.readByType, from);
      const { handle, uuid } = found;
      const value = [...u16(handle), PROPERTIES, ...u16(handle + 1), ...uuidBytes(uuid)];
      return Uint8Array.of(OP.readByType + 1, value.length, ...value);
    }
    const found = places.find(({ handle }) => handle + 2 >= from && handle + 2 <= to);
    if (type !== UUID.configuration || found === undefined) return error(OP.readByType, from);
    return Uint8Array.of(OP.readByType + 1, 4, ...u16(found.handle + 2), 0, 0);
  }

  #written(handle: number, bytes: Uint8Array): Uint8Array[] {
    const { characteristics, onWrite } = this.#options;
    const written = characteristics[(handle - SERVICE_HANDLE - 2) / 3];
    if (written === undefined) return [];
    return onWrite(written.uuid, bytes).map((notified) => {
      const index = characteristics.findIndex(({ uuid }) => uuid === notified.uuid);
      return Uint8Array.of(OP.notify, ...u16(SERVICE_HANDLE + 2 + 3 * index), ...notified.bytes);
    });
  }
}

function error(opcode: number, handle: number): Uint8Array {
  return Uint8Array.of(OP.error, opcode, ...u16(handle), NOT_FOUND);
}

function u16(value: number): [number, number] {
  return [value & 0xff, value >> 8];
}

function u16At(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
}

function uuidBytes(uuid: string): number[] {
  return (uuid.match(/../g) ?? []).map((digits) => Number.parseInt(digits, 16)).reverse();
}
