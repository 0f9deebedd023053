import { UdpPort } from '../udp/udp-port.ts';
import type { SmpTransport } from './transport.ts';

/** Where Zephyr's SMP server listens. */
export const SMP_PORT = 1337;

/** What fits an Ethernet packet with IPv6 and a tunnel around it, so that nothing is cut up on the way. */
const FRAME_BYTES_MAX = 1_400;

/** SMP over UDP: one frame a packet. Throws `smp/transport` when the host's name is not known. */
export async function openUdpTransport(host: string, port = SMP_PORT): Promise<SmpTransport> {
  const udp = await UdpPort.open(host, port);
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    target: `udp://${shown}${port === SMP_PORT ? '' : `:${port}`}`,
    frameBytesMax: FRAME_BYTES_MAX,
    overheadBytes: 0,
    parallelMax: 4,
    attempts: 7,
    wait: { firstMs: 1_000, leastMs: 100, mostMs: 8_000 },
    send: async (frame) => udp.send(frame),
    onFrame: (listener) => udp.onMessage(listener),
    onClose: () => () => {},
    close: () => udp.close(),
  };
}
