import type { SessionInfo } from '@kilowink/api';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { refusalCode } from '../data/care.ts';
import type { CareStrings } from '../i18n/care/strings.ts';
import type { Session } from '../state/session.ts';
import { Sign } from './sign.tsx';
import { useSignal } from './use-signal.ts';

/** What a form that changes something needs of the administrator's session. */
export interface UsedAdmin {
  /** Null while it is not known. */
  readonly info: SessionInfo | null;
  /** Does what needs the administrator, and asks for the password where it must; null when the reader would rather not. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T | null>;
}

/** The administrator's session; asked for when the component is first drawn. */
export function useAdmin(session: Session): UsedAdmin {
  const { admin } = session;
  const info = useSignal(admin.info);
  useEffect(() => void admin.read(), [admin]);
  return { info, run: (work) => admin.run(work) };
}

/** Shows its children to the administrator, and everybody else how to become one. */
export function AdminGate({
  session,
  children,
}: {
  session: Session;
  children: ComponentChildren;
}): JSX.Element | null {
  const { info } = useAdmin(session);
  const { admin: words } = session.format.strings.care;
  if (info === null) return null;
  if (!info.passwordSet) {
    return (
      <p>
        {words.noPassword} <code>npm run kilowink -- admin password</code>
      </p>
    );
  }
  if (!info.admin) {
    return (
      <p class="admin-line">
        <span>{words.needed}</span>
        <button type="button" class="button is-framed" onClick={() => void session.admin.ask()}>
          {words.login}
        </button>
      </p>
    );
  }
  return (
    <>
      {children}
      <p class="admin-line">
        <button type="button" class="button is-framed" onClick={() => void session.admin.logout()}>
          {words.logout}
        </button>
      </p>
    </>
  );
}

/** The dialog for the administrator's password; once on the page, open whenever something asks for it. */
export function LoginDialog({ session }: { session: Session }): JSX.Element | null {
  const isAsking = useSignal(session.admin.isAsking);
  return isAsking ? <OpenLogin session={session} /> : null;
}

function OpenLogin({ session }: { session: Session }): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const { admin: words } = session.format.strings.care;
  useEffect(() => ref.current?.showModal(), []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const password = String(new FormData(form).get('password') ?? '');
    if (password === '') return;
    setBusy(true);
    setProblem(null);
    try {
      await session.admin.login(password);
    } catch (error) {
      setProblem(problemText(error, words));
      setBusy(false);
      form.querySelector('input')?.select();
    }
  };
  return (
    <dialog ref={ref} aria-labelledby="login-title" onClose={() => session.admin.dismiss()}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <h2 id="login-title">{words.title}</h2>
        <p class="soft">{words.lead}</p>
        <label>
          {words.password}
          <input
            type="password"
            name="password"
            autocomplete="current-password"
            required
            aria-describedby="login-problem"
          />
        </label>
        <p id="login-problem" role="alert" class="fault">
          {problem !== null && (
            <>
              <Sign /> {problem}
            </>
          )}
        </p>
        <p class="dialog-buttons">
          <button type="submit" class="button is-main" disabled={isBusy}>
            {words.login}
          </button>
          <button type="button" class="button is-framed" onClick={() => ref.current?.close()}>
            {words.cancel}
          </button>
        </p>
      </form>
    </dialog>
  );
}

function problemText(error: unknown, words: CareStrings['admin']): string {
  const code = refusalCode(error);
  if (code === 'admin/no-password') return `${words.noPassword} npm run kilowink -- admin password`;
  return words.errors[code] ?? words.unreachable;
}
