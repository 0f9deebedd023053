import { readFileSync } from 'node:fs';

/** The flags and variables with which `npm start` starts a server. */
export const SERVER_FLAGS: readonly string[] = ['--max-semi-space-size=1'];
export const SERVER_ENV: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
};

/**
 * With `--small`, a server's heap grows as on a machine of 512 MB: there V8 allows it 256 MB by itself and collects
 * garbage after three tenths of growth, where one of many GB lets it grow to four times its size.
 */
export function machineFlags(): readonly string[] {
  return process.argv.includes('--small') ? ['--max-old-space-size=256'] : [];
}

/**
 * After that long a server has given back what it does: V8 collects the garbage of a process that rests 100 s after it
 * did so last.
 */
export const REST_MS = 120_000;

/**
 * What a process takes now, MB: resident, and of that what is its own alone; the rest are pages of files, most of them
 * Node's program, which the system may drop and read again.
 */
export function memoryNow(pid: number): { residentMb: number; ownMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024;
  return { residentMb: mb('VmRSS'), ownMb: mb('RssAnon') };
}
