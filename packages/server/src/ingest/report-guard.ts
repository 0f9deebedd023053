import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { assert } from '@kilowink/core/error';
import type { EpochMs } from '@kilowink/core/time';

/** A place in memory that outlives a process, and costs the SD card nothing. */
const MEMORY_FOLDER = '/dev/shm';

/** Beyond it something is wrong with who writes groups; then what is oldest is let go. */
const GUARD_BYTES_MAX = 64 * 1024 * 1024;

/** Its id, when it came by both clocks, from where, and what: bytes, or that the sensor is up. A torn line has no end. */
const LINE = /^(?:([0-9a-f]+-\d+) )?(\d+) (\d+) (\S+) ([0-9a-f]*|up)\.$/;

/** What version 1 sensors said: they are answered at once, and repeat 50 s only. */
export interface GuardedReport {
  /** Null for "a sensor has booted". */
  readonly bytes: Uint8Array | null;
  readonly address: string;
  /** When it came, by the wall and by the machine's clock since it was switched on. */
  readonly wallMs: EpochMs;
  readonly uptimeMs: number;
}

/** One that was kept. */
export interface KeptReport extends GuardedReport {
  /** No other has it, whichever process kept it; null in what older servers kept. */
  readonly id: string | null;
}

/**
 * Keeps in memory, outside of the process, what was answered and is not in the file yet, so that a process that is killed
 * loses nothing; a power cut still does, up to the grouping interval. One file a data folder, for its owner alone.
 */
export class ReportGuard {
  readonly #path: string;
  readonly #writtenGroups: () => number;
  /** Of this process: a number alone would come again where the file or the store was put in another's place. */
  readonly #token = randomBytes(6).toString('hex');
  #count = 0;
  #file: number | null = null;
  #bytes = 0;
  /** Kept already, in the order in which they are to be taken; from `#aheadAt` on. */
  #ahead: readonly { readonly report: GuardedReport; readonly id: string }[] = [];
  #aheadAt = 0;
  /** The group that has everything noted: once it is written, all of that may go. */
  #heldUntil = 0;

  constructor(dataDir: string, writtenGroups: () => number, memoryFolder = MEMORY_FOLDER) {
    const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 24);
    const folder = join(memoryFolder, `kilowink-${process.getuid?.() ?? 0}`);
    this.#path = join(folder, name);
    this.#writtenGroups = writtenGroups;
    try {
      if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
      const file = openSync(this.#path, 'a+', 0o600);
      this.#file = isOurs(file) ? file : null;
      if (this.#file === null) closeSync(file);
      else this.#bytes = fstatSync(file).size;
    } catch {
      // No such memory here: then a kill costs what a power cut does.
    }
  }

  /** Whether there is such a place on this machine. */
  get isOpen(): boolean {
    return this.#file !== null;
  }

  /** What an earlier process left, in order; a torn last one is left out. */
  left(): KeptReport[] {
    if (this.#file === null) return [];
    const reports: KeptReport[] = [];
    for (const line of readFileSync(this.#path, 'utf8').split('\n')) {
      const found = LINE.exec(line);
      if (found === null) continue;
      const [, id = null, wallMs = '', uptimeMs = '', address = '', body = ''] = found;
      const bytes = body === 'up' ? null : new Uint8Array(Buffer.from(body, 'hex'));
      reports.push({
        ...{ id, bytes },
        address: decodeURIComponent(address),
        wallMs: Number(wallMs),
        uptimeMs: Number(uptimeMs),
      });
    }
    return reports;
  }

  /** Keeps with one write what `note` is called for next, in this order: what came in one turn of the event loop. */
  noteAhead(reports: readonly GuardedReport[]): void {
    if (this.#file === null) return;
    this.#letGo();
    const ahead = reports.map((report) => ({ report, id: this.#name() }));
    let lines = '';
    for (const { report, id } of ahead) lines += lineOf(report, id);
    this.#ahead = this.#write(this.#file, lines) ? ahead : [];
    this.#aheadAt = 0;
  }

  /**
   * To be called before a report is taken: what came before is let go once its group is written. Returns its id, null where
   * it could not be kept.
   */
  note(report: GuardedReport): string | null {
    if (this.#file === null) return null;
    const ahead = this.#ahead[this.#aheadAt];
    if (ahead !== undefined) {
      const isSame = ahead.report.bytes === report.bytes && ahead.report.address === report.address;
      assert(isSame, 'what was kept ahead is taken in its order');
      this.#aheadAt += 1;
      return ahead.id;
    }
    this.#letGo();
    const id = this.#name();
    return this.#write(this.#file, lineOf(report, id)) ? id : null;
  }

  #letGo(): void {
    const isWritten = this.#writtenGroups() >= this.#heldUntil;
    if (this.#bytes > (isWritten ? 0 : GUARD_BYTES_MAX)) this.clear();
  }

  #name(): string {
    this.#count += 1;
    return `${this.#token}-${this.#count}`;
  }

  /** Whether there was room. Where there is not, what was written of it goes again: a torn line would take the next with it. */
  #write(file: number, lines: string): boolean {
    let written = 0;
    try {
      // A line has nothing but ASCII.
      written = writeSync(file, lines, null, 'latin1');
    } catch {
      // The report is taken nevertheless, and a kill costs what a power cut does.
    }
    if (written === lines.length) this.#bytes += written;
    else ftruncateSync(file, this.#bytes);
    return written === lines.length;
  }

  /**
   * To be called once it is taken, with the group that holds its windows: one that was written meanwhile (a boot's run is
   * made at once) may not have all of them, or be the very one.
   */
  taken(group: number): void {
    this.#heldUntil = group;
  }

  /** Everything is in the file. */
  clear(): void {
    if (this.#file === null) return;
    ftruncateSync(this.#file);
    this.#bytes = 0;
  }

  /** After everything was written: nothing is left behind. */
  close(): void {
    if (this.#file === null) return;
    closeSync(this.#file);
    this.#file = null;
    rmSync(this.#path, { force: true });
  }
}

function lineOf({ bytes, address, wallMs, uptimeMs }: GuardedReport, id: string): string {
  const body = bytes === null ? 'up' : hexOf(bytes);
  return `${id} ${Math.round(wallMs)} ${Math.round(uptimeMs)} ${encodeURIComponent(address)} ${body}.\n`;
}

/** Without a copy of the bytes. */
function hexOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('hex');
}

/** Somebody else may have made the name first: their file is not read. */
function isOurs(file: number): boolean {
  const stat = fstatSync(file);
  return stat.isFile() && (process.getuid === undefined || stat.uid === process.getuid());
}
