import { GATEWAY_FIELDS, PAST_FIELDS, VITAL_FIELDS } from '../../packages/core/src/gateway/index.ts';
import { TOPICS } from '../../packages/server/src/mqtt/topics.ts';
import { fill, table } from './markdown.ts';

/** The tables of docs/spec/mqtt.md, from the topics the server knows and the fields its codec reads. */
export function mqttReference(document: string): string {
  const topics = TOPICS.map(({ topic, from, payload, qos, isRetained, meaning }) => [
    ...[`\`${topic}\``, from, payload, String(qos), isRetained ? 'yes' : 'no', meaning],
  ]);
  const made: readonly [string, string][] = [
    ['topics', table(['Topic', 'From', 'Payload', 'QoS', 'Kept', 'Meaning'], topics)],
    ['message', fields(GATEWAY_FIELDS)],
    ['vitals', fields(VITAL_FIELDS)],
    ['past', fields(PAST_FIELDS)],
  ];
  return made.reduce((text, [name, of]) => fill(text, name, `\n${of}\n`), document);
}

function fields(rows: typeof GATEWAY_FIELDS): string {
  const cells = rows.map(({ name, form, isRequired, meaning }) => [
    ...[`\`${name}\``, form, isRequired ? 'yes' : 'no', meaning],
  ]);
  return table(['Field', 'Form', 'Required', 'Meaning'], cells);
}
