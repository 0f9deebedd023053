import { readFileSync } from 'node:fs';
import { type Advertisement, HciAdvertReader, parseAddress } from '@kilowink/core/advert';
import { parseHex } from '@kilowink/core/bytes';
import { cliError } from '../errors.ts';

/**
 * Reads captured advertisements, a line each: an HCI packet in hex (H4, it begins with `04`), or an address, a signal
 * (dBm) or `-`, and the advertising data in hex. Empty lines and those that begin with `#` are left out. Throws
 * `cli/file`, `scan/line`.
 */
export function readCapture(path: string): Advertisement[] {
  const reader = new HciAdvertReader();
  return readText(path)
    .split('\n')
    .flatMap((line, index) => {
      const text = line.trim();
      if (text === '' || text.startsWith('#')) return [];
      const found = readLine(text, reader);
      if (found === null) throw cliError('scan/line', { path, line: index + 1 });
      return found;
    });
}

function readLine(text: string, reader: HciAdvertReader): Advertisement[] | null {
  const [first = '', signal, hex] = text.split(/\s+/);
  const address = parseAddress(first);
  if (address === null || signal === undefined) {
    const packet = parseHex(text);
    return packet === null ? null : reader.feed(packet);
  }
  const data = parseHex(hex ?? '');
  const rssiDbm = signal === '-' ? null : Number(signal);
  if (data === null || (rssiDbm !== null && !Number.isInteger(rssiDbm))) return null;
  return [{ address, addressType: null, rssiDbm, data, phy: null }];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cliError('cli/file', { path, reason }, cause);
  }
}
