import type { HealthInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { type Format, fill } from '../i18n/format.ts';
import { dbm } from './sensors-words.ts';

/** What else is heard: Bluetooth sensors nobody added, the brokers and the TIC receivers. */
export function SensorsAround({ health, format }: { health: HealthInfo; format: Format }): JSX.Element {
  const words = format.strings.care;
  return (
    <>
      <Unknown health={health} format={format} />
      <h3>{words.around}</h3>
      <ul class="plain">
        {[
          ...bluetoothLines(health, format),
          ...mqttLines(health, format),
          ...usbLines(health, format),
          ...receiverLines(health, format),
        ].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}

function Unknown({ health, format }: { health: HealthInfo; format: Format }): JSX.Element | null {
  const words = format.strings.care;
  const unknown = health.bluetooth?.unknown ?? [];
  if (unknown.length === 0) return null;
  return (
    <>
      <h3>{words.unknownTitle}</h3>
      <p class="soft">{words.unknownLead}</p>
      <ul class="plain">
        {unknown.map((sensor) => (
          <li key={sensor.address}>
            {fill(words.unknownLine, {
              name: sensor.name ?? sensor.sensorId ?? sensor.address,
              rssi: sensor.rssiDbm === null ? sensor.way : dbm(sensor.rssiDbm),
              ago: format.ago(health.serverMs - sensor.lastMs),
            })}
            <pre>{configLines(sensor)}</pre>
          </li>
        ))}
      </ul>
    </>
  );
}

type UnknownSensor = NonNullable<HealthInfo['bluetooth']>['unknown'][number];

/** What goes into the configuration: a sensor's identity where it tells one, else its address. */
function configLines({ address, name, sensorId }: UnknownSensor): string {
  const id =
    (name ?? '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'sensor';
  const identity = sensorId === null ? `address: ${address}` : `sensorId: '${sensorId}'`;
  return `- id: ${id}\n  ${identity}`;
}

function bluetoothLines({ bluetooth }: HealthInfo, format: Format): string[] {
  const words = format.strings.care;
  const adapter = bluetooth?.adapter ?? null;
  if (adapter === null) return [words.adapterOff];
  const { name, obstacle } = adapter;
  switch (adapter.state) {
    case 'scanning':
      return [fill(words.adapterScanning, { name, count: format.count(adapter.adverts) })];
    case 'starting':
      return [fill(words.adapterStarting, { name })];
    case 'waiting':
      return [
        fill(words.adapterWaiting, {
          name,
          message: obstacle?.message ?? '',
          advice: obstacle?.advice ?? '',
        }),
      ];
  }
}

function mqttLines({ mqtt }: HealthInfo, format: Format): string[] {
  if (mqtt === undefined) return [];
  const words = format.strings.care;
  const lines: string[] = [];
  const { broker, external } = mqtt;
  if (broker !== null) {
    const ports = broker.listeners.map(({ port }) => port).join(', ');
    const refused = broker.messagesRefused + broker.loginsRefused;
    const line = fill(words.broker, { ports, clients: format.count(broker.clients) });
    const more = refused === 0 ? '' : ` ${fill(words.brokerRefused, { count: format.count(refused) })}`;
    lines.push(line + more);
  }
  if (external !== null) {
    const { url, lastError } = external;
    const text = external.connected ? words.external : words.externalLost;
    lines.push(fill(text, { url, message: lastError ?? '' }));
  }
  const { taken, messages } = mqtt;
  lines.push(fill(words.mqttMessages, { taken: format.count(taken), messages: format.count(messages) }));
  return lines;
}

function usbLines({ usb = [] }: HealthInfo, format: Format): string[] {
  const words = format.strings.care;
  return usb.map(({ name, path, isOpen, reports, lastError }) =>
    fill(isOpen ? words.usbLine : words.usbClosed, {
      ...{ name, path, count: format.count(reports), message: lastError ?? '' },
    }),
  );
}

function receiverLines({ receivers = [] }: HealthInfo, format: Format): string[] {
  const words = format.strings.care;
  return receivers.map(({ meter, path, isOpen, baud, mode, searches, lastError }) => {
    const text = !isOpen ? words.receiverClosed : mode === null ? words.receiverSearching : words.receiver;
    return fill(text, { meter, path, baud, count: format.count(searches), message: lastError ?? '' });
  });
}
