import { SerialHost } from '@kilowink/link/smp-client';
import { peerNowMs, UdpHost } from '@kilowink/link/udp';
import { type LinkFaults, LossyLink, noiseImage, SmpDevice, type SmpDeviceOptions } from '@kilowink/sim/smp';

/** A simulated device in this process, behind a UDP port or a serial line. */
export interface RunDeviceOptions extends LinkFaults {
  readonly device: Omit<SmpDeviceOptions, 'startMs' | 'image'>;
  /** What it runs at first, when no image is given. */
  readonly version: string;
  readonly image?: Uint8Array;
  readonly seed: number;
  /** A serial port in place of UDP. */
  readonly serial?: { readonly path: string; readonly baud: number };
  readonly udp: { readonly host: string; readonly port: number };
  /** Mean time between power cuts, in ms; never, when left out. */
  readonly powerCutEveryMs?: number;
}

/** A running simulated device. */
export interface RunningDevice {
  readonly device: SmpDevice;
  /** How it is reached. */
  readonly target: string;
  /** The power goes, and comes again after this time in ms. */
  cutPower(awayMs: number): void;
  close(): Promise<void>;
}

/** Image that a simulated device runs at first. */
const FIRST_IMAGE_BYTES = 65_536;

/** Starts it. Throws `smp/transport` when the port is taken. */
export async function runDevice(options: RunDeviceOptions): Promise<RunningDevice> {
  const image = options.image ?? noiseImage(options.version, FIRST_IMAGE_BYTES, options.seed);
  const device = new SmpDevice({ ...options.device, startMs: peerNowMs(), image });
  const link = new LossyLink(device, options, options.seed);
  const { serial, udp } = options;
  const host =
    serial === undefined ? await UdpHost.open(link, udp) : new SerialHost(link, serial.path, serial.baud);
  const target =
    host instanceof UdpHost
      ? `udp://${udp.host}:${host.port}`
      : `serial://${serial?.path}?baud=${serial?.baud}`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cutPower = (awayMs: number) => {
    device.cutPower(peerNowMs());
    setTimeout(() => {
      device.powerOn(peerNowMs());
      host.runner.plan();
    }, awayMs);
  };
  const planCut = (everyMs: number) => {
    timer = setTimeout(
      () => {
        cutPower(100);
        planCut(everyMs);
      },
      -Math.log(1 - Math.random()) * everyMs,
    );
  };
  if (options.powerCutEveryMs !== undefined) planCut(options.powerCutEveryMs);
  return {
    ...{ device, target, cutPower },
    close: async () => {
      clearTimeout(timer);
      await host.close();
    },
  };
}
