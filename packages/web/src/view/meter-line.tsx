import type { MeterInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { type Format, fill, inUnit, toText } from '../i18n/format.ts';
import { isOfMeter } from '../state/references.ts';
import type { Room } from '../state/room.ts';
import type { Session } from '../state/session.ts';
import { Sign } from './sign.tsx';
import { useSignal } from './use-signal.ts';

/** Above everything: a meter that carries more than is subscribed, and how long its breaker will bear it. */
export function Overloads({ session }: { session: Session }): JSX.Element {
  const meters = useSignal(session.meters);
  const { format } = session;
  return (
    <div role="alert">
      {meters
        .filter(({ overload, breaker }) => overload !== null || isOpen(breaker))
        .map((meter) => (
          <p key={meter.id} class="notice is-fault">
            <Sign /> {isOpen(meter.breaker) ? breakerText(meter, format) : overloadText(meter, format)}
          </p>
        ))}
    </div>
  );
}

function isOpen(breaker: string | null): boolean {
  return breaker !== null && breaker !== 'closed';
}

function breakerText({ name }: MeterInfo, { strings }: Format): string {
  return fill(strings.meter.breakerOpen, { name });
}

function overloadText(meter: MeterInfo, format: Format): string {
  const { meter: words } = format.strings;
  const drawn = meter.apparentPowerVa === null ? '' : toText(inVa(format).power(meter.apparentPowerVa));
  const subscribed = meter.subscribedVa === null ? '' : toText(inVa(format).power(meter.subscribedVa));
  const phases = (meter.overload?.phases ?? []).flatMap((isOver, index) => (isOver ? [index + 1] : []));
  const parts = [
    fill(words.overload, { name: meter.name }),
    drawn !== '' && subscribed !== '' ? fill(words.drawnOf, { drawn, subscribed }) : '',
    phases.length > 0 ? fill(words.onPhases, { phases: phases.join(', ') }) : '',
    meter.secondsUntilOpen === null
      ? ''
      : fill(words.opensIn, { span: format.span(Math.round(meter.secondsUntilOpen) * 1_000) }),
  ];
  return parts.filter(Boolean).join(' ');
}

/** Under the head: what the meter of this series says of itself in one line. Nothing where no meter speaks. */
export function MeterLine({ session, room }: { session: Session; room: Room }): JSX.Element | null {
  const meters = useSignal(session.meters);
  const meter = meterOf(meters, room);
  if (meter === null) return null;
  const { meter: words } = room.format.strings;
  const va = inVa(session.format);
  const drawn =
    meter.apparentPowerVa === null
      ? words.powerUnknown
      : meter.subscribedVa === null
        ? toText(va.power(meter.apparentPowerVa))
        : fill(words.drawnOf, {
            drawn: toText(va.power(meter.apparentPowerVa)),
            subscribed: toText(va.power(meter.subscribedVa)),
          });
  return (
    <p class="label meter-line">
      <span>{meter.name}</span>
      <span>{drawn}</span>
      {injectedText(meter, session.format) !== '' && <span>{injectedText(meter, session.format)}</span>}
      {meter.tariffPeriod !== null && <span>{periodText(meter, session.format)}</span>}
      {meter.tempoToday !== null && (
        <span>
          {words.today} <TempoDay colour={meter.tempoToday} format={session.format} /> {words.tomorrow}{' '}
          <TempoDay colour={meter.tempoTomorrow} format={session.format} />
        </span>
      )}
    </p>
  );
}

/** The meter that feeds a series: by its source, else the only one there is. */
export function meterOf(meters: readonly MeterInfo[], room: Room): MeterInfo | null {
  const { source } = room.series;
  const own = meters.find(({ id }) => isOfMeter(source, id));
  return own ?? (meters.length === 1 ? (meters[0] ?? null) : null);
}

/** The format whose `power` speaks of apparent power. */
export function inVa(format: Format): Format {
  return inUnit(format, { kind: 'mean', unit: 'VA' });
}

/** What is fed back, measured or estimated; empty where nothing is known of it. */
export function injectedText(meter: MeterInfo, format: Format): string {
  const { meter: words } = format.strings;
  if (meter.injectedVa !== null && meter.injectedVa > 0)
    return fill(words.injected, { power: toText(inVa(format).power(meter.injectedVa)) });
  if (meter.injectedEstimateVa !== null)
    return fill(words.injectedEstimate, { power: toText(inVa(format).power(meter.injectedEstimateVa)) });
  return '';
}

/** The tariff period in the reader's words, else as the meter says it. */
export function periodText(meter: MeterInfo, format: Format): string {
  const { periods } = format.strings.meter;
  const code = meter.tariffPeriod ?? '';
  return periods[code] ?? meter.tariffName ?? code;
}

/** A Tempo day by its letter, with its colour's name for those who hear it. */
function TempoDay({ colour, format }: { colour: MeterInfo['tempoToday']; format: Format }): JSX.Element {
  const { meter: words } = format.strings;
  if (colour === null) return <span title={words.colourUnknown}>–</span>;
  return (
    <abbr class={`tempo is-${colour}`} title={words.colours[colour]}>
      {words.letters[colour]}
    </abbr>
  );
}
