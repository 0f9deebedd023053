import { type EventInfo, type HealthInfo, isPoor, isSilent } from '@kilowink/api';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { care } from '../data/care.ts';
import { W_MS_PER_WH } from '../data/columns.ts';
import { type Format, fill, inUnit, toText } from '../i18n/format.ts';
import { LightPlot } from './sensors-light.tsx';
import { longSpan, wayText } from './sensors-words.ts';
import { Sign } from './sign.tsx';

type Source = HealthInfo['sources'][number];
type Fact = readonly [name: string, value: string];

/** One sensor: a line that says whether all is well, and behind it everything that is known. */
export function SensorRow({
  source,
  nowMs,
  format,
  isOpenFirst,
}: {
  source: Source;
  nowMs: number;
  format: Format;
  isOpenFirst: boolean;
}): JSX.Element {
  const [isOpen, setOpen] = useState(isOpenFirst);
  const words = format.strings.care;
  const { light, lastReportMs } = source;
  const isAway = isSilent(source, nowMs);
  const isDim = isPoor(source);
  const [best] = source.ways;
  return (
    <details class="sensor" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="sensor-line">
          <span class="strong">{source.name}</span>
          <span class={isDim ? 'warning' : 'soft'}>
            {isDim && (
              <>
                <Sign />{' '}
              </>
            )}
            {light === undefined ? '' : words.light[light.state]}
          </span>
          <span class="soft">{best === undefined ? '' : wayText(best, format)}</span>
          <span class="soft">{source.firmware ?? ''}</span>
          <span class={isAway ? 'warning' : 'soft'}>
            {isAway && (
              <>
                <Sign /> {words.silent},{' '}
              </>
            )}
            {lastReportMs === null ? format.strings.health.never : format.ago(nowMs - lastReportMs)}
          </span>
        </span>
      </summary>
      {isOpen && <SensorFacts source={source} nowMs={nowMs} format={format} />}
    </details>
  );
}

function SensorFacts({
  source,
  nowMs,
  format,
}: {
  source: Source;
  nowMs: number;
  format: Format;
}): JSX.Element {
  const { lightAdvice } = format.strings.care;
  const advice = source.light === undefined ? undefined : lightAdvice[source.light.state];
  return (
    <>
      {advice !== undefined && (
        <p class="warning">
          <Sign /> {advice}
        </p>
      )}
      <dl class="facts">
        {[...stateFacts(source, nowMs, format), ...countFacts(source, format)].map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <LightPlot source={source} format={format} />
      <Happened source={source} format={format} />
    </>
  );
}

function stateFacts(source: Source, nowMs: number, format: Format): Fact[] {
  const { facts, light: lights } = format.strings.care;
  const { light, batteryMv, bootedMs } = source;
  const rows: Fact[] = [
    [facts.firmware, source.firmware ?? fill(facts.reportVersion, { version: source.version })],
  ];
  if (bootedMs !== null)
    rows.push([
      facts.running,
      fill(facts.since, { span: longSpan(nowMs - bootedMs, format), time: format.instant(bootedMs) }),
    ]);
  rows.push([facts.starts, format.count(source.boots)]);
  rows.push([facts.signal, source.ways.map((way) => wayText(way, format)).join(', ') || '–']);
  if (batteryMv !== undefined)
    rows.push([facts.battery, batteryMv === null ? facts.noBattery : millivolts(batteryMv, format)]);
  if (light !== undefined) {
    const told = fill(facts.lightNow, {
      amplitude: `${format.count(light.amplitudeMv)}\u202fmV`,
      noise: `${(light.noise100Uv / 10).toLocaleString(format.locale)}\u202fmV`,
      baseline: `${format.count(light.baselineMv)}\u202fmV`,
    });
    rows.push([facts.light, `${lights[light.state]} (${told})`]);
  }
  return rows;
}

function countFacts(source: Source, format: Format): Fact[] {
  const { facts } = format.strings.care;
  const counts = {
    reports: format.count(source.reports),
    fresh: format.count(source.windowsNew),
    repeated: format.count(source.windowsRepeated),
  };
  const refused = source.refusedBy.map(({ code, count }) => `${format.count(count)} × ${code}`).join(', ');
  return [
    [facts.reports, fill(facts.reportCounts, counts)],
    [facts.missed, source.windowsMissed === 0 ? facts.missedNone : format.count(source.windowsMissed)],
    [facts.refused, refused === '' ? facts.nothingRefused : refused],
    [facts.key, source.authenticated ? facts.keyRight : facts.keyNone],
  ];
}

/** The starts and updates of a sensor that are kept, and what of it was left out, newest first. */
function Happened({ source: of, format }: { source: Source; format: Format }): JSX.Element | null {
  const [events, setEvents] = useState<readonly EventInfo[]>([]);
  const { source, boots, firmware } = of;
  // A start or another firmware is something that happened.
  useEffect(() => {
    care.events(source).then(
      (answer) => setEvents(answer.events),
      () => undefined,
    );
  }, [source, boots, firmware]);
  if (events.length === 0) return null;
  const words = format.strings.care;
  return (
    <>
      <h3>{words.starts}</h3>
      <ul class="plain">
        {events.map((event) => (
          <li key={`${event.kind}${event.atMs}`}>{eventText(event, format)}</li>
        ))}
      </ul>
    </>
  );
}

function eventText({ kind, atMs, data }: EventInfo, format: Format): string {
  const words = format.strings.care;
  const time = format.instant(atMs);
  if (kind === 'sensorBoot') {
    const { reason } = data;
    return fill(words.startLine, { time }) + (typeof reason === 'string' ? ` (${reason})` : '');
  }
  if (kind === 'implausible') {
    const spanMs = Number(data['toMs']) - atMs;
    const power = toText(format.power((Number(data['energyWh']) * W_MS_PER_WH) / spanMs));
    return fill(words.implausibleLine, { time, power });
  }
  const line = fill(words.updateLine, {
    time,
    from: String(data['from'] ?? '?'),
    to: String(data['to'] ?? '?'),
  });
  return data['outcome'] === 'failed' ? `${line}, ${words.firmware.states.failed}` : line;
}

function millivolts(mv: number, format: Format): string {
  return toText(inUnit(format, { kind: 'mean', unit: 'mV' }).power(mv));
}
