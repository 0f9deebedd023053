import { IMPORT_BYTES_MAX, type ImportAnswer } from '@kilowink/api';
import { AppError } from '@kilowink/core/error';
import { refusalCode } from '../data/care.ts';
import { type ChosenFile, problemOf, truth } from '../data/change.ts';
import type { Admin } from './admin.ts';
import { createSignal } from './signal.ts';

/** Why a file can not be taken in. */
export interface FileProblem {
  /** The server's, or `page/…` for what never reached it. */
  readonly code: string;
  /** What the server says, in its own words; empty where it said nothing. */
  readonly detail: string;
}

/** A file that was chosen, and what became of it. */
export interface FileEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** Null where it could not be read. */
  readonly file: ChosenFile | null;
  /** Null until the server has told what it holds. */
  readonly answer: ImportAnswer | null;
  readonly problem: FileProblem | null;
}

/** Files on their way from the reader to the server. */
export interface FilesState {
  /** `told`: what they hold is shown, and waits for a yes. `taken`: it is stored. */
  readonly phase: 'idle' | 'reading' | 'told' | 'taking' | 'taken';
  readonly entries: readonly FileEntry[];
  /** Which end of an interval the stamps are; empty where that is to be found out. */
  readonly stamps: '' | 'start' | 'end';
  /** What to call a series that is made; empty for the file's own name. */
  readonly seriesName: string;
}

const IDLE: FilesState = { phase: 'idle', entries: [], stamps: '', seriesName: '' };

/** Brings files to the server: first they are told of, then, when the reader agrees, taken in. */
export class FileImport {
  readonly state = createSignal<FilesState>(IDLE);
  readonly #admin: Admin;
  /** Counts up with each choice: answers to an earlier one come too late. */
  #turn = 0;

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  /** Reads files and asks what they hold. */
  async choose(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    const turn = this.#begin({ ...IDLE, phase: 'reading', entries: files.map(waiting) });
    const entries = await Promise.all(files.map(readEntry));
    if (turn === this.#turn) await this.#look({ ...IDLE, phase: 'reading', entries });
  }

  /** Asks again, with the stamps taken as the reader says. */
  async setStamps(stamps: FilesState['stamps']): Promise<void> {
    await this.#look({ ...this.state.get(), phase: 'reading', stamps });
  }

  setSeriesName(seriesName: string): void {
    this.state.set({ ...this.state.get(), seriesName });
  }

  /** Takes in all that was understood. */
  async take(): Promise<void> {
    const turn = this.#begin({ ...this.state.get(), phase: 'taking' });
    await this.#ask(turn, true);
    if (turn === this.#turn) this.state.set({ ...this.state.get(), phase: 'taken' });
  }

  clear(): void {
    this.#begin(IDLE);
  }

  async #look(state: FilesState): Promise<void> {
    const turn = this.#begin(state);
    const isTold = await this.#ask(turn, false);
    if (turn !== this.#turn) return;
    this.state.set(isTold ? { ...this.state.get(), phase: 'told' } : IDLE);
  }

  #begin(state: FilesState): number {
    this.state.set(state);
    this.#turn += 1;
    return this.#turn;
  }

  /** Asks the server of one file after the other. False when the reader would rather not log in. */
  async #ask(turn: number, write: boolean): Promise<boolean> {
    for (const [index, entry] of this.state.get().entries.entries()) {
      if (entry.file === null || (write && entry.answer === null)) continue;
      const { file } = entry;
      const { stamps, seriesName } = this.state.get();
      const changed = await this.#admin
        .runLogged(() => truth.importFile(file, { stamps, seriesName: seriesName.trim(), write }))
        .then(
          (answer): Partial<FileEntry> | null => (answer === null ? null : { answer, problem: null }),
          (error: unknown): Partial<FileEntry> => ({
            problem: problemFrom(error),
            ...(write ? {} : { answer: null }),
          }),
        );
      if (changed === null) return false;
      if (turn !== this.#turn) return true;
      const { entries, ...rest } = this.state.get();
      this.state.set({ ...rest, entries: entries.with(index, { ...entry, ...changed }) });
    }
    return true;
  }
}

function waiting({ name, size }: File): FileEntry {
  return { name, sizeBytes: size, file: null, answer: null, problem: null };
}

async function readEntry(file: File): Promise<FileEntry> {
  const entry = waiting(file);
  if (file.size > IMPORT_BYTES_MAX) return { ...entry, problem: { code: 'page/too-large', detail: '' } };
  try {
    return { ...entry, file: { name: file.name, content: new Blob([await file.arrayBuffer()]) } };
  } catch {
    return { ...entry, problem: { code: 'page/unreadable', detail: '' } };
  }
}

function problemFrom(error: unknown): FileProblem {
  const isSilent = !(error instanceof AppError) || error.code === 'web/unreachable';
  return {
    code: isSilent ? 'page/unreachable' : refusalCode(error),
    detail: isSilent ? '' : problemOf(error),
  };
}
