import { type Format, fill } from '../i18n/format.ts';

/** Which way a sensor is heard, and how strongly. */
export function wayText(way: { way: string; rssiDbm: number | null }, format: Format): string {
  const words = format.strings.care;
  const [kind = '', ...rest] = way.way.split('/');
  const name = rest.join('/');
  const local = { usb: words.usb, bluetooth: words.bluetooth }[kind];
  const said =
    kind === 'wifi' ? words.wifi : fill(local ?? words.gateway, { name: name === '' ? kind : name });
  return way.rssiDbm === null ? said : `${said} ${dbm(way.rssiDbm)}`;
}

/** A signal strength with a minus as long as the plus. */
export function dbm(rssiDbm: number): string {
  return `${rssiDbm < 0 ? '−' : ''}${Math.abs(rssiDbm)}\u202fdBm`;
}

/** How long something has lasted, in the largest unit that still tells. */
export function longSpan(ms: number, format: Format): string {
  const { spans } = format.strings;
  const count = (value: number, text: string): string => fill(text, { count: format.count(value) });
  const days = Math.floor(ms / 86_400_000);
  if (days >= 2) return `${format.count(days)}\u202f${format.locale.startsWith('fr') ? 'j' : 'd'}`;
  if (ms >= 3_600_000) return count(Math.floor(ms / 3_600_000), spans.hours);
  if (ms >= 60_000) return count(Math.floor(ms / 60_000), spans.minutes);
  return count(Math.max(0, Math.floor(ms / 1_000)), spans.seconds);
}
