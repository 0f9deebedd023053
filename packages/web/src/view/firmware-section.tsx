import { type FirmwareInfo, type FirmwareRun, type HealthInfo, IMAGE_BYTES_MAX } from '@kilowink/api';
import { AppError } from '@kilowink/core/error';
import type { JSX } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { care, refusalCode } from '../data/care.ts';
import { type Format, fill } from '../i18n/format.ts';
import type { Session } from '../state/session.ts';
import { FirmwareRuns } from './firmware-runs.tsx';
import { FirmwareStart } from './firmware-start.tsx';
import { AdminGate } from './login.tsx';
import { ScrollTable } from './scroll-table.tsx';
import { Sign } from './sign.tsx';
import { useSignal } from './use-signal.ts';

/** The firmware of sensors, for the administrator: files, updates, and what was done. */
export function FirmwareSection({ session, health }: { session: Session; health: HealthInfo }): JSX.Element {
  const { care: words } = session.format.strings;
  return (
    <section class="firmware" aria-labelledby="firmware-title">
      <h3 id="firmware-title">{words.firmware.title}</h3>
      <p class="soft">{words.firmware.lead}</p>
      {health.readOnly ? (
        <p>{words.admin.readOnly}</p>
      ) : (
        <AdminGate session={session}>
          <Firmware session={session} health={health} />
        </AdminGate>
      )}
    </section>
  );
}

function Firmware({ session, health }: { session: Session; health: HealthInfo }): JSX.Element | null {
  const [info, setInfo] = useState<FirmwareInfo | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const live = useSignal(session.firmware);
  const { format } = session;
  const act = useCallback(
    async (work: () => Promise<unknown>): Promise<void> => {
      setProblem(null);
      try {
        await session.admin.run(work);
        setInfo(await session.admin.run(() => care.firmware()));
      } catch (error) {
        setProblem(problemText(error, format));
      }
    },
    [session, format],
  );
  // What an update has changed stands in the log once it is over.
  const liveState = live === null ? '' : `${live.id} ${live.state}`;
  useEffect(() => void act(async () => undefined), [act, liveState]);
  const { firmware: words } = format.strings.care;
  return (
    <>
      <p role="alert" class="fault">
        {problem !== null && (
          <>
            <Sign /> {problem}
          </>
        )}
      </p>
      {info !== null && (
        <>
          <Images info={info} format={format} act={act} setProblem={setProblem} />
          <FirmwareStart info={info} health={health} format={format} act={act} />
          <h4>{words.log}</h4>
          <FirmwareRuns runs={withLive(info.runs, live)} format={format} onCancel={() => act(care.cancel)} />
        </>
      )}
    </>
  );
}

function withLive(runs: readonly FirmwareRun[], live: FirmwareRun | null): readonly FirmwareRun[] {
  if (live === null) return runs;
  return [live, ...runs.filter(({ id }) => id !== live.id)].sort((a, b) => b.id - a.id);
}

function problemText(error: unknown, format: Format): string {
  const { firmware, admin } = format.strings.care;
  const known = firmware.errors[refusalCode(error)];
  if (!(error instanceof AppError) || error.code === 'web/unreachable') return admin.unreachable;
  const detail = String(error.details['detail'] ?? '');
  return known === undefined ? detail : `${known} (${detail})`;
}

interface ImagesProps {
  readonly info: FirmwareInfo;
  readonly format: Format;
  readonly act: (work: () => Promise<unknown>) => Promise<void>;
  readonly setProblem: (problem: string) => void;
}

function Images({ info, format, act, setProblem }: ImagesProps): JSX.Element {
  const { firmware: words } = format.strings.care;
  return (
    <>
      {info.images.length === 0 ? (
        <p class="soft">{words.noImages}</p>
      ) : (
        <ScrollTable label={`${words.title}, ${words.image}`}>
          <thead>
            <tr>
              <th scope="col">{words.image}</th>
              <th scope="col">{words.signature}</th>
              <th scope="col">{words.size}</th>
              <th scope="col">{words.added}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {info.images.map((image) => (
              <tr key={image.hash}>
                <th scope="row">{`${image.version} · ${image.name}`}</th>
                <td>{words.signatures[image.signature]}</td>
                <td>{format.bytes(image.sizeBytes)}</td>
                <td>{format.instant(image.addedMs)}</td>
                <td>
                  <button
                    type="button"
                    class="button"
                    aria-label={`${words.remove} ${image.version}`}
                    onClick={() => void act(() => care.removeImage(image.hash))}
                  >
                    {words.remove}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
      {info.keys.length === 0 && <p class="soft">{words.noKeys}</p>}
      <AddImage format={format} act={act} setProblem={setProblem} />
    </>
  );
}

function AddImage({ format, act, setProblem }: Omit<ImagesProps, 'info'>): JSX.Element {
  const ref = useRef<HTMLInputElement>(null);
  const [isBusy, setBusy] = useState(false);
  const { firmware: words } = format.strings.care;
  const add = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    if (file.size > IMAGE_BYTES_MAX) {
      setProblem(fill(words.tooLarge, { size: format.bytes(file.size), max: format.bytes(IMAGE_BYTES_MAX) }));
      return;
    }
    setBusy(true);
    await act(() => care.addImage(file));
    setBusy(false);
    // The same file again must be a change again.
    if (ref.current !== null) ref.current.value = '';
  };
  return (
    <p>
      <input
        ref={ref}
        type="file"
        hidden
        accept=".bin"
        aria-label={words.add}
        onChange={(event) => void add(event.currentTarget.files?.[0])}
      />
      <button type="button" class="button is-framed" disabled={isBusy} onClick={() => ref.current?.click()}>
        {isBusy ? words.adding : words.add}
      </button>
    </p>
  );
}
