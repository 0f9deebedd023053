import { once } from 'node:events';
import { connect } from 'node:net';
import { linkError } from '../errors.ts';
import { Listeners } from '../smp-client/transport.ts';
import type { ConsoleLine } from './line.ts';
import { TelnetFilter } from './telnet-filter.ts';

/** A console over telnet, as Zephyr's shell serves one. Throws `smp/transport` when nobody listens there. */
export async function openTelnet(host: string, port: number): Promise<ConsoleLine> {
  const target = `telnet://${host}:${port}`;
  const socket = connect({ host, port, noDelay: true });
  try {
    await once(socket, 'connect');
  } catch (cause) {
    socket.destroy();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw linkError('smp/transport', { target, reason }, cause);
  }
  const bytes = new Listeners<Uint8Array>();
  const away = new Listeners<Error>();
  const filter = new TelnetFilter();
  socket.on('data', (chunk) => {
    const { text, answer } = filter.push(new Uint8Array(Buffer.from(chunk)));
    if (answer.length > 0) socket.write(answer);
    if (text.length > 0) bytes.tell(text);
  });
  socket.on('error', () => {});
  socket.on('close', () => away.tell(linkError('smp/closed', { target })));
  return {
    target,
    write: async (each) => {
      if (socket.destroyed) throw linkError('smp/closed', { target });
      socket.write(TelnetFilter.escape(each));
    },
    onBytes: (listener) => bytes.add(listener),
    onAway: (listener) => away.add(listener),
    close: async () => {
      if (socket.destroyed) return;
      const closed = once(socket, 'close');
      socket.destroy();
      await closed;
    },
  };
}
