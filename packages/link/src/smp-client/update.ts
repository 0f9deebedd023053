import { AppError } from '@kilowink/core/error';
import { formatVersion, type McubootImage } from '@kilowink/core/image';
import { imageErase, imageSetState, imageState, osReset, type ReplyOf } from '@kilowink/core/smp';
import { linkError } from '../errors.ts';
import { refusalBehind, type SmpClient } from './client.ts';
import { type UploadProgress, uploadImage } from './upload.ts';

/** One slot as the device tells it. */
export type SlotState = ReplyOf<typeof imageState>['images'][number];

/** What an update is doing. */
export type UpdateStep = 'look' | 'upload' | 'test' | 'reset' | 'wait' | 'verify' | 'confirm' | 'done';

/** What is brought onto which device, and who is told. */
export interface UpdateOptions {
  /** Makes a new connection after the old one ended with the device's restart. */
  readonly connect: () => Promise<SmpClient>;
  readonly image: McubootImage;
  /** The file without padding. */
  readonly file: Uint8Array;
  /** Told the version that runs, once the device has said it. */
  readonly onLook?: (runs: string) => void;
  readonly onStep?: (step: UpdateStep, note: string) => void;
  readonly onProgress?: (progress: UploadProgress) => void;
  /** Asked once the new firmware answers, before it is confirmed: whether it does what it should. */
  readonly isGood?: (client: SmpClient) => Promise<boolean>;
  /** How long the restart with its swap may take; 180 s by default. */
  readonly restartMsMax?: number;
  /** Leaves it on trial: the next restart brings the old firmware back. */
  readonly leaveOnTrial?: boolean;
  /** How often a broken upload is taken up again; 10 by default. */
  readonly resumesMax?: number;
  /** Ends it with the signal's reason, wherever it is. The device is left as it is, which is one that starts. */
  readonly signal?: AbortSignal | undefined;
}

/** How an update ended. */
export interface UpdateOutcome {
  /** `updated`, or `same` where the device ran this very image already. */
  readonly kind: 'updated' | 'same';
  readonly before: string;
  readonly after: string;
  readonly upload: UploadProgress | null;
  /** How often the upload was taken up again. */
  readonly resumes: number;
}

const RESTART_MS_MAX = 180_000;
const RETRY_MS = 1_000;

/**
 * Brings firmware onto a device: upload, trial, restart, check, confirmation. Broken off at any moment, by either side, it
 * leaves a device that starts; doing it again goes on where it was. Throws `smp/…`, and `smp/upload` when the device came
 * back with its old firmware.
 */
export async function updateFirmware(options: UpdateOptions): Promise<UpdateOutcome> {
  const update = new Update(options);
  try {
    return await update.run();
  } finally {
    await update.close();
  }
}

class Update {
  readonly #options: UpdateOptions;
  #client: SmpClient | null = null;
  #resumes = 0;

  constructor(options: UpdateOptions) {
    this.#options = options;
  }

  async run(): Promise<UpdateOutcome> {
    const { image } = this.#options;
    this.#step('look', 'what is in its slots');
    const slots = await this.#slots();
    const running = slots.find(({ isActive }) => isActive);
    const before = running?.version ?? 'unknown';
    const after = formatVersion(image.version);
    this.#options.onLook?.(before);
    if (running !== undefined && this.#isOurs(running)) return await this.#finishOld(running, before);
    const isThere = slots.some((slot) => slot.slot > 0 && this.#isOurs(slot));
    const upload = isThere ? null : await this.#upload(slots);
    if (!slots.some((slot) => this.#isOurs(slot) && slot.isPending)) {
      this.#step('test', 'tried at the next start');
      await (await this.#connected()).request(imageSetState, { hash: image.hash, confirm: false });
    }
    await this.#restart();
    await this.#confirm();
    this.#step('done', `${before} → ${after}`);
    return { kind: 'updated', before, after, upload, resumes: this.#resumes };
  }

  async close(): Promise<void> {
    await this.#client?.close().catch(() => {});
  }

  #step(step: UpdateStep, note: string): void {
    this.#options.signal?.throwIfAborted();
    this.#options.onStep?.(step, note);
  }

  #isOurs({ hash }: SlotState): boolean {
    return hash !== undefined && Buffer.compare(hash, this.#options.image.hash) === 0;
  }

  async #connected(): Promise<SmpClient> {
    this.#client ??= await this.#options.connect();
    return this.#client;
  }

  async #slots(): Promise<readonly SlotState[]> {
    return (await (await this.#connected()).request(imageState, {}, { signal: this.#options.signal })).images;
  }

  /** It runs already: a former update may have been broken off before it was confirmed. */
  async #finishOld(running: SlotState, before: string): Promise<UpdateOutcome> {
    if (!running.isConfirmed) await this.#confirm();
    this.#step('done', `${before} runs already`);
    return { kind: 'same', before, after: before, upload: null, resumes: 0 };
  }

  async #upload(slots: readonly SlotState[]): Promise<UploadProgress> {
    // Another image that waits for the next start keeps its slot from being written.
    if (slots.some(({ slot, isPending }) => slot > 0 && isPending)) {
      this.#step('look', 'erasing an image that was pending');
      await (await this.#connected()).request(imageErase, { slot: 1 }).catch((error: unknown) => {
        if (refusalBehind(error) === null) throw error;
      });
    }
    const { image, file, onProgress, resumesMax = 10, signal } = this.#options;
    this.#step('upload', `${formatVersion(image.version)}, ${file.length} bytes`);
    for (;;) {
      try {
        const progress = onProgress === undefined ? {} : { onProgress };
        return await uploadImage(await this.#connected(), file, {
          ...{ imageHash: image.hash, signal },
          ...progress,
        });
      } catch (error) {
        signal?.throwIfAborted();
        if (!isBreak(error) || this.#resumes >= resumesMax) throw error;
        this.#resumes += 1;
        this.#step('upload', `broken off, taken up again (${this.#resumes})`);
        await this.#drop();
      }
    }
  }

  async #restart(): Promise<void> {
    this.#step('reset', 'it swaps the images');
    const client = await this.#connected();
    await client.request(osReset, {}).catch((error: unknown) => {
      // It may have restarted before its answer was out; a second request could undo the trial.
      if (!isBreak(error)) throw error;
    });
    await this.#drop();
    this.#step('wait', 'until it answers again');
    await this.#waitForStart();
  }

  async #waitForStart(): Promise<void> {
    const endMs = performance.now() + (this.#options.restartMsMax ?? RESTART_MS_MAX);
    let stillOld = 0;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      this.#options.signal?.throwIfAborted();
      const slots = await this.#tryState();
      if (slots?.some((slot) => slot.isActive && this.#isOurs(slot))) return;
      // Still pending: the restart has not begun yet. It answers and nothing is pending: the swap was undone or refused.
      const isPending = slots?.some((slot) => this.#isOurs(slot) && slot.isPending) ?? true;
      stillOld = isPending ? 0 : stillOld + 1;
      const { target } = await this.#connected().catch(() => ({ target: 'the device' }));
      if (stillOld >= 3) {
        const reason =
          'it started with its old firmware: the boot loader refused the new one, or it did not stay up';
        throw linkError('smp/upload', { target, reason });
      }
      if (performance.now() > endMs) {
        throw linkError('smp/upload', {
          target,
          reason: 'it does not run the new firmware after its restart',
        });
      }
    }
  }

  async #tryState(): Promise<readonly SlotState[] | null> {
    try {
      const client = await this.#connected();
      return (await client.request(imageState, {}, { attempts: 2, signal: this.#options.signal })).images;
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if (!isBreak(error)) throw error;
      await this.#drop();
      return null;
    }
  }

  async #confirm(): Promise<void> {
    const { isGood, leaveOnTrial } = this.#options;
    const client = await this.#connected();
    this.#step('verify', 'whether it does what it should');
    if (isGood !== undefined && !(await isGood(client))) {
      const reason = 'the new firmware did not pass its check; the next restart brings the old one back';
      throw linkError('smp/upload', { target: client.target, reason });
    }
    if (leaveOnTrial === true) return;
    this.#step('confirm', 'it stays');
    try {
      await this.#confirmRunning();
    } catch (error) {
      // The check may have taken minutes, in which a connection that nobody used was closed.
      if (!isBreak(error)) throw error;
      await this.#drop();
      await this.#confirmRunning();
    }
  }

  /** What runs by now may be the old firmware again: that must not be confirmed in the new one's name. */
  async #confirmRunning(): Promise<void> {
    const client = await this.#connected();
    const running = (await this.#slots()).find(({ isActive }) => isActive);
    if (running === undefined || !this.#isOurs(running)) {
      const reason = 'it went back to its old firmware by itself: the new one did not stay up';
      throw linkError('smp/upload', { target: client.target, reason });
    }
    await client.request(imageSetState, { confirm: true });
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.close().catch(() => {});
  }
}

/** What a connection that broke, or a device that is away, shows as: trying again can help. */
function isBreak(error: unknown): boolean {
  return error instanceof AppError && error.retryable && error.code !== 'smp/upload';
}
