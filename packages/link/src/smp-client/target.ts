import { linkError } from '../errors.ts';
import { CONSOLE_BAUD } from './serial-transport.ts';
import { SMP_PORT } from './udp-transport.ts';

/** Where a device is. */
export type Target =
  | { readonly kind: 'udp'; readonly host: string; readonly port: number }
  | { readonly kind: 'serial'; readonly path: string; readonly baud: number }
  /** An address with colons, or the name it advertises. */
  | { readonly kind: 'ble'; readonly device: string }
  | { readonly kind: 'telnet'; readonly host: string; readonly port: number };

/**
 * Reads `udp://host[:port]`, `serial:///dev/…[?baud=…]`, `ble://address-or-name`, `telnet://host[:port]`; null for what has no
 * such form, for example a sensor's name. Throws `smp/target` for one that has the form but makes no sense.
 */
export function parseTarget(text: string): Target | null {
  const [, scheme = '', rest = ''] = /^(udp|serial|ble|telnet):\/\/(.*)$/.exec(text) ?? [];
  switch (scheme) {
    case 'udp':
      return { kind: 'udp', ...hostAndPort(text, SMP_PORT) };
    case 'telnet':
      return { kind: 'telnet', ...hostAndPort(text, 23) };
    case 'ble':
      if (rest === '') throw linkError('smp/target', { target: text });
      return { kind: 'ble', device: decodeURIComponent(rest) };
    case 'serial':
      return serialTarget(text, rest);
    default:
      return null;
  }
}

function hostAndPort(text: string, portDefault: number): { host: string; port: number } {
  const url = URL.parse(text);
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
  const isWhole = url !== null && host !== '' && ['', '/'].includes(url.pathname) && url.search === '';
  if (!isWhole) throw linkError('smp/target', { target: text });
  return { host: decodeURIComponent(host), port: url.port === '' ? portDefault : Number(url.port) };
}

function serialTarget(text: string, rest: string): Target {
  const [path = '', query = ''] = rest.split('?');
  const settings = new URLSearchParams(query);
  const baud = Number(settings.get('baud') ?? CONSOLE_BAUD);
  const isKnown = [...settings.keys()].every((key) => key === 'baud');
  if (!path.startsWith('/') || !Number.isInteger(baud) || baud < 50 || !isKnown) {
    throw linkError('smp/target', { target: text });
  }
  return { kind: 'serial', path, baud };
}

/** As `parseTarget` reads it. */
export function formatTarget(target: Target): string {
  switch (target.kind) {
    case 'serial':
      return `serial://${target.path}${target.baud === CONSOLE_BAUD ? '' : `?baud=${target.baud}`}`;
    case 'ble':
      return `ble://${target.device}`;
    default: {
      const host = target.host.includes(':') ? `[${target.host}]` : target.host;
      const portDefault = target.kind === 'udp' ? SMP_PORT : 23;
      return `${target.kind}://${host}${target.port === portDefault ? '' : `:${target.port}`}`;
    }
  }
}
