import type { ImportAnswer, ImportPart } from '@kilowink/api';
import type { ComponentChildren, JSX } from 'preact';
import type { EnedisStrings } from '../i18n/enedis/strings.ts';
import { type Format, fill, toText } from '../i18n/format.ts';
import { Sign } from './sign.tsx';

type Words = EnedisStrings['file'];

/** What was understood of a file, and what is in doubt. */
export function FilePreview({ answer, format }: { answer: ImportAnswer; format: Format }): JSX.Element {
  const words = format.strings.enedis.file;
  return (
    <>
      {answer.parts.map((part, index) => (
        <div key={index}>
          <Facts part={part} zone={answer.zone} format={format} />
          <Doubts part={part} format={format} />
        </div>
      ))}
      <ul class="plain doubts">
        {answer.skipped.map(({ line, what }) => (
          <li key={line}>{fill(words.doubts.skipped, { line, what })}</li>
        ))}
        {answer.isOpen && <Doubt>{words.doubts.open}</Doubt>}
      </ul>
    </>
  );
}

function Facts({ part, zone, format }: { part: ImportPart; zone: string; format: Format }): JSX.Element {
  const words = format.strings.enedis.file;
  const { kind, direction, meter, rows, readings, energyWh } = part;
  const holds = [
    words.kinds[kind],
    ...(direction === 'injected' ? [words.injected] : []),
    ...(meter === null ? [] : [fill(words.meter, { meter })]),
  ];
  const time = { from: format.instant(part.fromMs), to: format.instant(part.toMs) };
  const fresh = { right: format.count(rows.right), fresh: format.count(rows.fresh) };
  return (
    <dl class="facts">
      <Fact name={words.what}>{holds.join(', ')}</Fact>
      <Fact name={words.values}>{valuesText(part, words)}</Fact>
      {kind === 'curve' && <Fact name={words.interval}>{intervalText(part, format)}</Fact>}
      {kind === 'daily' && <Fact name={words.interval}>{words.civilDays}</Fact>}
      <Fact name={words.stamps}>{stampsText(part, zone, words)}</Fact>
      <Fact name={words.time}>{fill(words.timeText, time)}</Fact>
      {energyWh !== null && (
        <Fact name={words.energy}>
          <span class="strong">{toText(format.energy(energyWh))}</span>
        </Fact>
      )}
      <Fact name={words.rows}>
        {readings === null
          ? fill(words.rowsText, { ...fresh, stored: format.count(rows.stored) })
          : fill(words.readings, {
              count: format.count(readings.count),
              fresh: format.count(readings.fresh),
            })}
      </Fact>
      <Fact name={words.series}>
        {part.series
          .map(({ id, name }) => fill(id === null ? words.seriesNew : words.seriesKnown, { name }))
          .join(', ')}
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt class="label">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function valuesText({ kind, values, unit, readings, addedUp }: ImportPart, words: Words): string {
  const registers = readings?.registers.join(', ') ?? '';
  const pattern = kind === 'daily' ? words.dayEnergy : words.valueKinds[values];
  const text = fill(pattern, { unit: unit ?? '', registers });
  return addedUp.length === 0 ? text : `${text} (${addedUp.join(' + ')})`;
}

/** Enough to see that the interval changed. */
const INTERVALS_SHOWN = 3;

function intervalText({ intervals }: ImportPart, format: Format): string {
  const words = format.strings.enedis.file;
  const [first] = intervals;
  if (first === undefined || intervals.length === 1) return format.span(first?.intervalMs ?? 0);
  const shown = intervals
    .slice(0, INTERVALS_SHOWN)
    .map(({ intervalMs, rows }) =>
      fill(words.intervalRows, { span: format.span(intervalMs), count: format.count(rows) }),
    );
  return [...shown, ...(intervals.length > INTERVALS_SHOWN ? ['…'] : [])].join(', ');
}

function stampsText({ kind, stamps }: ImportPart, zone: string, words: Words): string {
  const clock = stamps.zoned === 'clock' ? fill(words.clock, { zone }) : words.offset;
  if (kind !== 'curve') return clock;
  return `${words.sides[stamps.side]} (${words.sidesBy[stamps.by]}), ${clock}`;
}

function Doubts({ part, format }: { part: ImportPart; format: Format }): JSX.Element | null {
  const { doubts } = format.strings.enedis.file;
  const { bad, empty, repeated, contradicting, overlapping } = part.rows;
  const count = (value: number) => format.count(value);
  if (bad + empty + repeated + overlapping === 0) return null;
  return (
    <ul class="plain doubts">
      {overlapping > 0 && <Doubt>{fill(doubts.overlapping, { count: count(overlapping) })}</Doubt>}
      {repeated > 0 && (
        <Doubt>
          {fill(doubts.repeated, { count: count(repeated) })}
          {contradicting > 0 && `, ${fill(doubts.contradicting, { count: count(contradicting) })}`}
        </Doubt>
      )}
      {bad > 0 && (
        <Doubt>
          {fill(doubts.bad, { count: count(bad) })}
          <BadRows part={part} format={format} />
        </Doubt>
      )}
      {empty > 0 && <li>{fill(doubts.empty, { count: count(empty) })}</li>}
    </ul>
  );
}

function Doubt({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <li>
      <span class="warning">
        <Sign />
      </span>{' '}
      {children}
    </li>
  );
}

function BadRows({ part, format }: { part: ImportPart; format: Format }): JSX.Element {
  const { doubts, expected: known } = format.strings.enedis.file;
  const more = part.rows.bad - part.badRows.length;
  return (
    <ul class="plain soft bad-rows">
      {part.badRows.map(({ row, expected, found }) => (
        <li key={row}>{fill(doubts.badRow, { row, expected: known[expected] ?? expected, found })}</li>
      ))}
      {more > 0 && <li>{fill(doubts.more, { count: format.count(more) })}</li>}
    </ul>
  );
}
