import { closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';

/** Bytes this process has caused to be written to the medium, at the block layer. */
export function writtenBytes(): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** Pushes what is dirty of these files to the medium, as Linux does by itself after 30 s. */
export function pushOut(paths: readonly string[]): void {
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const file = openSync(path, 'r+');
    fsyncSync(file);
    closeSync(file);
  }
}
