import { alignColumns } from '../term/index.ts';
import type { ScannedDevice } from './scan-list.ts';

/** The table of what was heard, and how to add what is not. */
export function scanLines(devices: readonly ScannedDevice[], nowMs: number): string[] {
  if (devices.length === 0) return ['No sensor was heard yet. --all shows other devices too.'];
  const head = ['ADDRESS', 'NAME', 'KIND', 'SIGNAL', 'AGE', 'LAST WINDOWS (Wh)', 'PROOF'];
  const rows = devices.map((device) => [
    device.address,
    device.name ?? '',
    device.kind,
    device.rssiDbm === null ? '' : `${device.rssiDbm} dBm${device.phy === 'coded' ? ' coded' : ''}`,
    `${Math.max(0, Math.round((nowMs - device.lastMs) / 1_000))} s`,
    device.windows.length > 0 ? device.windows.map((count) => count ?? '–').join(' ') : device.says,
    device.kind === 'other' ? '' : device.proof,
  ]);
  const lines = alignColumns([head, ...rows]).map((line) => line.trimEnd());
  const toAdd = devices.flatMap(({ address, toAdd: how }) => (how === null ? [] : [`  ${address}  ${how}`]));
  return toAdd.length === 0 ? lines : [...lines, '', 'Not added, so not stored:', ...toAdd];
}
