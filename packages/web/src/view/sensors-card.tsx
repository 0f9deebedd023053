import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Session } from '../state/session.ts';
import { FirmwareSection } from './firmware-section.tsx';
import { SensorsAround } from './sensors-around.tsx';
import { SensorsList } from './sensors-list.tsx';
import { SENSORS_SHOWN_MAX, useHealth } from './use-health.ts';

const ADDRESS = '#sensors';

/** The folded card of all sensors: how each is, what else is heard, and their firmware. Its address is `#sensors`. */
export function SensorsCard({ session }: { session: Session }): JSX.Element {
  const ref = useRef<HTMLDetailsElement>(null);
  const [isOpen, setOpen] = useState(location.hash === ADDRESS);
  useEffect(() => {
    const show = (): void => {
      if (location.hash !== ADDRESS || ref.current === null) return;
      ref.current.open = true;
      ref.current.scrollIntoView();
    };
    show();
    addEventListener('hashchange', show);
    return () => removeEventListener('hashchange', show);
  }, []);
  return (
    <details
      ref={ref}
      id="sensors"
      class="card"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <h2>{session.format.strings.care.title}</h2>
      </summary>
      {isOpen && <Sensors session={session} />}
    </details>
  );
}

function Sensors({ session }: { session: Session }): JSX.Element | null {
  const [wanted, setWanted] = useState('');
  // Where all of them are here they are searched here.
  const [isCut, setCut] = useState(false);
  const health = useHealth(isCut ? wanted : '');
  const count = health === null || health === 'failed' ? 0 : health.sourceTotals.count;
  useEffect(() => setCut(count > SENSORS_SHOWN_MAX), [count]);
  const { strings } = session.format;
  if (health === null) return null;
  if (health === 'failed') return <p class="soft">{strings.health.failed}</p>;
  return (
    <>
      {count === 0 && <p class="soft">{strings.care.none}</p>}
      <SensorsList health={health} wanted={wanted} onWanted={setWanted} format={session.format} />
      <SensorsAround health={health} format={session.format} />
      <FirmwareSection session={session} health={health} />
    </>
  );
}
