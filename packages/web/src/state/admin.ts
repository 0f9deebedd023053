import type { SessionInfo } from '@kilowink/api';
import { care, refusalCode } from '../data/care.ts';
import { createSignal } from './signal.ts';

/** Whether this reader administers, and the question for the password when something needs it. */
export class Admin {
  /** Null while it is not known. */
  readonly info = createSignal<SessionInfo | null>(null);
  /** Whether the dialog is open. */
  readonly isAsking = createSignal(false);
  #asked: PromiseWithResolvers<boolean> | null = null;

  /** Asks the server. What does not answer leaves it unknown. */
  async read(): Promise<void> {
    await care.session().then(
      (info) => this.info.set(info),
      () => undefined,
    );
  }

  /** Opens the dialog; true once the reader is logged in, false when they would rather not. */
  ask(): Promise<boolean> {
    if (this.#asked === null) this.#asked = Promise.withResolvers<boolean>();
    this.isAsking.set(true);
    return this.#asked.promise;
  }

  /** Throws as `care.login` does. */
  async login(password: string): Promise<void> {
    this.info.set(await care.login(password));
    this.#answer(true);
  }

  /** The reader closed the dialog. */
  dismiss(): void {
    this.#answer(false);
  }

  async logout(): Promise<void> {
    this.info.set(await care.logout());
  }

  /**
   * Does what needs the administrator; where nobody is logged in (any more), asks for the password and does it again. Null
   * when the reader would rather not. Throws what `work` throws otherwise.
   */
  async run<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      const code = refusalCode(error);
      if (code === 'admin/no-password') this.info.set({ admin: false, passwordSet: false });
      if (code !== 'admin/login') throw error;
      this.info.set({ admin: false, passwordSet: true });
      return (await this.ask()) ? await this.run(work) : null;
    }
  }

  /**
   * The same for what is long on its way: whether the reader may is asked before it is sent. Throws as `run` does, also while no
   * password is set.
   */
  async runLogged<T>(work: () => Promise<T>): Promise<T | null> {
    await this.read();
    const info = this.info.get();
    if (info?.passwordSet && !info.admin && !(await this.ask())) return null;
    return this.run(work);
  }

  #answer(isIn: boolean): void {
    this.isAsking.set(false);
    this.#asked?.resolve(isIn);
    this.#asked = null;
  }
}
