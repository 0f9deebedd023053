/** One kind of topic of ours, under the base `kilowink` (mqtt.topic). */
export interface TopicFacts {
  /** `<…>` stands for one level. */
  readonly topic: string;
  readonly from: 'gateway' | 'server' | 'you';
  readonly payload: string;
  readonly qos: 0 | 1;
  readonly isRetained: boolean;
  readonly meaning: string;
}

/** Every topic of ours: docs/spec/mqtt.md comes from this table. */
export const TOPICS: readonly TopicFacts[] = [
  row('kilowink/<sensor>/tic', 'gateway 1 -', 'message', 'A frame of the meter; see below.'),
  row(
    'kilowink/<sensor>/status',
    'gateway 1 kept',
    '`online`, `offline`',
    'Whether the gateway is connected; one that sleeps publishes none, or it would be dead in each cycle.',
  ),
  row('kilowink/<sensor>/set', 'you 1 kept', 'JSON', 'Settings of the gateway, fetched at its next wake.'),
  row('kilowink/<sensor>/ota', 'you 1 kept', 'JSON', 'A firmware to be fetched.'),
  row(
    'kilowink/<meter>/state/<value>',
    'server 1 -',
    'text',
    'One value as plain text, when Home Assistant’s discovery is on: `power`, `energy`, `current`, `tariff`, `overload` (`ON`, `OFF`) …',
  ),
  row(
    'kilowink/server/status',
    'server 1 kept',
    '`online`, `offline`',
    'Whether the server is there; `offline` is its last will at an external broker.',
  ),
  row(
    'homeassistant/device/kilowink_<meter>/config',
    'server 1 kept',
    'JSON',
    'Discovery by Home Assistant; empty once the device is gone.',
  ),
  row(
    'homeassistant/status',
    'you 1 -',
    '`online`',
    'Home Assistant says that it has started: everything is published again.',
  ),
];

function row(topic: string, how: string, payload: string, meaning: string): TopicFacts {
  const [from, qos, kept] = how.split(' ');
  return {
    topic,
    from: from as TopicFacts['from'],
    payload,
    qos: qos === '1' ? 1 : 0,
    isRetained: kept === 'kept',
    meaning,
  };
}
