import type { FirmwareRun, FirmwareSensor } from '@kilowink/api';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Format, fill } from '../i18n/format.ts';

/** Updates, newest first: what became of each sensor, and how far the one under way is. */
export function FirmwareRuns({
  runs,
  format,
  onCancel,
}: {
  runs: readonly FirmwareRun[];
  format: Format;
  onCancel: () => Promise<void>;
}): JSX.Element {
  const { firmware: words } = format.strings.care;
  if (runs.length === 0) return <p class="soft">{words.noLog}</p>;
  return (
    <ol class="runs plain" aria-live="polite">
      {runs.slice(0, 10).map((run) => (
        <li key={run.id}>
          <p class={run.state === 'failed' ? 'fault' : ''}>
            <span class="strong">{run.image.version}</span> {words.states[run.state]}{' '}
            <span class="soft">{format.instant(run.startedMs)}</span>
          </p>
          <ul class="plain">
            {run.sensors.map((sensor) => (
              <SensorLine key={sensor.source} sensor={sensor} format={format} />
            ))}
          </ul>
          {run.state === 'running' && <CancelButton format={format} onCancel={onCancel} />}
        </li>
      ))}
    </ol>
  );
}

function CancelButton({ format, onCancel }: { format: Format; onCancel: () => Promise<void> }): JSX.Element {
  const [isEnding, setEnding] = useState(false);
  const { firmware: words } = format.strings.care;
  const cancel = (): void => {
    setEnding(true);
    void onCancel();
  };
  return (
    <button type="button" class="button is-framed" disabled={isEnding} onClick={cancel}>
      {isEnding ? words.cancelling : words.cancel}
    </button>
  );
}

function SensorLine({ sensor, format }: { sensor: FirmwareSensor; format: Format }): JSX.Element {
  const { firmware: words } = format.strings.care;
  const { step, doneBytes, totalBytes, name, error } = sensor;
  const isSending = sensor.state === 'running' && step === 'upload' && totalBytes > 0;
  return (
    <li>
      {name}: {stateText(sensor, format)}
      {sensor.resumes > 0 && `, ${fill(words.resumed, { count: format.count(sensor.resumes) })}`}
      {isSending && (
        <>
          {' '}
          <progress value={doneBytes} max={totalBytes} aria-label={name} />{' '}
          {format.percent(doneBytes / totalBytes)}
        </>
      )}
      {error !== null && sensor.state === 'failed' && (
        <span class="soft">{` ${words.errors[error.code] ?? ''} (${error.message})`}</span>
      )}
    </li>
  );
}

function stateText({ state, step, before, after }: FirmwareSensor, format: Format): string {
  const { firmware: words } = format.strings.care;
  if (state === 'running' && step !== null) return words.steps[step];
  const during = step === null ? '' : ` ${fill(words.during, { step: words.steps[step] })}`;
  if (state === 'interrupted' || state === 'failed') return words.sensorStates[state] + during;
  return state === 'updated'
    ? `${words.sensorStates.updated}, ${before} → ${after}`
    : words.sensorStates[state];
}
