// For tests of this package only.
import { mock } from 'node:test';
import type { Command } from 'commander';
import { type RunDeviceOptions, type RunningDevice, runDevice } from './run-device.ts';

/** A simulated device on a free port of this machine, that has started. */
export async function startDevice(options: Partial<RunDeviceOptions> = {}): Promise<RunningDevice> {
  const device = { slotBytes: 262_144, flash: { eraseSectorMs: 0.1, writeSectorMs: 0.1 }, ...options.device };
  const udp = { host: '127.0.0.1', port: 0 };
  const running = await runDevice({ version: '1.0.0', seed: 1, udp, ...options, device });
  while (running.device.state === 'booting') await new Promise((resolve) => setTimeout(resolve, 5));
  return running;
}

/** Runs a command of the program in this process; the lines it prints to standard output. */
export async function say(command: Command, ...words: string[]): Promise<string[]> {
  const lines: string[] = [];
  const log = mock.method(console, 'log', (line: string) => void lines.push(line));
  const error = mock.method(console, 'error', () => {});
  try {
    await command.exitOverride().parseAsync(words, { from: 'user' });
  } finally {
    log.mock.restore();
    error.mock.restore();
  }
  return lines.flatMap((line) => line.split('\n'));
}
