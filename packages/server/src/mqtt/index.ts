export type { MqttMessage, Publish, TakeMessage, Taken } from './message.ts';
export { Mqtt, type MqttOptions } from './mqtt.ts';
export type { TopicHandler } from './router.ts';
export {
  addMqttUser,
  isUserName,
  listMqttUsers,
  MQTT_USERS_FILE,
  type MqttUser,
  type NewMqttUser,
  removeMqttUser,
} from './users-file.ts';
