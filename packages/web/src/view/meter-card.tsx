import type { MeterInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Format, fill, inUnit, toText } from '../i18n/format.ts';
import { isOfMeter } from '../state/references.ts';
import type { Room } from '../state/room.ts';
import type { Session } from '../state/session.ts';
import { injectedText, inVa, meterOf, periodText } from './meter-line.tsx';
import { ScrollTable } from './scroll-table.tsx';
import { useSignal } from './use-signal.ts';

/** The folded card of the meter itself: contract, phases, registers, its gateway, and the series it feeds. */
export function MeterCard({ session, room }: { session: Session; room: Room }): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  const meter = meterOf(useSignal(session.meters), room);
  if (meter === null) return null;
  return (
    <details class="card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>{session.format.strings.meter.title}</h2>
      </summary>
      {isOpen && (
        <>
          <Facts meter={meter} format={session.format} nowMs={session.nowMs()} />
          {meter.phases.length > 0 && <Phases meter={meter} format={session.format} />}
          <Registers meter={meter} format={session.format} />
          <SeriesList session={session} meter={meter} room={room} />
        </>
      )}
    </details>
  );
}

function Facts({ meter, format, nowMs }: { meter: MeterInfo; format: Format; nowMs: number }): JSX.Element {
  const rows = [
    ...contractRows(meter, format),
    ...lineRows(meter, format, nowMs),
    ...gatewayRows(meter, format),
  ];
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Fact = readonly [name: string, value: string];

function contractRows(meter: MeterInfo, format: Format): Fact[] {
  const { meter: words } = format.strings;
  const rows: Fact[] = [];
  if (meter.contract !== null)
    rows.push([words.contract, meter.contractName ?? words.contracts[meter.contract]]);
  if (meter.subscribedVa !== null)
    rows.push([words.subscribed, toText(inVa(format).power(meter.subscribedVa))]);
  if (meter.tariffPeriod !== null) rows.push([words.period, periodText(meter, format)]);
  const injected = injectedText(meter, format);
  if (injected !== '') rows.push([words.injectedName, injected]);
  if (meter.serialEnd !== null) rows.push([words.serial, `… ${meter.serialEnd}`]);
  return rows;
}

function lineRows(meter: MeterInfo, format: Format, nowMs: number): Fact[] {
  const { meter: words } = format.strings;
  const counts = {
    ok: format.count(meter.frames),
    repeated: format.count(meter.repeated),
    held: format.count(meter.held),
  };
  const rows: Fact[] = [
    [words.mode, `${words.modes[meter.mode]}, ${words.ways[meter.way]}`],
    [words.lastFrame, format.ago(nowMs - meter.receivedMs)],
    [words.frames, fill(words.frameCounts, counts)],
  ];
  if (meter.clockOffsetMs !== null) {
    const sign = meter.clockOffsetMs < 0 ? '−' : '+';
    const offset = `${sign}${format.span(Math.abs(meter.clockOffsetMs))}`;
    rows.push([words.clock, meter.clockDegraded ? `${offset} · ${words.clockDegraded}` : offset]);
  }
  return rows;
}

function gatewayRows({ vitals }: MeterInfo, format: Format): Fact[] {
  const { meter: words } = format.strings;
  if (vitals === null) return [];
  const rows: Fact[] = [];
  const { capacitorMinMv, capacitorMaxMv, awakeMs, sleepMs, rssiDbm, firmware, framesOk, framesBad } = vitals;
  const volts = (mv: number): string => toText(inUnit(format, { kind: 'mean', unit: 'mV' }).power(mv));
  if (capacitorMinMv !== undefined && capacitorMaxMv !== undefined)
    rows.push([words.capacitor, `${volts(capacitorMinMv)} – ${volts(capacitorMaxMv)}`]);
  if (awakeMs !== undefined && sleepMs !== undefined)
    rows.push([
      words.cycle,
      fill(words.cycleText, { awake: format.span(awakeMs), sleep: format.span(sleepMs) }),
    ]);
  if (rssiDbm !== undefined) rows.push([words.signal, `${rssiDbm}\u202fdBm`]);
  if (framesOk !== undefined && framesBad !== undefined)
    rows.push([
      words.gatewayFrames,
      fill(words.okBad, { ok: format.count(framesOk), bad: format.count(framesBad) }),
    ]);
  if (firmware !== undefined) rows.push([words.firmware, firmware]);
  return rows;
}

function Phases({ meter, format }: { meter: MeterInfo; format: Format }): JSX.Element {
  const { meter: words } = format.strings;
  const held = (unit: string, value: number | null): string =>
    value === null ? '–' : toText(inUnit(format, { kind: 'mean', unit }).power(value));
  return (
    <ScrollTable label={words.phases}>
      <thead>
        <tr>
          <th scope="col">{words.phase}</th>
          <th scope="col">{words.current}</th>
          <th scope="col">{words.voltage}</th>
          <th scope="col">{words.apparent}</th>
        </tr>
      </thead>
      <tbody>
        {meter.phases.map((phase, index) => (
          <tr key={index}>
            <th scope="row">{index + 1}</th>
            <td>{held('A', phase.currentA)}</td>
            <td>{held('V', phase.voltageV)}</td>
            <td>{held('VA', phase.apparentPowerVa)}</td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Registers({ meter, format }: { meter: MeterInfo; format: Format }): JSX.Element {
  const { meter: words } = format.strings;
  return (
    <ScrollTable label={words.registers}>
      <thead>
        <tr>
          <th scope="col">{words.register}</th>
          <th scope="col">{words.index}</th>
        </tr>
      </thead>
      <tbody>
        {meter.indexes
          .filter(({ indexWh }) => indexWh > 0)
          .map(({ label, indexWh }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{`${format.count(indexWh)}\u202fWh`}</td>
            </tr>
          ))}
      </tbody>
    </ScrollTable>
  );
}

/** Every series of the meter, to be shown on the curve. */
function SeriesList({
  session,
  meter,
  room,
}: {
  session: Session;
  meter: MeterInfo;
  room: Room;
}): JSX.Element | null {
  const list = useSignal(session.list).filter(
    ({ source, lastMs }) => lastMs !== null && isOfMeter(source, meter.id),
  );
  if (list.length === 0) return null;
  return (
    <fieldset class="series-list" aria-label={session.format.strings.meter.seriesTitle}>
      {list.map((series) => (
        <button
          key={series.id}
          type="button"
          class="button is-framed"
          aria-pressed={series.id === room.series.id}
          onClick={() => session.choose(series.id)}
        >
          {series.name}
        </button>
      ))}
    </fieldset>
  );
}
