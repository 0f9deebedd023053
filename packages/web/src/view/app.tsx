import type { ComponentChildren, JSX } from 'preact';
import { fill } from '../i18n/format.ts';
import type { Room } from '../state/room.ts';
import type { Session } from '../state/session.ts';
import { CurveFigure } from './curve-figure.tsx';
import { Empty } from './empty.tsx';
import { Header } from './header.tsx';
import { LoginDialog } from './login.tsx';
import { MeterCard } from './meter-card.tsx';
import { MeterLine, Overloads } from './meter-line.tsx';
import { RawCard } from './raw-card.tsx';
import { SensorsCard } from './sensors-card.tsx';
import { Sign } from './sign.tsx';
import { TableCard } from './table-card.tsx';
import { TruthCard } from './truth-card.tsx';
import { useSignal } from './use-signal.ts';

/** The page in each of its states. */
export function App({ session }: { session: Session }): JSX.Element {
  const phase = useSignal(session.phase);
  const { strings } = session.format;
  switch (phase.kind) {
    case 'loading':
      return (
        <main class="page is-bare">
          <OfflineNotice session={session} />
          <p class="waiting" role="status">
            <span class="pulse" aria-hidden="true" />
            {strings.loading}
          </p>
        </main>
      );
    case 'failed':
      return (
        <main class="page is-bare">
          <div class="notice is-fault" role="alert">
            <p>
              <Sign /> {fill(strings.failed, { detail: phase.detail })}
            </p>
            <p>{strings.failedHint}</p>
            <button type="button" class="button is-framed" onClick={() => void session.start()}>
              {strings.retry}
            </button>
          </div>
        </main>
      );
    case 'empty':
      return (
        <main class="page is-bare">
          <OfflineNotice session={session} />
          <Empty site={phase.site} format={session.format} />
          <SensorsCard session={session} />
          <LoginDialog session={session} />
        </main>
      );
    case 'ready':
      return <RoomPage session={session} room={phase.room} />;
  }
}

function RoomPage({ session, room }: { session: Session; room: Room }): JSX.Element {
  return (
    <main class="page">
      <OfflineNotice session={session} />
      <ProblemNotice session={session} />
      <Overloads session={session} />
      <Header session={session} room={room} />
      <MeterLine session={session} room={room} />
      <CurveFigure key={room.series.id} room={room} />
      <div class="cards">
        <MeterCard session={session} room={room} />
        <TruthCard key={`truth/${room.series.id}`} session={session} room={room} />
        <RawCard key={`raw/${room.series.id}`} room={room} />
        <TableCard room={room} />
        <SensorsCard session={session} />
      </div>
      <LoginDialog session={session} />
      <footer class="label">
        Kilowink {room.site.version}
        {room.site.demo && ` · ${room.format.strings.demoCredit}`}
      </footer>
    </main>
  );
}

function ProblemNotice({ session }: { session: Session }): JSX.Element {
  const detail = useSignal(session.problem);
  const { strings } = session.format;
  return (
    <div role="status">
      {detail !== null && (
        <p class="notice is-fault">
          <Sign /> {fill(strings.failed, { detail })} <span class="soft">{strings.failedHint}</span>
        </p>
      )}
    </div>
  );
}

function OfflineNotice({ session }: { session: Session }): JSX.Element {
  const sinceMs = useSignal(session.offlineSinceMs);
  const { format } = session;
  let notice: ComponentChildren = null;
  if (sinceMs !== null) {
    notice = (
      <p class="notice is-warning">
        <Sign /> {fill(format.strings.offline, { time: format.clock(sinceMs, false) })}{' '}
        <span class="soft">{format.strings.offlineHint}</span>
      </p>
    );
  }
  return <div role="status">{notice}</div>;
}
