import { parseAddress, readAdvert } from '@kilowink/core/advert';
import { BleReceiver, type GattConnection, type GattPort, type GattTarget } from '@kilowink/link/ble';
import { loadConfig } from '@kilowink/server/config';
import { cliError } from '../errors.ts';

/** How long the adapter may take to begin, and a device to be heard. */
const START_MS_MAX = 6_000;
const HEAR_MS_MAX = 20_000;
const LOOK_MS = 50;

interface Heard {
  readonly address: string;
  readonly addressType: 'public' | 'random' | null;
}

/** The machine's Bluetooth adapter for one command: connects by address, or by the name a device advertises. */
class CommandAdapter implements GattPort {
  readonly #receiver: BleReceiver;
  readonly #heard = new Map<string, Heard>();

  constructor(configFile: string | undefined) {
    const { bluetooth } = loadConfig({ env: process.env, file: configFile, options: {} }).config;
    const { adapter, baudRate } = bluetooth;
    this.#receiver = new BleReceiver({
      ...{ adapter, baudRate, dutyPercent: 100 },
      onAdvert: ({ address, addressType, data }) => {
        const heard = { address, addressType };
        this.#heard.set(address, heard);
        const { name } = readAdvert(data);
        if (name !== null) this.#heard.set(name, heard);
      },
    });
  }

  async connect(target: GattTarget, timeoutMs?: number): Promise<GattConnection> {
    await this.#until(() => this.#receiver.status.state === 'scanning', START_MS_MAX);
    const known = parseAddress(target.address) ?? target.address;
    await this.#until(() => this.#heard.has(known), HEAR_MS_MAX);
    const heard = this.#heard.get(known);
    if (heard === undefined) {
      const reason = this.#receiver.status.obstacle?.message ?? `${target.address} was not heard`;
      throw cliError('smp/bluetooth', { reason });
    }
    const { address, addressType } = heard;
    return await this.#receiver.connect(
      { ...target, address, addressType: addressType ?? 'random' },
      timeoutMs,
    );
  }

  close(): void {
    this.#receiver.close();
  }

  async #until(isSo: () => boolean, msMax: number): Promise<void> {
    const endMs = performance.now() + msMax;
    while (!isSo() && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

let adapter: CommandAdapter | null = null;

/** Where Bluetooth connections are made; the adapter is taken at the first call. */
export async function openBluetooth(configFile?: string): Promise<GattPort> {
  adapter ??= new CommandAdapter(configFile);
  return adapter;
}

/** Lets the adapter go, so that the command can end. */
export function closeBluetooth(): void {
  adapter?.close();
  adapter = null;
}
